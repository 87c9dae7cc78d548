/**
 * Functions of each element, in a plain loop: for the weights of a formula network quicker than the dozen operations of tfjs
 * that the same would take.
 */
import type { Tensor } from "@tensorflow/tfjs-node";
import type { TensorFlow } from "./tensorflow.js";

/** The elements of the result, and the derivatives of each by the same element of each argument. */
export interface Elements {
  readonly value: Float32Array;
  readonly slopes: readonly Float32Array[];
}

/** `compute` on tensors of one shape, with first derivatives. */
export function elementwise<T extends Tensor>(
  tf: TensorFlow,
  compute: (...elements: Float32Array[]) => Elements,
  ...tensors: T[]
): T {
  const { shape } = tensors[0];
  const run = tf.customGrad((...given) => {
    const inputs = given.slice(0, tensors.length) as Tensor[];
    const { value, slopes } = compute(...inputs.map((tensor) => tensor.dataSync() as Float32Array));
    return {
      value: tf.tensor(value, shape),
      gradFunc: (by: Tensor) => slopes.map((slope) => by.mul(tf.tensor(slope, shape))),
    };
  });
  return run(...tensors) as T;
}
