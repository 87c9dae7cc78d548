/**
 * The network by the fused kernel, as a function of tfjs with a gradient: one pass forward, one back, whatever its depth. Where the
 * gradient is itself part of what is differentiated, it comes from operations of tfjs, which have derivatives of any order.
 */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node";
import type { Architecture } from "./architecture.js";
import { CompiledNetwork } from "./compiled.js";
import { operations } from "./operations.js";
import type { TensorFlow } from "./tensorflow.js";

/** Backends whose numbers can be had at once, and without much of a way. */
const BACKENDS = ["tensorflow", "wasm", "cpu"];

export const canFuse = (tf: TensorFlow): boolean => BACKENDS.includes(tf.getBackend());

/**
 * Outputs of every replica, [replicas, rows, outputs], of weights [replicas, weights of one] and inputs [rows, inputs], the
 * same for all replicas, or [replicas, rows, inputs].
 */
export function fusedNetwork(tf: TensorFlow, of: Architecture): (weights: Tensor2D, x: Tensor) => Tensor3D {
  const compiled = new CompiledNetwork(of);
  const numbers = (tensor: Tensor) => tensor.dataSync() as Float32Array;
  const rows = (x: Tensor) => x.shape[x.rank - 2];
  const run = tf.customGrad((...given) => {
    const [weights, x, save] = given as unknown as [Tensor2D, Tensor, (tensors: Tensor[]) => void];
    save([weights, x]);
    const outputs = compiled.forward(numbers(weights), numbers(x), rows(x));
    return {
      value: tf.tensor(outputs, [weights.shape[0], rows(x), of.outputs]),
      gradFunc: (by: Tensor, saved: Tensor[]) => {
        const [weights, x] = saved as [Tensor2D, Tensor];
        const isDifferentiated = tf.engine().state.gradientDepth > 0;
        if (isDifferentiated) {
          return tf.grads((w, u) => operations(tf, of, w as Tensor2D, u))([weights, x], by);
        }
        const gradient = compiled.backward(numbers(weights), numbers(x), numbers(by), rows(x));
        return [tf.tensor(gradient.weights, weights.shape), tf.tensor(gradient.x as Float32Array, x.shape)];
      },
    };
  });
  return (weights, x) => run(weights, x) as Tensor3D;
}
