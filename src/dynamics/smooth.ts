/**
 * Smoothing and derivatives by local polynomials (Savitzky & Golay 1964), and how large the measurement errors are, which the
 * series themselves tell: differences of high order of a smooth series are next to nothing, those of noise are not.
 */
import { cholesky, solveFactored } from "../search/dense.js";
import type { Series } from "./series.js";

/** Weights that take the value or a derivative of the local polynomial at the middle of a window. */
export interface Filter {
  readonly weights: Float64Array;
  /** Rows on either side of the middle. */
  readonly half: number;
}

/**
 * @param half rows on either side of the middle
 * @param order of the polynomial, at most 2·half
 * @param derivative 0 for the value, 1 for the first derivative by the row number, …
 */
export function localPolynomial(half: number, order: number, derivative: number): Filter {
  // Monomials of t/half, |t/half| ≤ 1: well enough conditioned for the orders used here.
  const k = order + 1;
  const gram = new Float64Array(k * k);
  const powers = Array.from({ length: 2 * half + 1 }, (_, i) =>
    Float64Array.from({ length: k }, (_, p) => ((i - half) / half) ** p),
  );
  for (const row of powers) {
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) gram[a * k + b] += row[a] * row[b];
  }
  cholesky(gram, k);
  const solved = new Float64Array(k);
  let factorial = 1;
  for (let d = 2; d <= derivative; d++) factorial *= d;
  solved[derivative] = factorial / half ** derivative;
  solveFactored(gram, solved, k);
  return { weights: Float64Array.from(powers, (row) => row.reduce((sum, v, p) => sum + v * solved[p], 0)), half };
}

/** The filtered column, shorter by `half` rows at both ends. */
export function filtered(column: Float64Array, { weights, half }: Filter): Float64Array {
  const out = new Float64Array(Math.max(0, column.length - 2 * half));
  for (let i = 0; i < out.length; i++) {
    let s = 0;
    for (let j = 0; j < weights.length; j++) s += weights[j] * column[i + j];
    out[i] = s;
  }
  return out;
}

/** Orders of the differences that are tried as measures of the noise. */
const ORDERS = [3, 4, 5, 6, 7, 8, 9, 10];

/**
 * Standard deviation of the measurement errors of each state: root mean square of the differences of the order that leaves
 * the least, over that of white noise of standard deviation 1. Without noise it is what the time step leaves unresolved.
 */
export function noiseOf(series: readonly Series[]): number[] {
  return series[0].columns.map((_, k) => {
    let columns = series.map((each) => each.columns[k]);
    let squares = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let order = 1; order <= ORDERS[ORDERS.length - 1]; order++) {
      columns = columns.map((column) =>
        Float64Array.from({ length: column.length - 1 }, (_, i) => column[i + 1] - column[i]),
      );
      // Σ of squared binomial coefficients: C(2m, m) = C(2m − 2, m − 1)·(4m − 2)/m.
      squares *= (4 * order - 2) / order;
      if (order < ORDERS[0]) continue;
      const [sum, n] = columns.reduce(([s, m], c) => [s + c.reduce((a, d) => a + d * d, 0), m + c.length], [0, 0]);
      if (n > 0) least = Math.min(least, Math.sqrt(sum / n / squares));
    }
    return least;
  });
}

/**
 * Relative standard error of the square of what `noiseOf` says, for white normal errors. Neighbouring differences of order m
 * are correlated as binomial coefficients of 2m, so those of n rows tell the square to 2/n·C(4m, 2m)/C(2m, m)²; m is the
 * highest here, which knows least.
 */
export function noiseDoubt(series: readonly Series[]): number {
  const order = ORDERS[ORDERS.length - 1];
  const n = series.reduce((sum, { rows }) => sum + Math.max(0, rows - order), 0);
  // C(2m, m) = Π (m + k)/k.
  const central = (m: number) => Array.from({ length: m }, (_, k) => 1 + m / (k + 1)).reduce((a, b) => a * b, 1);
  return Math.sqrt(((2 / n) * central(2 * order)) / central(order) ** 2);
}

/** Windows and orders tried for a derivative. */
const SHAPES: readonly (readonly [half: number, order: number])[] = [
  [4, 8],
  [3, 4],
  [5, 4],
  [7, 5],
  [10, 5],
  [14, 5],
  [20, 5],
];

export interface Smoother {
  readonly value: Filter;
  readonly slope: Filter;
  /** Standard error of the slopes it gives, by the row number. */
  readonly error: number;
}

/**
 * The local polynomial whose derivative of a state errs the least: by the noise it lets through, and by what it cuts off, as
 * seen by a polynomial of higher order in the same window.
 * @param columns of one state, one for each series
 * @param noise standard deviation of its measurement errors
 */
export function bestSmoother(columns: readonly Float64Array[], noise: number): Smoother {
  let best: Smoother | undefined;
  for (const [half, order] of SHAPES) {
    if (columns.some((column) => column.length < 4 * half)) continue;
    const slope = localPolynomial(half, order, 1);
    const through = noise * Math.hypot(...slope.weights);
    let cut = 0;
    if (order + 2 <= 2 * half) {
      const finer = localPolynomial(half, order + 2, 1);
      const difference = { half, weights: finer.weights.map((w, i) => w - slope.weights[i]) };
      const [sum, n] = columns.reduce(
        ([s, m], column) => {
          const off = filtered(column, difference);
          return [s + off.reduce((a, d) => a + d * d, 0), m + off.length];
        },
        [0, 0],
      );
      cut = Math.sqrt(Math.max(0, sum / n - (noise * Math.hypot(...difference.weights)) ** 2));
    }
    const error = Math.hypot(through, cut);
    if (!best || error < best.error) best = { value: localPolynomial(half, order, 0), slope, error };
  }
  if (!best) {
    const [half, order] = SHAPES[1];
    best = { value: localPolynomial(half, order, 0), slope: localPolynomial(half, order, 1), error: noise };
  }
  return best;
}
