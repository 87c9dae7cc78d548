/**
 * How well some columns explain the target by a smooth function of any form: the evidence of a Gaussian process (Rasmussen and
 * Williams 2006, chapters 2 and 5). It knows no formula, so it compares views of one table before there is any: the view in
 * fewer columns has the more evidence where the law is a function of them.
 */

export interface Smoothness {
  /** Logarithm of the evidence; of views of the same rows the larger one is the better explanation. */
  readonly evidence: number;
  /** Logarithms of the lengths over which the function changes along each column. */
  readonly lengths: readonly number[];
  /** Logarithm of the noise's part of the variance. */
  readonly noise: number;
}

/** What is explained: rows of some columns and a target, and the variances of its errors up to a common factor. */
export interface Rows {
  readonly columns: readonly Float64Array[];
  readonly target: Float64Array;
  readonly variances: Float64Array;
}

/** Steps of the ascent in the logarithms of a length and of the noise; halved where none goes up. */
const STEP = { length: 0.7, noise: 1.6 };
const LEAST_NOISE = Math.log(1e-10);
/** Noise that all rows have, so that rounding can't make the covariance singular. */
const ROUNDING = 1e-10;

/** Climbs to the lengths and the noise of the largest evidence, one of them after the other, `sweeps` times through all. */
export function ascend(rows: Rows, start: Omit<Smoothness, "evidence">, sweeps: number): Smoothness {
  const at = [...start.lengths, start.noise];
  const last = start.lengths.length;
  const steps = at.map((_, k) => (k === last ? STEP.noise : STEP.length));
  let most = evidenceOf(rows, at);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = false;
    for (let k = 0; k <= last; k++) {
      const here = at[k];
      for (const step of [steps[k], -steps[k]]) {
        at[k] = k === last ? Math.max(LEAST_NOISE, here + step) : here + step;
        const found = evidenceOf(rows, at);
        if (found > most) {
          most = found;
          steps[k] = step; // the next sweep goes on this way first
          moved = true;
          break;
        }
        at[k] = here;
      }
    }
    if (!moved) for (let k = 0; k <= last; k++) steps[k] /= 2;
  }
  return { evidence: most, lengths: at.slice(0, last), noise: at[last] };
}

/** The evidence where it stands, with the function's variance at its best. */
function evidenceOf({ columns, target, variances }: Rows, at: readonly number[]): number {
  const n = target.length;
  const rates = columns.map((_, k) => Math.exp(-2 * at[k]) / 2);
  const noise = Math.exp(at[columns.length]);
  const mean = target.reduce((sum, y) => sum + y, 0) / n;
  const white = new Float64Array(n);
  const factor = new Float64Array(n * n);
  const row = new Float64Array(n);
  let square = 0;
  let logarithms = 0;
  // Row by row of the Cholesky factor, and of what it leaves of the target.
  for (let i = 0; i < n; i++) {
    row.fill(0, 0, i);
    for (let k = 0; k < rates.length; k++) {
      const column = columns[k];
      for (let j = 0; j < i; j++) row[j] += rates[k] * (column[i] - column[j]) ** 2;
    }
    let left = 1 + ROUNDING + noise * variances[i];
    let rest = target[i] - mean;
    for (let j = 0; j < i; j++) {
      const at = j * n;
      let covariance = Math.exp(-row[j]);
      for (let k = 0; k < j; k++) covariance -= row[k] * factor[at + k];
      const weight = covariance / factor[at + j];
      row[j] = weight;
      left -= weight * weight;
      rest -= weight * white[j];
    }
    if (!(left > 0)) return Number.NEGATIVE_INFINITY;
    const root = Math.sqrt(left);
    factor.set(row.subarray(0, i), i * n);
    factor[i * n + i] = root;
    white[i] = rest / root;
    square += white[i] ** 2;
    logarithms += Math.log(root);
  }
  return square > 0 ? (-n / 2) * Math.log(square / n) - logarithms : Number.NEGATIVE_INFINITY;
}
