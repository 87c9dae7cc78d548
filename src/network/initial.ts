/** The weights a training starts from: normal about 0, cut off at two standard deviations as in the paper's code. */
import { type Random, random } from "../random.js";
import { type Architecture, shapes, weightCount } from "./architecture.js";

const CUT = 2;

/**
 * @param deviations standard deviation (before the cut) for each matrix
 * @returns the weights of all replicas, one after another; a replica's don't depend on how many there are
 */
export function initialWeights(
  of: Architecture,
  deviations: readonly number[],
  replicas: number,
  seed: number,
): Float32Array {
  const count = weightCount(of);
  const weights = new Float32Array(replicas * count);
  for (let r = 0; r < replicas; r++) {
    const numbers = random(seed, r);
    shapes(of).forEach(({ rows, columns, offset }, k) => {
      const begin = r * count + offset;
      for (let i = 0; i < rows * columns; i++) weights[begin + i] = deviations[k] * cutNormal(numbers);
    });
  }
  return weights;
}

/** A standard normal number of at most CUT; by the method of Box and Muller. */
function cutNormal({ uniform }: Random): number {
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    if (Math.abs(normal) <= CUT) return normal;
  }
}
