/**
 * The encoder: a small convolutional network that says of each image in which of 16 slots it belongs, and every slot has a learned
 * value, the latent. (To regress the latent as one number, as in the paper, is what fails: between two digits it has to pass all
 * others.) No slot has a meaning from the start; which images come together in one, and what value it takes, the formula's values decide.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow, variableOf } from "../network/tensorflow.js";
import type { Random } from "../random.js";
import { batchNormRelu, type Moments } from "./batch-norm.js";
import { convolve } from "./convolution.js";

/** Kernel size, stride and filters of each convolution; each is followed by batch norm and ReLU. */
const CONVOLUTIONS = [
  { kernel: 5, stride: 2, filters: 24 },
  { kernel: 3, stride: 2, filters: 48 },
  { kernel: 3, stride: 1, filters: 48 },
];
/** Units of the dense layer. */
const DENSE = 64;
/** Part of the dense layer's units that are left out of a training step. */
const DROPOUT = 0.2;
/** More than there are digits: some digits get two, one for each way of writing them. */
export const SLOTS = 16;
/** What the sizes of all weights follow from. */
export const LAYERS = { convolutions: CONVOLUTIONS, dense: DENSE, slots: SLOTS };

/** A batch of images as a tensor, count × height × width × 1. */
export type Batch = tf.Tensor4D;

export class Encoder {
  /** Everything but the slots' values. */
  readonly weights: tf.Variable[] = [];
  /** The latent's value in each slot. */
  readonly slots: tf.Variable<tf.Rank.R1>;
  /** Means and variances of each batch norm over training images; what a batch of its own has is used while it learns. */
  private moments: Moments[] | undefined;

  constructor(
    readonly height: number,
    readonly width: number,
    random: Random,
  ) {
    const tf = tensorFlow();
    const uniform = (shape: number[], most: number) => {
      const values = Float32Array.from(
        { length: tf.util.sizeFromShape(shape) },
        () => (2 * random.uniform() - 1) * most,
      );
      this.weights.push(variableOf(() => tf.tensor(values, shape)));
    };
    let [rows, columns, channels] = [height, width, 1];
    for (const { kernel, stride, filters } of CONVOLUTIONS) {
      uniform([kernel, kernel, channels, filters], 1 / Math.sqrt(kernel * kernel * channels));
      this.weights.push(
        variableOf(() => tf.ones([filters])),
        variableOf(() => tf.zeros([filters])),
      );
      [rows, columns, channels] = [Math.ceil(rows / stride), Math.ceil(columns / stride), filters];
    }
    const flat = rows * columns * channels;
    for (const [from, to] of [
      [flat, DENSE],
      [DENSE, SLOTS],
    ]) {
      uniform([from, to], 1 / Math.sqrt(from));
      uniform([to], 1 / Math.sqrt(from));
    }
    this.slots = variableOf(() => tf.linspace(-1, 1, SLOTS));
  }

  /** Logits of the slots, count × 16, for training: by the batch's own moments, with dropout. */
  train(images: Batch, random: Random): tf.Tensor2D {
    const kept = Float32Array.from({ length: images.shape[0] * DENSE }, () =>
      random.uniform() < DROPOUT ? 0 : 1 / (1 - DROPOUT),
    );
    return this.forward(images, undefined, tensorFlow().tensor2d(kept, [images.shape[0], DENSE]));
  }

  /** Measures the moments of the batch norms, to be used from now on, on these images. */
  measure(images: Batch): void {
    const measured: Moments[] = [];
    tensorFlow().tidy(() => {
      this.forward(images, undefined, undefined, (moments) => measured.push(moments));
    });
    this.moments = measured;
  }

  /** Logits of the slots, count × 16. */
  logits(images: Batch): tf.Tensor2D {
    if (!this.moments) throw new Error("An encoder's moments are measured before it is used.");
    return this.forward(images, this.moments);
  }

  private forward(
    images: Batch,
    known?: readonly Moments[],
    dropout?: tf.Tensor2D,
    onMoments?: (moments: Moments) => void,
  ): tf.Tensor2D {
    let x: tf.Tensor4D = images;
    CONVOLUTIONS.forEach(({ stride }, k) => {
      const [kernel, scale, shift] = this.weights.slice(3 * k);
      x = batchNormRelu(
        convolve(x, kernel as tf.Tensor4D, stride),
        scale as tf.Tensor1D,
        shift as tf.Tensor1D,
        known?.[k],
        onMoments,
      );
    });
    const [dense, bias, head, offset] = this.weights.slice(3 * CONVOLUTIONS.length) as tf.Tensor2D[];
    let h = x.reshape<tf.Tensor2D>([images.shape[0], -1]).matMul<tf.Tensor2D>(dense).add<tf.Tensor2D>(bias).relu();
    if (dropout) h = h.mul(dropout);
    return h.matMul<tf.Tensor2D>(head).add(offset);
  }

  dispose(): void {
    for (const variable of [...this.weights, this.slots]) variable.dispose();
  }
}
