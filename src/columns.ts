/** What is asked of whole columns: plain loops, because a table may have twenty columns of a million rows. */

/** Largest |value|, 0 for a column without rows. */
export function largestSize(values: Float64Array): number {
  let most = 0;
  for (let row = 0; row < values.length; row++) most = Math.max(most, Math.abs(values[row]));
  return most;
}

/** Least and largest value. */
export function range(values: Float64Array): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < values.length; row++) {
    low = Math.min(low, values[row]);
    high = Math.max(high, values[row]);
  }
  return [low, high];
}

/** The power of two nearest to a largest size, 1 for that of a column of zeros. */
export function powerOfTwo(largest: number): number {
  return largest > 0 ? 2 ** Math.round(Math.log2(largest)) : 1;
}

/** A column that worker threads can read without a copy. */
export function shared(n: number, value: (k: number) => number): Float64Array {
  const column = new Float64Array(new SharedArrayBuffer(n * 8));
  for (let k = 0; k < n; k++) column[k] = value(k);
  return column;
}
