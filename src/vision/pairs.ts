/** Pairs of images of a batch, and the formula's value for each. */

/** A formula of what two images show. */
export type Formula = (a: number, b: number) => number;

export interface Pairs {
  /** Number of the image in the batch. */
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** The formula's value. */
  readonly y: readonly number[];
  /** Of all pairs together 1. */
  readonly weight: readonly number[];
}

/**
 * Each image with the next `partners` of the batch, as far as the value belongs to the training range. Where large values are
 * left out, large digits are in fewer pairs: a pair weighs 1/n_a + 1/n_b, n being the pairs that an image is in, so that
 * images weigh the same.
 */
export function pairUp(
  values: readonly number[],
  partners: number,
  formula: Formula,
  inRange: (y: number) => boolean,
): Pairs {
  const [first, second, y]: [number[], number[], number[]] = [[], [], []];
  const count = new Array<number>(values.length).fill(0);
  for (let step = 1; step <= partners; step++) {
    for (let a = 0; a < values.length; a++) {
      const b = (a + step) % values.length;
      const value = formula(values[a], values[b]);
      if (!inRange(value)) continue;
      first.push(a);
      second.push(b);
      y.push(value);
      count[a]++;
      count[b]++;
    }
  }
  const weight = first.map((a, n) => 1 / count[a] + 1 / count[second[n]]);
  const total = weight.reduce((sum, w) => sum + w, 0);
  return { first, second, y, weight: weight.map((w) => w / total) };
}
