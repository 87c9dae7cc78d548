/**
 * The encoder: a small convolutional network that looks at a whole series and says what its latents are. Two convolutions
 * along time, a dense layer, and a batch norm without weights that keeps each latent at mean 0 and standard deviation 1/2
 * (paper, section IV-B). The convolutions go on by as many rows as they are wide, which makes them products of matrices: many
times quicker, and nothing is lost here.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow } from "../network/tensorflow.js";
import { type Random, sample } from "../random.js";
import { FlatAdam } from "../vision/optimizer.js";
import type { Series } from "./series.js";

const FILTERS = 16;
/** Rows a convolution sees at once, and goes on by. */
const WIDTH = 5;
const DENSE = 16;
const EPSILON = 1e-5;
/** The least rows that two convolutions of this size can see. */
export const LEAST_ENCODED = WIDTH ** 2;

export class SeriesEncoder {
  readonly weights: tf.Variable[] = [];
  private moments: { readonly mean: tf.Tensor; readonly variance: tf.Tensor } | undefined;

  /** Rows of a series that are looked at, from its first on. */
  readonly rows: number;

  /** @param length rows that every series has */
  constructor(
    length: number,
    readonly states: number,
    readonly latents: number,
    random: Random,
  ) {
    const tf = tensorFlow();
    const matrix = (shape: number[], fan: number) => {
      const values = Float32Array.from(
        { length: tf.util.sizeFromShape(shape) },
        () => random.normal() * Math.sqrt(2 / fan),
      );
      this.weights.push(tf.variable(tf.tensor(values, shape)));
      this.weights.push(tf.variable(tf.zeros([shape[shape.length - 1]])));
    };
    this.rows = length - (length % LEAST_ENCODED);
    const seen = WIDTH * 2 * states;
    const flat = (this.rows / LEAST_ENCODED) * FILTERS;
    matrix([seen, FILTERS], seen);
    matrix([WIDTH * FILTERS, FILTERS], WIDTH * FILTERS);
    matrix([flat, DENSE], flat);
    matrix([DENSE, latents], DENSE);
  }

  /**
   * What the encoder sees of series: each state over its root mean square there, and the logarithm of that, so that large and
   * small motions look alike without their size being lost. [series, rows, 2 · states]
   */
  view(series: readonly Series[], spread: readonly number[]): tf.Tensor3D {
    const { rows, states } = this;
    const values = new Float32Array(series.length * rows * 2 * states);
    for (const [s, { columns }] of series.entries()) {
      for (let k = 0; k < states; k++) {
        let square = 0;
        for (let i = 0; i < rows; i++) square += (columns[k][i] / spread[k]) ** 2;
        const rms = Math.sqrt(square / rows) || Number.MIN_VALUE;
        for (let i = 0; i < rows; i++) {
          const at = (s * rows + i) * 2 * states;
          values[at + k] = columns[k][i] / spread[k] / rms;
          values[at + states + k] = Math.log(rms);
        }
      }
    }
    return tensorFlow().tensor3d(values, [series.length, rows, 2 * states]);
  }

  /** The latents of a batch as `view` gives it, [series, latents]; by the batch's own moments until `measure`. */
  apply(batch: tf.Tensor3D): tf.Tensor2D {
    const raw = this.raw(batch);
    const { mean, variance } = this.moments ?? momentsOf(raw);
    return raw.sub(mean).div(variance.add(EPSILON).sqrt()).div(2) as tf.Tensor2D;
  }

  /** Takes the moments of these series for those of all from now on. */
  measure(all: tf.Tensor3D): void {
    const tf = tensorFlow();
    const { mean, variance } = tf.tidy(() => momentsOf(this.raw(all)));
    this.moments = { mean, variance };
  }

  private raw(batch: tf.Tensor3D): tf.Tensor {
    const tf = tensorFlow();
    const series = batch.shape[0];
    let h: tf.Tensor = batch;
    for (let k = 0; k < this.weights.length; k += 2) {
      const [weight, bias] = [this.weights[k], this.weights[k + 1]];
      // A row for each place of a convolution, then for each series.
      const places = k < 4 ? -1 : series;
      h = h
        .reshape([places, weight.shape[0]])
        .matMul(weight as tf.Tensor2D)
        .add(bias);
      if (k < this.weights.length - 2) h = tf.relu(h);
    }
    return h;
  }
}

function momentsOf(raw: tf.Tensor): { mean: tf.Tensor; variance: tf.Tensor } {
  const { mean, variance } = tensorFlow().moments(raw, 0);
  return { mean, variance };
}

/** Training of an encoder on latents that are known: steps, series in each, and the learning rate it begins with. */
const REFIT = { steps: 600, batch: 128, learningRate: 5e-3 };

/** A trained encoder: the latents of series at a glance, without the law. */
export interface FastLatents {
  /** [series, latent]; for series like those it was trained on. */
  encode(series: readonly Series[]): number[][];
}

/** Trains an encoder to say the latents of series that a law has told. */
export function trainedEncoder(
  series: readonly Series[],
  spread: readonly number[],
  latents: readonly (readonly number[])[],
  random: Random,
): FastLatents {
  const tf = tensorFlow();
  const count = latents[0].length;
  const range = Array.from({ length: count }, (_, k) => {
    const values = latents.map((z) => z[k]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    return { mean, spread: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length) || 1 };
  });
  const targets = latents.map((z) => z.map((v, k) => (v - range[k].mean) / range[k].spread / 2));
  const encoder = new SeriesEncoder(Math.min(...series.map(({ rows }) => rows)), spread.length, count, random);
  const view = encoder.view(series, spread);
  const optimizer = new FlatAdam([{ variables: encoder.weights, rate: 1 }]);
  for (let step = 0; step < REFIT.steps; step++) {
    const chosen = sample(series.length, Math.min(REFIT.batch, series.length), random);
    const y = tf.tensor2d(chosen.map((s) => targets[s]));
    const rate = (REFIT.learningRate * (1 + Math.cos((Math.PI * step) / REFIT.steps))) / 2;
    optimizer.minimize(() => tf.losses.meanSquaredError(y, encoder.apply(tf.gather(view, chosen))) as tf.Scalar, rate);
    y.dispose();
  }
  encoder.measure(view);
  optimizer.dispose();
  view.dispose();
  return {
    encode: (given) =>
      tf
        .tidy(() => encoder.apply(encoder.view(given, spread)).arraySync())
        .map((z) => z.map((v, k) => range[k].mean + 2 * range[k].spread * v)),
  };
}
