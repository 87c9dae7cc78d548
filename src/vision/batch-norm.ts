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
    const sum = (of: tf.Tensor2D) => ones.matMul(of).reshape<tf.Tensor1D>([channels]);
    const mean = sum(x).div<tf.Tensor1D>(count);
    const variance = sum(x.square()).div(count).sub<tf.Tensor1D>(mean.square());
    onMoments?.({
      mean: mean.dataSync() as Float32Array,
      variance: variance.dataSync() as Float32Array,
    });
    const inverse = variance.add<tf.Tensor1D>(EPSILON).rsqrt();
    const slope = inverse.mul<tf.Tensor1D>(scale);
    const y = x
      .mul(slope)
      .add(shift.sub(slope.mul(mean)))
      .relu();
    (save as (tensors: tf.Tensor[]) => void)([x, y, mean, inverse, slope, ones]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, y, mean, inverse, slope, ones] = saved as [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor1D[]];
        const sum = (of: tf.Tensor) => ones.matMul(of).reshape<tf.Tensor1D>([channels]);
        // y is never negative: its sign is 1 where the ReLU lets through.
        const g = dy.mul(y.sign());
        const dShift = sum(g);
        const dScale = sum(g.mul(x)).sub(mean.mul(dShift)).mul<tf.Tensor1D>(inverse);
        const bend = inverse.mul(dScale).div(-count);
        const level = dShift.div(-count).sub(mean.mul(bend));
        return [g.add(x.mul(bend)).add(level).mul(slope), dScale, dShift];
      },
    };
  });
  return normalise(rows, scale, shift).reshape(x.shape);
}
