/**
 * Stage A of the neural way: one encoder and many equation learners (heads), trained together on the weak form. Every head is a
 * law of its own of all states, in the states and the encoder's latents; all see the same latents, so that restarts are cheap.
 * All of a step that costs time runs in the network's kernel: the encoder, and heads and windows from the states to the gradients.
 */
import { availableParallelism } from "node:os";
import { type Architecture, architecture, weightCount } from "../network/architecture.js";
import { initialWeights } from "../network/initial.js";
import { random, sample } from "../random.js";
import { SeriesEncoder, type SeriesView } from "./encoder.js";
import type { WindowsSetting } from "./head-windows.js";
import { SplitHeads } from "./split-heads.js";

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

export interface HeadsSetting extends WindowsSetting {
  readonly seed: number;
}

export class Heads {
  readonly architecture: Architecture;
  readonly encoder: SeriesEncoder;
  /** Mean square residual of each head, averaged over recent steps. */
  readonly losses: Float64Array;
  private readonly batch: number;
  private readonly heads: SplitHeads;
  private readonly view: SeriesView;
  private readonly stream;
  private step = 0;

  /** @param threads that may train at once; the digits are the same for any number */
  constructor(
    private readonly setting: HeadsSetting,
    private readonly options: typeof HEADS_DEFAULTS = HEADS_DEFAULTS,
    threads = availableParallelism(),
  ) {
    const { seed, ...rest } = setting;
    const { series, spread, latents } = rest;
    const states = spread.length;
    const layers = [HEAD_LAYER, HEAD_LAYER];
    const inputs = states + latents;
    this.architecture = architecture({ inputs, outputs: states, layers, dense: true, gains: "paper" });
    this.stream = random(seed);
    this.batch = Math.min(options.batch, series.length);
    const rows = Math.min(...series.map((each) => each.rows));
    this.encoder = new SeriesEncoder(rows, states, latents, this.batch, this.stream);
    this.view = this.encoder.view(series, spread);
    const weights = initialWeights(this.architecture, [0.1, 0.07, 0.05], options.heads, seed);
    this.heads = new SplitHeads({ architecture: this.architecture, setting: rest, options, weights }, threads);
    this.losses = new Float64Array(options.heads).fill(Number.NaN);
  }

  /** Learning rate of a step: up along a straight line, down along a cosine. */
  private get rate(): number {
    const { learningRate, steps } = this.options;
    const u = this.step / steps;
    return learningRate * (u < 0.1 ? 0.04 + (0.96 * u) / 0.1 : (1 + Math.cos((Math.PI * (u - 0.1)) / 0.9)) / 2);
  }

  /** One training step; returns the sum of the heads' mean square residuals. */
  train(): number {
    const { series } = this.setting;
    const { windows: each, length, steps, penalty, penaltyFrom } = this.options;
    const chosen = sample(series.length, this.batch, this.stream);
    const starts: number[] = [];
    for (const s of chosen) for (let k = 0; k < each; k++) starts.push(this.stream.below(series[s].rows - length));
    const z = this.encoder.train(this.view, chosen);
    const { rate } = this;
    const price = this.step < penaltyFrom * steps ? 0 : penalty;
    const { losses, byLatents } = this.heads.step(chosen, starts, z, rate, price);
    losses.forEach((loss, h) => {
      this.losses[h] = Number.isNaN(this.losses[h]) ? loss : 0.98 * this.losses[h] + 0.02 * loss;
    });
    this.encoder.gradient(byLatents);
    this.encoder.descend(rate);
    this.step++;
    return losses.reduce((a, b) => a + b);
  }

  /** The latents of all series, [series, latent], by the encoder. */
  latents(): number[][] {
    this.encoder.measure(this.view);
    return this.encoder.encode(this.view);
  }

  /** Each head's law of x/spread, giving rates in units of their size. */
  weightsOf(head: number): Float32Array {
    const size = weightCount(this.architecture);
    return this.heads.weights.slice(head * size, (head + 1) * size);
  }

  /** Ends the thread that trains; what was trained can still be read. */
  close(): void {
    this.heads.close();
  }
}
