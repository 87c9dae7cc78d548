/**
 * The verdict on a law: do its residuals hold nothing but noise? Noise doesn't know its neighbours. If rows that lie next to
 * each other have residuals alike, structure is left that the law misses.
 */
import { largestSize } from "./columns.js";
import { quanta } from "./noise.js";

/** exact: to rounding. law: nothing but noise is left. approximation: structure is left in the residuals. */
export type Verdict = "exact" | "law" | "approximation";

/** Relative rms error that is rounding of float64. */
const ROUNDING = 1e-12;
/** Values with fewer significant digits than float64 has were rounded to them. */
const DIGITS = 15;
/** Rows it takes for each constant, from the third on, before a formula can be called a law. */
const ROWS_PER_CONSTANT = 5;
/** Standard deviations of likeness between neighbours from which on it is no accident. */
const STRUCTURE = 4;
/** Nearest neighbours are looked for among so many rows at most. */
const MOST_ROWS = 1024;
/** Fewer rows can't show structure. */
const LEAST_ROWS = 8;

export interface Fit {
  readonly inputs: readonly Float64Array[];
  readonly target: Float64Array;
  /** Residuals in the target's units, and the same weighted. */
  readonly residuals: Float64Array;
  readonly weighted: Float64Array;
  /** Number of fitted constants. */
  readonly parameters: number;
}

export function verdict(fit: Fit): Verdict {
  const { target, residuals } = fit;
  const mean = target.reduce((a, b) => a + b) / target.length;
  const spread = Math.sqrt(target.reduce((s, y) => s + (y - mean) ** 2, 0) / target.length);
  const rms = Math.sqrt(residuals.reduce((s, r) => s + r * r, 0) / residuals.length);
  if (fit.parameters > unlike(target)) return "approximation";
  const size = largestSize(target);
  if (rms <= ROUNDING * spread || rms <= 1e-14 * size) return "exact";
  const steps = quanta(target, DIGITS);
  if (residuals.every((r, i) => Math.abs(r) <= 0.5001 * steps[i])) return "exact";
  return tooFewRows(fit) || lackOfFit(fit) > STRUCTURE ? "approximation" : "law";
}

/** Has the formula so many constants that so few rows would follow it in any case? */
export function tooFewRows({ target, parameters }: Pick<Fit, "target" | "parameters">): boolean {
  return parameters > Math.max(2, target.length / ROWS_PER_CONSTANT) || parameters > unlike(target);
}

/** Rows whose target is not that of most rows: where all are zero but one, one row is all that a formula could be fitted to. */
export function unlike(target: Float64Array): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (const value of target) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    most = Math.max(most, count);
  }
  return most > target.length / 2 ? target.length - most : target.length;
}

/** Which rows of a table are neighbours: nothing of it depends on what a law leaves. */
export interface Neighbours {
  /** The rows in the order of each input. */
  readonly along: readonly Uint32Array[];
  /** The row nearest to each in all inputs together. */
  readonly nearest: Int32Array;
}

/**
 * How many standard deviations the likeness of neighbouring residuals lies above that of noise: the most of several ways to
 * be neighbours, along each input by itself and in all inputs together.
 * @param neighbours those of the inputs, where they are known already
 */
export function lackOfFit({ inputs, weighted }: Pick<Fit, "inputs" | "weighted">, neighbours?: Neighbours): number {
  const n = Math.min(weighted.length, MOST_ROWS);
  if (n < LEAST_ROWS || inputs.length === 0) return 0;
  const mean = weighted.subarray(0, n).reduce((a, b) => a + b, 0) / n;
  const residuals = Float64Array.from(weighted.subarray(0, n), (r) => r - mean);
  const square = residuals.reduce((sum, r) => sum + r * r, 0);
  if (square === 0) return 0;
  const { along, nearest } = neighbours ?? neighboursOf(inputs, n);
  const likeness = along.map((order) => {
    const alike = order.reduce((sum, row, k) => sum + (k > 0 ? residuals[row] * residuals[order[k - 1]] : 0), 0);
    return (alike / square) * Math.sqrt(n);
  });
  return Math.max(...likeness, likenessOfNearest(nearest, residuals, square));
}

/** The same for pairs of a row and the row nearest to it in all inputs. */
function likenessOfNearest(nearest: Int32Array, residuals: Float64Array, square: number): number {
  const n = residuals.length;
  let alike = 0;
  let mutual = 0;
  for (let i = 0; i < n; i++) {
    alike += residuals[i] * residuals[nearest[i]];
    if (nearest[nearest[i]] === i) mutual++;
  }
  // Pairs that are each other's neighbours count twice in the sum.
  return (alike / square) * Math.sqrt(n / (1 + mutual / n));
}

/** @param rows how many are looked at; the first ones */
export function neighboursOf(inputs: readonly Float64Array[], rows: number): Neighbours {
  const n = Math.min(rows, MOST_ROWS);
  const d = inputs.length;
  const along = inputs.map((column) =>
    Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => column[a] - column[b]),
  );
  // Ranks, not values: inputs over many decades have neighbours everywhere.
  const ranks = new Float64Array(n * d);
  for (const [k, column] of inputs.entries()) {
    const last = new Map(Array.from(along[k], (row, i) => [column[row], i / n])); // of equal values
    for (let i = 0; i < n; i++) ranks[i * d + k] = last.get(column[i]) ?? 0;
  }
  const nearest = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      let distance = 0;
      for (let k = 0; k < d; k++) distance += (ranks[i * d + k] - ranks[j * d + k]) ** 2;
      if (distance < least) {
        least = distance;
        nearest[i] = j;
      }
    }
  }
  return { along, nearest };
}
