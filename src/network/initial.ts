/** The weights a training starts from: normal about 0, cut off at two standard deviations as in the paper's code. */
import { type Random, random } from "../random.js";
import { type Architecture, shapes, weightCount } from "./architecture.js";
import type { Schedule } from "./schedule.js";

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
    weights.set(drawWeights(of, deviations, random(seed, r)), r * count);
  }
  return weights;
}

/** The same for one replica, from a stream of random numbers. */
export function drawWeights(of: Architecture, deviations: readonly number[], numbers: Random): Float32Array {
  const drawn = shapes(of).flatMap(({ rows, columns }, k) =>
    Array.from({ length: rows * columns }, () => deviations[k] * cutNormal(numbers)),
  );
  return Float32Array.from(drawn);
}

/** A standard normal number, by the method of Box and Muller. */
export function normal({ uniform }: Random): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The same, of at most CUT. */
function cutNormal(numbers: Random): number {
  for (;;) {
    const value = normal(numbers);
    if (Math.abs(value) <= CUT) return value;
  }
}

/** The standard deviation of the initial weights of each matrix, for so many hidden layers. */
export function deviationsOf(
  layers: number,
  { deviations: [first, middle, last] }: Pick<Schedule, "deviations">,
): number[] {
  return Array.from({ length: layers + 1 }, (_, k) => (k === layers ? last : k === 0 ? first : middle));
}
