/**
 * tfjs, loaded when it is first needed: it takes a second, which who only calls `discover` need not wait for. It is the one
 * instance that a notebook or script has as "@tensorflow/tfjs-node", or its stand-in where the native library is missing.
 */
import { createRequire } from "node:module";
import type * as tensorflow from "@tensorflow/tfjs-node";

export type TensorFlow = typeof tensorflow;

const require = createRequire(import.meta.url);
let loaded: TensorFlow | undefined;

export function tensorFlow(): TensorFlow {
  if (!loaded) {
    require("../../../src/setup/preload.cjs");
    loaded = require("@tensorflow/tfjs-node") as TensorFlow;
  }
  return loaded;
}

/** A variable that begins with what `make` gives. In a tidy, or that tensor would be kept beside the variable, out of reach. */
export function variableOf<R extends tensorflow.Rank>(
  make: (tf: TensorFlow) => tensorflow.Tensor<R>,
  trainable = true,
): tensorflow.Variable<R> {
  const tf = tensorFlow();
  return tf.tidy(() => tf.variable(make(tf), trainable));
}
