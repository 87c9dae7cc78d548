/**
 * Stage A of the neural way: one encoder and many equation learners (heads), trained together on the weak form. Every head is a
 * law of its own of all states, in the states and the encoder's latents; all see the same latents, so that restarts are cheap.
 * Heads run in the fused kernel, forwards and back; only the encoder is a matter of tfjs, and gets one gradient for all heads.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { type Architecture, architecture, weightCount } from "../network/architecture.js";
import { CompiledNetwork } from "../network/compiled.js";
import { initialWeights } from "../network/initial.js";
import { tensorFlow } from "../network/tensorflow.js";
import { random, sample } from "../random.js";
import { FlatAdam } from "../vision/optimizer.js";
import { SeriesEncoder } from "./encoder.js";
import type { Series } from "./series.js";
import type { Form } from "./weak.js";
import { integral } from "./weak.js";

export const HEADS_DEFAULTS = {
  heads: 8,
  /** Training steps; series and windows of each in a step; rows of a window less one. */
  steps: 1500,
  batch: 64,
  windows: 2,
  length: 24,
  /** Peak of the learning rate, reached after a tenth of the steps. */
  learningRate: 1e-2,
  /** Price of a weight's size, and the part of the training after which it is asked. */
  penalty: 1e-3,
  penaltyFrom: 0.4,
  /** Gradients of a head longer than this are shortened to it. */
  clip: 1,
};

export const HEAD_LAYER = ["identity", "square", "sin", "exp", "sigmoid", "product"];

export interface HeadsSetting {
  readonly series: readonly Series[];
  readonly spread: readonly number[];
  /** Size of each state's rate of change. */
  readonly rates: readonly number[];
  readonly form: Form;
  readonly dt: number;
  readonly latents: number;
  readonly seed: number;
}

export class Heads {
  readonly architecture: Architecture;
  /** [head, weight]: each head's law of x/spread, giving rates in units of their size. */
  readonly weights: Float32Array;
  readonly encoder: SeriesEncoder;
  /** Mean square residual of each head, averaged over recent steps. */
  readonly losses: Float64Array;
  private readonly network: CompiledNetwork;
  private readonly optimizer: FlatAdam;
  private readonly views: tf.Tensor3D;
  private readonly scaled: readonly (readonly Float32Array[])[];
  private readonly mean: Float32Array;
  private readonly square: Float32Array;
  private readonly stream;
  private step = 0;

  constructor(
    private readonly setting: HeadsSetting,
    private readonly options: typeof HEADS_DEFAULTS = HEADS_DEFAULTS,
  ) {
    const { series, spread, latents, seed } = setting;
    const states = spread.length;
    const layers = [HEAD_LAYER, HEAD_LAYER];
    this.architecture = architecture({
      inputs: states + latents,
      outputs: states,
      layers,
      dense: true,
      gains: "paper",
    });
    this.network = new CompiledNetwork(this.architecture);
    this.stream = random(seed);
    const rows = Math.min(...series.map((each) => each.rows));
    this.encoder = new SeriesEncoder(rows, states, latents, this.stream);
    this.optimizer = new FlatAdam([{ variables: this.encoder.weights, rate: 1 }]);
    this.views = this.encoder.view(series, spread);
    this.weights = initialWeights(this.architecture, [0.1, 0.07, 0.05], options.heads, seed);
    this.mean = new Float32Array(this.weights.length);
    this.square = new Float32Array(this.weights.length);
    this.losses = new Float64Array(options.heads).fill(Number.NaN);
    this.scaled = series.map(({ columns }) =>
      columns.map((column, k) => Float32Array.from(column, (v) => v / spread[k])),
    );
  }

  /** Learning rate of a step: up along a straight line, down along a cosine. */
  private get rate(): number {
    const { learningRate, steps } = this.options;
    const u = this.step / steps;
    return learningRate * (u < 0.1 ? 0.04 + (0.96 * u) / 0.1 : (1 + Math.cos((Math.PI * (u - 0.1)) / 0.9)) / 2);
  }

  /** One training step; returns the sum of the heads' mean square residuals. */
  train(): number {
    const tf = tensorFlow();
    const { series } = this.setting;
    const { batch, windows, length } = this.options;
    const chosen = sample(series.length, Math.min(batch, series.length), this.stream);
    const starts = chosen.flatMap((s) =>
      Array.from({ length: windows }, () => this.stream.below(series[s].rows - length)),
    );
    const { rate } = this;
    const throughHeads = tf.customGrad((...given) => {
      const z = given[0] as tf.Tensor;
      const { loss, byLatents } = this.heads(z.dataSync() as Float32Array, chosen, starts, rate);
      return { value: tf.scalar(loss), gradFunc: (by: tf.Tensor) => tf.tensor(byLatents, z.shape).mul(by) };
    });
    const loss = this.optimizer.minimize(
      () => throughHeads(this.encoder.apply(tf.gather(this.views, chosen))) as tf.Scalar,
      rate,
    );
    this.step++;
    return loss;
  }

  /** The latents of all series, [series, latent], by the encoder. */
  latents(): number[][] {
    this.encoder.measure(this.views);
    return tensorFlow().tidy(() => this.encoder.apply(this.views).arraySync());
  }

  weightsOf(head: number): Float32Array {
    const size = weightCount(this.architecture);
    return this.weights.slice(head * size, (head + 1) * size);
  }

  dispose(): void {
    this.optimizer.dispose();
    this.views.dispose();
  }

  /** Residuals of all heads on the windows, a step of each head, and the gradient of their sum by the latents. */
  private heads(z: Float32Array, chosen: readonly number[], starts: readonly number[], rate: number) {
    const { form, dt, latents, spread, rates } = this.setting;
    const { heads, windows, length } = this.options;
    const states = spread.length;
    const inputs = states + latents;
    const rows = length + (form === "map" ? 0 : 1);
    const points = starts.length * rows;
    const x = new Float32Array(points * inputs);
    for (let w = 0; w < starts.length; w++) {
      const series = this.scaled[chosen[(w / windows) | 0]];
      const own = ((w / windows) | 0) * latents;
      for (let i = 0; i < rows; i++) {
        const at = (w * rows + i) * inputs;
        for (let k = 0; k < states; k++) x[at + k] = series[k][starts[w] + i];
        for (let k = 0; k < latents; k++) x[at + states + k] = z[own + k];
      }
    }
    const f = this.network.forward(this.weights, x, points);
    const by = new Float32Array(f.length);
    // What the states do on a window, less its mean, in the rates' units; the same for all heads.
    const { use, back, count } = integral(length, dt, form);
    const targets = new Float32Array(starts.length * states * count);
    for (let w = 0; w < starts.length; w++) {
      const series = this.scaled[chosen[(w / windows) | 0]];
      for (let k = 0; k < states; k++) {
        const at = (w * states + k) * count;
        let mean = 0;
        for (let j = 0; j < count; j++) mean += series[k][starts[w] + j * (length / (count - 1))] / count;
        for (let j = 0; j < count; j++) {
          targets[at + j] = ((series[k][starts[w] + j * (length / (count - 1))] - mean) * spread[k]) / rates[k];
        }
      }
    }
    const scale = Math.sqrt(12) / (length * (form === "map" ? 1 : dt));
    const terms = starts.length * states * count;
    const u = new Float64Array(count);
    let total = 0;
    for (let h = 0; h < heads; h++) {
      let loss = 0;
      for (let w = 0; w < starts.length; w++) {
        for (let k = 0; k < states; k++) {
          const from = (h * points + w * rows) * states + k;
          use(f, from, states, u);
          const at = (w * states + k) * count;
          for (let j = 0; j < count; j++) {
            const r = scale * (targets[at + j] - u[j]);
            loss += r * r;
            u[j] = (-2 * scale * r) / terms;
          }
          back(u, by, from, states);
        }
      }
      loss /= terms;
      this.losses[h] = Number.isNaN(this.losses[h]) ? loss : 0.98 * this.losses[h] + 0.02 * loss;
      total += loss;
    }
    const gradient = this.network.backward(this.weights, x, by, points);
    this.descend(gradient.weights, rate);
    const byLatents = new Float32Array(z.length);
    const gx = gradient.x as Float32Array;
    for (let p = 0; p < points; p++) {
      const own = ((((p / rows) | 0) / windows) | 0) * latents;
      for (let k = 0; k < latents; k++) byLatents[own + k] += gx[p * inputs + states + k];
    }
    return { loss: total, byLatents };
  }

  /** Adam on each head's weights, with the price of their sizes. */
  private descend(gradient: Float32Array, rate: number): void {
    const { heads, penalty, penaltyFrom, steps, clip } = this.options;
    const { weights, mean, square } = this;
    const size = weights.length / heads;
    const price = this.step < penaltyFrom * steps ? 0 : penalty;
    const [first, second] = [0.9, 0.999];
    const corrected = (rate * Math.sqrt(1 - second ** (this.step + 1))) / (1 - first ** (this.step + 1));
    for (let h = 0; h < heads; h++) {
      let norm = 0;
      for (let i = h * size; i < (h + 1) * size; i++) {
        gradient[i] += price * Math.sign(weights[i]);
        norm += gradient[i] ** 2;
      }
      const factor = Math.min(1, clip / (Math.sqrt(norm) + 1e-9));
      if (!Number.isFinite(factor)) continue;
      for (let i = h * size; i < (h + 1) * size; i++) {
        const g = gradient[i] * factor;
        mean[i] = first * mean[i] + (1 - first) * g;
        square[i] = second * square[i] + (1 - second) * g * g;
        weights[i] -= (corrected * mean[i]) / (Math.sqrt(square[i]) + 1e-8);
      }
    }
  }
}
