/**
 * The network by operations of tfjs, one after another: on any backend, with gradients of any order. The fused kernel is
 * tested against it, and it computes where the kernel can't.
 */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node";
import { type Gains, PRIMITIVES, type Trained } from "../primitives.js";
import { type Architecture, arity, shapes } from "./architecture.js";
import type { TensorFlow } from "./tensorflow.js";

/**
 * Outputs of every replica.
 * @param weights [replicas, weights of one], laid out as in architecture.ts
 * @param x [rows, inputs], the same for all replicas, or [replicas, rows, inputs]
 * @returns [replicas, rows, outputs]
 */
export function operations(tf: TensorFlow, of: Architecture, weights: Tensor2D, given: Tensor): Tensor3D {
  const [replicas] = weights.shape;
  const x = given.rank === 3 ? given : given.expandDims(0).tile([replicas, 1, 1]);
  const rows = x.shape[1] as number;
  const matrices = shapes(of);
  let units: Tensor = x;
  matrices.forEach((shape, k) => {
    const size = shape.rows * shape.columns;
    const matrix = weights.slice([0, shape.offset], [replicas, size]).reshape([replicas, shape.rows, shape.columns]);
    const seen = of.dense ? tf.concat([...(k === 0 ? [x] : [units, x]), tf.ones([replicas, rows, 1])], 2) : units;
    const sums = tf.matMul(seen, matrix);
    units = k === of.layers.length ? sums : activations(tf, of.layers[k], of.gains, sums);
  });
  return units as Tensor3D;
}

/** [replicas, rows, pre-activations] → [replicas, rows, units] */
function activations(tf: TensorFlow, layer: readonly string[], gains: Gains, sums: Tensor): Tensor {
  const [replicas, rows] = sums.shape;
  const parts: Tensor[] = [];
  let column = 0;
  for (let first = 0; first < layer.length; ) {
    // Neighbours with one primitive are computed at once.
    const name = layer[first];
    let count = 1;
    while (layer[first + count] === name) count++;
    const width = count * arity(name);
    const group = sums.slice([0, 0, column], [replicas, rows, width]).reshape([replicas, rows, count, arity(name)]);
    const inputs = Array.from({ length: arity(name) }, (_, j) =>
      group.slice([0, 0, 0, j], [replicas, rows, count, 1]).reshape([replicas, rows, count]),
    );
    const { op, [gains]: gain } = PRIMITIVES[name].trained as Trained;
    const value = op(...inputs.map((u) => u.mul(gain.inner)));
    const part = typeof value === "number" ? tf.fill([replicas, rows, count], value) : value;
    parts.push(part.mul(gain.outer).add(gain.offset));
    column += width;
    first += count;
  }
  return tf.concat(parts, 2);
}
