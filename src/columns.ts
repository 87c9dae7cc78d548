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
