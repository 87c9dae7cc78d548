/**
 * A ReLU network for f(z1, z2): the scaffold with which the encoder learns to tell images apart before the formula is known, and the
 * baseline that the formula is compared with.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow, variableOf } from "../network/tensorflow.js";
import type { Random } from "../random.js";
import type { PairFunction } from "./training.js";

/** Units of the hidden layers, as the paper's baseline has them. */
const HIDDEN = [50, 50];

/**
 * It begins with weights of such a size (K. He et al., arXiv:1502.01852) that its values scatter about as y does. From smaller ones, which
 * make it nearly flat, there is nothing to tell images apart by, and for a difference none were.
 * @param mean,spread of y in training: the network's output is scaled by them
 */
export function reluNetwork(mean: number, spread: number, random: Random): PairFunction {
  const tf = tensorFlow();
  const sizes = [2, ...HIDDEN, 1];
  const weights = sizes.slice(1).flatMap((to, k) =>
    [[sizes[k], to], [to]].map((shape) => {
      const most = Math.sqrt((shape.length === 2 ? 6 : 1) / sizes[k]);
      const values = Float32Array.from(
        { length: tf.util.sizeFromShape(shape) },
        () => (2 * random.uniform() - 1) * most,
      );
      return variableOf(() => tf.tensor(values, shape));
    }),
  );
  return {
    variables: weights,
    value(a, b) {
      let h = tf.stack<tf.Tensor1D>([a, b], 1) as tf.Tensor2D;
      for (let k = 0; k < weights.length; k += 2) {
        h = h.matMul<tf.Tensor2D>(weights[k] as tf.Tensor2D).add(weights[k + 1]);
        if (k + 2 < weights.length) h = h.relu();
      }
      return h.reshape<tf.Tensor1D>([-1]).mul<tf.Tensor1D>(spread).add(mean);
    },
    dispose: () => tf.dispose(weights),
  };
}
