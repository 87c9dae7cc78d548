/**
 * Description length: what a law costs to say, together with what it leaves unsaid. The candidate with the least is `best`.
 *
 *   n/2·ln(mean squared error) + k/2·ln n + k(k+1)/(n−k−1) + 1.6·size
 *
 * for n rows and k parameters, in nats: the first term for the residuals, the second for the parameters, the third for
 * how few the rows are (as in the corrected Akaike criterion), the last for the structure.
 */

export const NODE_COST = 1.6;
/** Nodes that a constant with a dimension costs, where units are known: nature has few of them. */
export const NATURE_NODES = 4;
/** A relative error below this is rounding: no candidate gets credit for less. */
export const EXACT = 1e-22;
/** With fewer rows than this, parameters are limited to a third of them. */
export const FEW_ROWS = 40;

/** Parameters a law of so many rows may have. */
export const mostParameters = (rows: number): number => (rows < FEW_ROWS ? Math.max(2, rows / 3) : rows - 2);

/** What a formula's parameters and nodes cost on so many rows: all of the description but the residuals. */
export function structureLength(k: number, size: number, rows: number): number {
  const free = rows - k - 1;
  return 0.5 * k * Math.log(rows) + (free > 0 ? (k * (k + 1)) / free : 1e6) + NODE_COST * size;
}

export interface Fitness {
  /** Sum of squared (weighted) residuals. */
  readonly error: number;
  readonly parameters: number;
  readonly size: number;
}

/**
 * @param rows number of rows
 * @param variance (weighted) mean square of the target about its mean: the error is counted in units of it
 * @param resolution relative mean square of the rounding of the target's digits: nothing can be known better
 */
export function descriptionLength(
  { error, parameters: k, size }: Fitness,
  rows: number,
  variance: number,
  resolution = 0,
): number {
  // Not infinite, so that candidates with too many parameters still compare by their error.
  if (rows - k < 2 || k > mostParameters(rows)) return 1e6 + Math.max(error / rows / variance, 0);
  const relative = Math.max(error / rows / variance + resolution, EXACT);
  return 0.5 * rows * Math.log(relative) + structureLength(k, size, rows);
}
