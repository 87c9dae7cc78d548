/**
 * The target on logarithmic paper: ln|y| as a quadratic polynomial of the inputs, of the positive ones in logarithms. No true
 * model, but its slopes and bends, with their standard errors, tell which inputs come out of a law as factors, and which
 * come in as a product only.
 */
import { cholesky, invertFactored } from "./dense.js";
import type { Problem } from "./workbench.js";

/** The model needs this many rows for each coefficient. */
const ROWS_PER_COEFFICIENT = 3;

export interface Estimate {
  readonly value: number;
  /** Standard error. */
  readonly error: number;
}

/** A derivative of ln|y|: by one input (the logarithm of it, where it is positive), or by two. */
export type Place = readonly [i: number] | readonly [i: number, j: number];

export interface LogarithmicModel {
  readonly positive: readonly boolean[];
  /** Standard deviation of each input (of its logarithm, where it is positive). */
  readonly spreads: readonly number[];
  /** A linear combination of the model's first derivatives (at the inputs' means) and second ones. */
  combination(terms: readonly (readonly [weight: number, place: Place])[]): Estimate;
}

/** Undefined where the target has a zero, or too few rows. */
export function logarithmicModel({ inputs, target, searchRows: n }: Problem): LogarithmicModel | undefined {
  const d = inputs.length;
  const k = 1 + d + (d * (d + 1)) / 2;
  const y = target.subarray(0, n);
  if (n < ROWS_PER_COEFFICIENT * k || y.some((v) => v === 0)) return undefined;
  const positive = inputs.map((column) => column.every((v) => v > 0));
  const spreads: number[] = [];
  // In units of their own spread about their mean.
  const columns = inputs.map((column, i) => {
    const values = Float64Array.from(column.subarray(0, n), (v) => (positive[i] ? Math.log(v) : v));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const spread = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / n);
    spreads.push(spread);
    return values.map((v) => (v - mean) / spread);
  });
  const terms = [new Float64Array(n).fill(1), ...columns];
  const second: number[][] = columns.map(() => []);
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      second[i][j] = second[j][i] = terms.length;
      terms.push(columns[i].map((v, row) => v * columns[j][row]));
    }
  }
  const logarithm = y.map((v) => Math.log(Math.abs(v)));
  const gram = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b <= a; b++) gram[a * k + b] = gram[b * k + a] = dot(terms[a], terms[b]);
    gram[a * k + a] *= 1 + 1e-12;
  }
  const right = terms.map((term) => dot(term, logarithm));
  if (!cholesky(gram, k)) return undefined;
  const inverse = invertFactored(gram, k);
  const solution = right.map((_, a) => right.reduce((s, r, b) => s + inverse[a * k + b] * r, 0));
  const residual = logarithm.slice();
  terms.forEach((term, a) => {
    for (let row = 0; row < n; row++) residual[row] -= solution[a] * term[row];
  });
  const variance = dot(residual, residual) / (n - k);
  return {
    positive,
    spreads,
    combination(parts) {
      const weights = new Float64Array(k);
      for (const [weight, [i, j]] of parts) {
        if (j === undefined) weights[1 + i] += weight / spreads[i];
        else weights[second[i][j]] += (weight * (i === j ? 2 : 1)) / (spreads[i] * spreads[j]);
      }
      let value = 0;
      let square = 0;
      for (let a = 0; a < k; a++) {
        if (weights[a] === 0) continue;
        value += weights[a] * solution[a];
        for (let b = 0; b < k; b++) square += weights[a] * inverse[a * k + b] * weights[b];
      }
      return { value, error: Math.sqrt(Math.max(0, variance * square)) };
    },
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}
