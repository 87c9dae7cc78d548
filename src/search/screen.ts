/**
 * Optimal brain growth: which sprout, added with a small weight at a place of sensitivity s, lowers the error most?
 *
 * To first order the output changes by w·s·v. With the residual r and the tangent space Q the error falls by
 * ⟨r, s·v⟩² / (|s·v|² − |Qᵀ(s·v)|²), and for all sprouts at once this is one matrix product in float32.
 */
import type { Fitter } from "./fit.js";
import type { Pointer } from "./kernel/memory.js";
import type { Shelf, Sprout } from "./library.js";

/** What to grow against: residual and tangent space. */
export interface Target {
  readonly basis: Pointer;
  readonly count: number;
  readonly residual: Pointer;
  readonly norm: number;
}

export interface Pick {
  readonly sprout: Sprout;
  /** Fraction of the squared residual it would explain. */
  readonly gain: number;
  /** The weight it should start with. */
  readonly weight: number;
}

/** A sprout that explains less than this fraction is not worth a fit. */
export const LEAST_GAIN = 1e-3;
/** A sprout of which less than this fraction leaves the tangent space can't be told from rounding in float32. */
export const LEAST_NEW = 3e-5;

/** Two float32 blocks for the screening product: rows of targets, and the weights of the squared norms. */
export interface Probe {
  readonly rows: Pointer;
  readonly count: number;
  readonly squares: Pointer;
  /** Largest size of the sensitivity, by which it was divided. */
  readonly largest: number;
}

/** The sensitivity of a place (undefined: the output, where it is 1) times the row weights. */
export function weightedSensitivity(sensitivity: Pointer | undefined, { sample }: Fitter): Pointer {
  const { memory, n, weights, ones } = sample;
  if (!weights || !sensitivity) return sensitivity ?? weights ?? ones;
  const weighted = memory.column(n);
  memory.kernel.multiply(sensitivity, weights, weighted, n);
  return weighted;
}

/**
 * The rows of the screening product: sensitivity times residual (scaled to norm 1), and times each column of the basis.
 * @param s column of the weighted sensitivity
 * @returns undefined where the sensitivity is zero or not finite
 */
export function makeProbe(target: Target, s: Pointer, { sample }: Fitter, rows: number): Probe | undefined {
  const { memory, n } = sample;
  const { kernel } = memory;
  const largest = kernel.largest(s, n);
  if (!(largest > 0) || !(largest < 1e100)) return undefined;
  const count = target.count + 1;
  const block = memory.allocate(count * rows * 4);
  const squares = memory.allocate(rows * 4);
  const spare = memory.column(n);
  memory.view32(block, count * rows).fill(0);
  memory.view32(squares, rows).fill(0);
  kernel.multiply(s, target.residual, spare, n);
  kernel.narrow(1 / (largest * target.norm), spare, block, n);
  for (let k = 0; k < target.count; k++) {
    kernel.multiply(s, target.basis + k * n * 8, spare, n);
    kernel.narrow(1 / largest, spare, block + (k + 1) * rows * 4, n);
  }
  kernel.multiply(s, s, spare, n);
  kernel.narrow(1 / (largest * largest), spare, squares, n);
  return { rows: block, count, squares, largest };
}

interface Choice {
  readonly take: number;
  /** How many of one family. */
  readonly perFamily?: number;
  /** A sprout that explains less than this fraction of the squared residual is left out. */
  readonly leastGain?: number;
}

/** The sprouts of a shelf that would explain most at a place of the network (undefined: the output), the best first. */
export function bestSprouts(
  target: Target,
  sensitivity: Pointer | undefined,
  shelf: Shelf,
  fitter: Fitter,
  choice: Choice,
): Pick[] {
  const { memory } = fitter.sample;
  const mark = memory.mark();
  const picks = screen(target, weightedSensitivity(sensitivity, fitter), shelf, fitter, choice);
  memory.release(mark);
  return picks;
}

/** The same for a sensitivity that has its row weights. */
export function screen(
  target: Target,
  s: Pointer,
  { sprouts, columns, families }: Shelf,
  fitter: Fitter,
  { take, perFamily = 1, leastGain = LEAST_GAIN }: Choice,
): Pick[] {
  const { memory, n } = fitter.sample;
  const { kernel } = memory;
  const rows = (n + 3) & ~3;
  const m = sprouts.length;
  const mark = memory.mark();
  const probe = makeProbe(target, s, fitter, rows);
  if (!probe || m === 0) {
    memory.release(mark);
    return [];
  }
  const productsAt = memory.allocate(probe.count * m * 4);
  const normsAt = memory.allocate(m * 4);
  const leftAt = memory.allocate(m * 4);
  const gainsAt = memory.allocate(m * 4);
  const chosenAt = memory.allocate(m * 4);
  kernel.products(probe.rows, probe.count, columns, m, rows, productsAt);
  kernel.norms(probe.squares, columns, m, rows, normsAt);
  memory.view32(leftAt, m).set(memory.view32(normsAt, m));
  for (let k = 1; k < probe.count; k++) kernel.subtractSquares(leftAt, productsAt + k * m * 4, m);
  kernel.gains(productsAt, leftAt, normsAt, m, LEAST_NEW, gainsAt);
  const count = kernel.pick(gainsAt, families, m, leastGain, Math.min(take, m), perFamily, chosenAt);
  const [products, left, gains] = [productsAt, leftAt, gainsAt].map((at) => memory.view32(at, m));
  const picks = Array.from(memory.viewInt(chosenAt, count), (j): Pick => {
    const sprout = sprouts[j];
    const weight = (products[j] / left[j]) * sprout.scale * (target.norm / probe.largest);
    return { sprout, gain: gains[j], weight };
  });
  memory.release(mark);
  return picks;
}
