/**
 * A function of each element, in a plain loop: for the weights of a formula network quicker than the dozen operations of tfjs
 * that the same would take.
 */
import type { Tensor } from "@tensorflow/tfjs-node";
import type { Slope } from "./penalty.js";
import type { TensorFlow } from "./tensorflow.js";

/** `f` of every element, with its first derivative. */
export function elementwise<T extends Tensor>(tf: TensorFlow, f: (element: number) => Slope, tensor: T): T {
  const run = tf.customGrad((given) => {
    const elements = (given as Tensor).dataSync();
    const value = new Float32Array(elements.length);
    const slope = new Float32Array(elements.length);
    for (let i = 0; i < elements.length; i++) {
      const at = f(elements[i]);
      value[i] = at.value;
      slope[i] = at.slope;
    }
    return {
      value: tf.tensor(value, tensor.shape),
      gradFunc: (by: Tensor) => by.mul(tf.tensor(slope, tensor.shape)),
    };
  });
  return run(tensor) as T;
}
