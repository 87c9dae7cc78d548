/**
 * The paper's own way, as a baseline: an encoder and a map from one row to the next, trained end to end on rollouts that grow
 * from 1 step to 25. The map is an equation learner, or four dense ReLU layers of 50; it gives the next row itself, or what is
 * to be added to the present one. Paper, sections IV-B and IV-C.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { InputError } from "../errors.js";
import { EqlLayer } from "../network/index.js";
import { tensorFlow, variableOf } from "../network/tensorflow.js";
import { random, sample } from "../random.js";
import { FlatAdam } from "../vision/optimizer.js";
import { LEAST_ENCODED, SeriesEncoder } from "./encoder.js";
import { readSeries, type SeriesData, spreadOf } from "./series.js";
import { turn } from "./turn.js";

export const STEP_MAP_DEFAULTS = {
  network: "relu" as "relu" | "eql",
  /** Does the network give what is added to a row? If not, the next row. */
  residual: false,
  latents: 1,
  /** Training steps, series in each, and the steps of a rollout in equal parts of the training. */
  steps: 1000,
  batch: 64,
  rollouts: [1, 2, 5, 10, 25] as readonly number[],
  learningRate: 3e-3,
  seed: 1,
};

export interface StepMapOptions extends Partial<typeof STEP_MAP_DEFAULTS> {
  states: readonly string[];
  signal?: AbortSignal;
  onProgress?: (progress: { readonly fraction: number; readonly loss: number }) => void;
}

/** Units of the ReLU layers. */
const HIDDEN = [50, 50, 50, 50];
/** Price of an EQL's weight in the first half; small ones are taken out after it. */
const PENALTY = 2e-4;

export class StepMap {
  private readonly settings: typeof STEP_MAP_DEFAULTS & StepMapOptions;
  private encoder: SeriesEncoder | undefined;
  private eql: InstanceType<typeof EqlLayer> | undefined;
  private dense: tf.Variable[] = [];
  private spread: number[] = [];

  constructor(options: StepMapOptions) {
    this.settings = { ...STEP_MAP_DEFAULTS, ...options };
    const { rollouts, network } = this.settings;
    if (network !== "relu" && network !== "eql")
      throw new InputError(`network must be "relu" or "eql", not "${network}".`);
    if (rollouts.length === 0) throw new InputError("Give at least one length of rollouts, such as [1, 2, 5].");
  }

  /** Trains encoder and map on series, from new weights; returns the loss at the end, in squares of the states' spread. */
  async fit(data: SeriesData): Promise<number> {
    this.dispose();
    const tf = tensorFlow();
    const { states, latents, steps, batch, rollouts, learningRate, seed, network, signal, onProgress } = this.settings;
    const longest = Math.max(...rollouts);
    const { list } = readSeries(data, { states, dt: 1 }, Math.max(LEAST_ENCODED, longest + 1));
    const rows = Math.min(...list.map((each) => each.rows));
    this.spread = spreadOf(list);
    const stream = random(seed);
    const encoder = new SeriesEncoder(rows, states.length, latents, Math.min(batch, list.length), stream);
    this.encoder = encoder;
    const width = states.length + latents;
    if (network === "relu") {
      const sizes = [width, ...HIDDEN, states.length];
      this.dense = sizes.slice(1).flatMap((to, k) => {
        const normal = Float32Array.from({ length: sizes[k] * to }, () => stream.normal() * Math.sqrt(2 / sizes[k]));
        return [variableOf(() => tf.tensor(normal, [sizes[k], to])), variableOf(() => tf.zeros([to]))];
      });
    } else {
      this.eql = new EqlLayer({
        outputs: states.length,
        dense: true,
        gains: "unit",
        penalty: PENALTY,
        deviation: 0.2,
        seed,
      });
      const one = tf.zeros([1, width]);
      tf.dispose([one, this.eql.apply(one) as tf.Tensor]); // it has weights from here on
    }
    const map = this.eql ? this.eql.trainableWeights.map((weight) => weight.read() as tf.Variable) : this.dense;
    const weights = variableOf(() => tf.tensor1d(encoder.weights.slice()));
    const optimizer = new FlatAdam([{ variables: [weights, ...map], rate: 1 }]);
    const view = encoder.view(list, this.spread);
    const scaled = list.map(({ columns }) => columns.map((column, k) => column.map((v) => v / this.spread[k])));
    const size = Math.min(batch, list.length);
    let loss = 0;
    for (let step = 0; step < steps && !signal?.aborted; step++) {
      await turn();
      const length = rollouts[Math.floor((step * rollouts.length) / steps)];
      const chosen = sample(list.length, size, stream);
      const starts = chosen.map((s) => stream.below(list[s].rows - length));
      const row = (i: number) =>
        tf.tensor2d(
          chosen.map((s, b) => scaled[s].map((column) => column[starts[b] + i])),
          [size, states.length],
        );
      // Copies: what tfjs is given it may read later, and the kernel's memory changes.
      const encoded = tf.customGrad((...given) => {
        encoder.weights.set((given[0] as tf.Tensor).dataSync());
        const gradFunc = (by: tf.Tensor) => tf.tensor1d(encoder.gradient(by.dataSync()).slice());
        return { value: tf.tensor2d(encoder.train(view, chosen), [size, latents]), gradFunc };
      });
      const rate =
        learningRate * Math.min(1, (10 * (step + 1)) / steps) * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
      loss = optimizer.minimize(() => {
        const z = encoded(weights) as tf.Tensor2D;
        let x = row(0);
        let total: tf.Scalar = tf.scalar(0);
        for (let i = 1; i <= length; i++) {
          x = this.next(x, z);
          total = total.add(tf.losses.meanSquaredError(row(i), x)) as tf.Scalar;
        }
        return total.div(length) as tf.Scalar;
      }, rate);
      onProgress?.({ fraction: (step + 1) / steps, loss });
    }
    encoder.weights.set(weights.dataSync());
    encoder.measure(view);
    tf.dispose(weights);
    optimizer.dispose();
    return loss;
  }

  /** The latents of series, [series, latent], as the encoder says. */
  encode(data: SeriesData): number[][] {
    const { encoder } = this;
    if (!encoder) throw new InputError("The map is not trained yet: call fit(series) first.");
    const { list } = readSeries(data, { states: this.settings.states, dt: 1 }, encoder.rows);
    return encoder.encode(encoder.view(list, this.spread));
  }

  /**
   * Rolls the map out from the first row of each series, with the latents that the encoder sees in it.
   * @returns [series, steps + 1, state]
   */
  simulate(data: SeriesData, steps: number): number[][][] {
    const tf = tensorFlow();
    const z = tf.tensor2d(this.encode(data));
    const { list } = readSeries(data, { states: this.settings.states, dt: 1 }, 1);
    let x = tf.tensor2d(list.map(({ columns }) => columns.map((column, k) => column[0] / this.spread[k])));
    const rolled = [x.arraySync()];
    for (let i = 0; i < steps; i++) {
      const before = x;
      x = tf.tidy(() => this.next(before, z));
      before.dispose();
      rolled.push(x.arraySync());
    }
    tf.dispose([x, z]);
    return list.map((_, s) => rolled.map((rows) => rows[s].map((v, k) => v * this.spread[k])));
  }

  /** Frees its tensors; it can be trained anew after that. */
  dispose(): void {
    this.eql?.dispose();
    tensorFlow().dispose(this.dense);
    [this.encoder, this.eql, this.dense] = [undefined, undefined, []];
  }

  private next(x: tf.Tensor2D, z: tf.Tensor2D): tf.Tensor2D {
    const tf = tensorFlow();
    let h: tf.Tensor2D = tf.concat([x, z], 1);
    if (this.eql) h = this.eql.apply(h) as tf.Tensor2D;
    else {
      for (let k = 0; k < this.dense.length; k += 2) {
        h = h.matMul(this.dense[k] as tf.Tensor2D).add(this.dense[k + 1]);
        if (k < this.dense.length - 2) h = tf.relu(h);
      }
    }
    return this.settings.residual ? x.add(h) : h;
  }
}
