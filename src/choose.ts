/**
 * The choice of the law: finalists of every kind of noise, each on all rows and in the user's units, by description length.
 *
 *   n/2·ln(Σ(wr)²/n) − Σ ln w + k/2·ln n + k(k+1)/(n−k−1) + 1.6·size
 *
 * The term −Σ ln w is the Jacobian that makes lengths under different row weights comparable. Errors below what the digits
 * of the target tell count as that. Where the user gave σ, the first two terms are χ²/2 and Σ ln σ.
 */
import { complexity } from "./expression/complexity.js";
import type { Expression } from "./expression/tree.js";
import { type NoiseKind, quanta, type RowErrors, rowWeights } from "./noise.js";
import { canonical } from "./search/canonical.js";
import { EXACT, mostParameters, NATURE_NODES, NODE_COST, structureLength } from "./search/description.js";
import { FINAL, Fitter } from "./search/fit.js";
import { formula, readable } from "./search/formula.js";
import type { Grammar } from "./search/grammar.js";
import { Memory } from "./search/kernel/memory.js";
import { type Affine, copyAffine, parameters, signature, size } from "./search/network.js";
import { prune } from "./search/prune.js";
import { makeSample } from "./search/sample.js";
import { shorten } from "./search/shorten.js";
import { type Snapped, snap } from "./search/snap.js";
import { natureConstants } from "./units/network.js";
import type { Dimensions } from "./units/read.js";

/** Refits in which relative weights follow the law's own values instead of the measured ones. */
const REWEIGHTINGS = 3;

/** Relative squared error that is rounding. */
const EXACT_ERROR = 1e-20;

/** The rows that decide, in the user's units. */
export interface Rows extends RowErrors {
  readonly inputs: readonly Float64Array[];
  readonly target: Float64Array;
}

export interface Finalist {
  readonly root: Affine;
  readonly expression: Expression;
  readonly complexity: number;
  readonly noise: NoiseKind;
  /** Description length in nats: comparable between all finalists of a table. Infinite for a formula that breaks the units. */
  readonly length: number;
  /** The same in disregard of the units. */
  readonly lengthRegardless: number;
  /** Mean square of the weighted residuals, in units of the noise kind: y², 1, or σ². */
  readonly error: number;
  /** Mean square of the weighted target, in the same units. */
  readonly scale: number;
  /** Mean square of the residuals as they are, in y². */
  readonly mse: number;
  readonly parameters: number;
  /** Is nothing left but rounding of float64? */
  readonly exact: boolean;
  /** Weighted residuals. */
  readonly residuals: Float64Array;
  /** Row weights, undefined where all rows count alike. */
  readonly weights: Float64Array | undefined;
  /** Constants that were recognised. */
  readonly snapped: readonly Snapped[];
}

interface Setting {
  readonly names: readonly string[];
  /** Were inputs counted from elsewhere in the search? */
  readonly shifted: boolean;
  readonly grammar: Grammar;
  readonly dimensions: Dimensions | undefined;
}

/** Fits networks of the search on all rows, snaps their constants and describes them; those without a value on some row are left out. */
export function finalistsOf(
  roots: readonly Affine[],
  noise: NoiseKind,
  rows: Rows,
  { names, shifted, grammar, dimensions }: Setting,
): Finalist[] {
  const memory = new Memory();
  const weights = rowWeights(noise, rows.target, rows);
  const fitter = fitterFor(rows, weights, grammar, memory);
  return roots.flatMap((root) => {
    const mark = memory.mark();
    const found = finalist(root, noise, rows, { names, shifted, grammar, dimensions, fitter, weights });
    memory.release(mark);
    return found ?? [];
  });
}

function finalist(
  root: Affine,
  noise: NoiseKind,
  rows: Rows,
  setting: Setting & { readonly fitter: Fitter; readonly weights: Float64Array | undefined },
): Finalist | undefined {
  const { names, shifted, grammar, dimensions } = setting;
  let { fitter, weights } = setting;
  let network = canonical(copyAffine(root), grammar);
  if (!Number.isFinite(fitter.fit(network, FINAL))) return undefined;
  for (let pass = 0; noise === "relative" && pass < REWEIGHTINGS; pass++) {
    const values = fitter.predict(network);
    if (!sameSigns(values, rows.target)) break;
    const following = rowWeights(noise, values, rows);
    const again = fitterFor(rows, following, grammar, fitter.sample.memory);
    const refitted = copyAffine(network);
    if (!Number.isFinite(again.fit(refitted, FINAL))) break;
    [network, fitter, weights] = [refitted, again, following];
  }
  // Counted from elsewhere, an input brings a bias along that the user's own units may not need.
  if (shifted) network = prune({ root: network, error: fitter.fit(network, FINAL) }, fitter, 0).at(-1)?.root ?? network;
  const short = shorten(network, grammar);
  const natureOf = (root: Affine) => (dimensions ? natureConstants(root, { names, grammar, dimensions }) : 0);
  let { root: nice, snapped } = snap(short, fitter);
  let nature = natureOf(readable(nice, grammar));
  // A constant that came to 1 has no dimension any more, and may have had one.
  const before = nature < Infinity ? nature : natureOf(readable(short, grammar));
  if (before < nature) [nice, snapped, nature] = [short, [], before];
  network = readable(nice, grammar);
  const values = fitter.predict(network);
  const residuals = rows.target.map((y, i) => (y - values[i]) * (weights ? weights[i] : 1));
  const square = residuals.reduce((sum, r) => sum + r * r, 0);
  if (!Number.isFinite(square)) return undefined;
  const expression = formula(network, names, grammar);
  // Errors in proportion to a value have no meaning where the law's value is zero or of the other sign.
  const meaningless = noise === "relative" && !sameSigns(values, rows.target);
  const scale = rows.target.reduce((sum, y, i) => sum + (y * (weights ? weights[i] : 1)) ** 2, 0) / residuals.length;
  const lengthRegardless = meaningless
    ? Number.POSITIVE_INFINITY
    : descriptionInUnits(network, parameters(network, grammar), square, weights, noise, rows);
  return {
    root: network,
    expression,
    complexity: complexity(expression),
    noise,
    error: square / residuals.length,
    mse: values.reduce((sum, value, i) => sum + (rows.target[i] - value) ** 2, 0) / residuals.length,
    parameters: parameters(network, grammar),
    scale,
    exact: square <= EXACT_ERROR * scale * residuals.length,
    residuals,
    weights,
    snapped,
    length: lengthRegardless + nature * NATURE_NODES * NODE_COST,
    lengthRegardless,
  };
}

const sameSigns = (a: Float64Array, b: Float64Array) => a.every((v, i) => v * b[i] > 0);

function fitterFor(
  { inputs, target }: Rows,
  weights: Float64Array | undefined,
  grammar: Grammar,
  memory: Memory,
): Fitter {
  return new Fitter(makeSample(memory, inputs, target, weights), grammar);
}

function descriptionInUnits(
  root: Affine,
  k: number,
  square: number,
  weights: Float64Array | undefined,
  noise: NoiseKind,
  { target }: Rows,
): number {
  const n = target.length;
  const structure = structureLength(k, size(root), n);
  const jacobian = weights ? weights.reduce((sum, w) => sum + Math.log(w), 0) : 0;
  if (noise === "given") return square / 2 - jacobian + structure;
  const steps = quanta(target);
  const rounding = steps.reduce((sum, step, i) => sum + (step * (weights ? weights[i] : 1)) ** 2 / 12 / n, 0);
  const scale = weights ? 1 : target.reduce((sum, y) => sum + (y * y) / n, 0);
  return 0.5 * n * Math.log(Math.max(square / n, rounding, EXACT * scale)) - jacobian + structure;
}

/** Descriptions that differ by less, in nats, are equally good: then the simpler formula is the better one. */
const EQUAL = 2;
/** A formula whose description is longer by less than this is a rival. */
const RIVAL = 4;

/** The shortest description, or the simplest of those that are as short but for EQUAL nats. */
export function best(finalists: readonly Finalist[]): Finalist {
  const least = finalists.reduce((most, { length }) => Math.min(most, length), Number.POSITIVE_INFINITY);
  const equal = finalists.filter(({ length }) => length <= least + EQUAL);
  return equal.reduce((a, b) => (compare(b, a) < 0 ? b : a));
}

const compare = (a: Finalist, b: Finalist) => a.complexity - b.complexity || a.length - b.length;

/** Other formulas that the data can't tell from the chosen one, the shortest description first. */
export function rivals(finalists: readonly Finalist[], chosen: Finalist): Finalist[] {
  if (chosen.exact) return [];
  const seen = new Set([signature(chosen.root)]);
  const rms = Math.sqrt(chosen.error);
  const sameValues = (other: Finalist) =>
    other.noise === chosen.noise && other.residuals.every((r, i) => Math.abs(r - chosen.residuals[i]) < 1e-6 * rms);
  return [...finalists]
    .sort((a, b) => a.length - b.length)
    .filter((other) => {
      const key = signature(other.root);
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew && other.length < chosen.length + RIVAL && !sameValues(other);
    });
}

/** Finalists that nothing simpler matches in error, simplest first; `chosen` is always among them. */
export function front(finalists: readonly Finalist[], chosen: Finalist): Finalist[] {
  const same = finalists.filter(
    (f) =>
      f === chosen ||
      (f.noise === chosen.noise && Number.isFinite(f.length) && f.parameters <= mostParameters(f.residuals.length)),
  );
  const sorted = [...same].sort((a, b) => a.complexity - b.complexity || a.error - b.error);
  const kept: Finalist[] = [];
  let least = { error: Number.POSITIVE_INFINITY, mse: Number.POSITIVE_INFINITY };
  for (const candidate of sorted) {
    const { error, mse } = candidate;
    // Both as the noise found weighs it and as it is reported.
    const better = error < 0.99 * least.error && mse < least.mse;
    const sameSize = candidate.complexity === kept.at(-1)?.complexity;
    if (candidate !== chosen && (!better || sameSize)) continue;
    if (sameSize) kept.pop();
    kept.push(candidate);
    least = { error: Math.min(least.error, error), mse: Math.min(least.mse, mse) };
  }
  return kept;
}
