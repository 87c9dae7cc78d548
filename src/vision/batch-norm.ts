/**
 * Batch norm and ReLU in one, with a gradient by hand: it reads the activations, the largest tensors of a step, as seldom as can be.
 * Sums over a batch are matrix products with a row of ones, which is their quickest form.
 * S. Ioffe, C. Szegedy, Batch normalization, arXiv:1502.03167.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow } from "../network/tensorflow.js";

/** Added to each variance. */
const EPSILON = 1e-5;

/** Means and variances of the channels. */
export interface Moments {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * relu(scale·(x − mean)/√(variance + ε) + shift) for each channel.
 * @param x batch × height × width × channels
 * @param known moments to use; those of x, if not given
 * @param onMoments is told the moments of x
 */
export function batchNormRelu(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  known?: Moments,
  onMoments?: (moments: Moments) => void,
): tf.Tensor4D {
  const tf = tensorFlow();
  const channels = x.shape[3];
  const count = x.size / channels;
  const rows = x.reshape<tf.Tensor2D>([count, channels]);
  if (known) {
    const slope = tf.tensor1d(known.variance).add(EPSILON).rsqrt().mul<tf.Tensor1D>(scale);
    return rows
      .mul(slope)
      .add(shift.sub(slope.mul<tf.Tensor1D>(known.mean)))
      .relu()
      .reshape(x.shape);
  }
  const normalise = tf.customGrad((rowsIn, scaleIn, shiftIn, save) => {
    const [x, scale, shift] = [rowsIn, scaleIn, shiftIn] as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
    const ones = tf.ones<tf.Rank.R2>([1, count]);
    const mean = ones.matMul<tf.Tensor2D>(x).div<tf.Tensor2D>(count);
    const variance = ones.matMul<tf.Tensor2D>(x.square()).div(count).sub<tf.Tensor2D>(mean.square());
    onMoments?.({
      mean: mean.dataSync() as Float32Array,
      variance: variance.dataSync() as Float32Array,
    });
    const inverse = variance.add<tf.Tensor2D>(EPSILON).rsqrt();
    const slope = inverse.mul<tf.Tensor2D>(scale);
    const y = x
      .mul(slope)
      .add(shift.sub(slope.mul(mean)))
      .relu();
    (save as (tensors: tf.Tensor[]) => void)([x, y, mean, inverse, slope, ones]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, y, mean, inverse, slope, ones] = saved as tf.Tensor2D[];
        // y is never negative: its sign is 1 where the ReLU lets through.
        const g = dy.mul<tf.Tensor2D>(y.sign());
        const dShift = ones.matMul<tf.Tensor2D>(g);
        const dScale = ones.matMul<tf.Tensor2D>(g.mul(x)).sub(mean.mul(dShift)).mul<tf.Tensor2D>(inverse);
        const bend = inverse.mul(dScale).div(-count);
        const level = dShift.div(-count).sub(mean.mul(bend));
        const dx = g.add(x.mul(bend)).add(level).mul(slope);
        return [dx, dScale.reshape([channels]), dShift.reshape([channels])];
      },
    };
  });
  return normalise(rows, scale, shift).reshape(x.shape);
}
