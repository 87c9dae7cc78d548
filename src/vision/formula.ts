/**
 * From the table of slots to a formula: many equation learners at once, each with values of the slots of its own, fit
 * y = f(v_k, v_l). Which of two formulas is simpler depends on what the latent is, so the latent is learned anew with each.
 * (The search of `discover` must be told the latents. On those that the scaffold leaves it found the law's form on 4 of 7 tables; on the main
 * effects of the table, in a second, on 5, but not the product. The learners found it on all 7, in 7 seconds each.)
 */
import type * as tf from "@tensorflow/tfjs-node";
import { InputError } from "../errors.js";
import { complexity } from "../expression/complexity.js";
import { parse } from "../expression/parse.js";
import { PAPER_LAYER } from "../network/architecture.js";
import { EqlLayer, type EqlLayer as Layer } from "../network/index.js";
import { tensorFlow, variableOf } from "../network/tensorflow.js";
import { FlatAdam } from "./optimizer.js";
import type { SlotTable } from "./slots.js";
import type { PairFunction } from "./training.js";

export const FORMULA = {
  /** Equation learners side by side. */
  replicas: 24,
  /** Hidden layers: as few as do. */
  layers: [1, 2],
  deviation: { 1: [0.3, 1], 2: [0.3, 0.5, 1] } as Readonly<Record<number, readonly number[]>>,
  steps: 2000,
  learningRate: 1e-2,
  /** Of the steps, when the penalty begins, when it has grown to its full size, and when small weights are taken out. */
  from: 0.2,
  full: 0.4,
  mask: 0.65,
  penalty: 0.01,
  threshold: 0.05,
  /** Errors larger than this, in standard deviations of y, count by their size and not their square: cells of mixed slots. */
  robust: 0.1,
  /** The error of a cell counts up to this, in steps of y … */
  clip: 0.3,
  /** … and among formulas whose mean of that is as small to within this, the shortest is taken. */
  tolerance: 0.002,
  /** A formula with a larger mean is none. */
  accept: 0.03,
};

/** A formula in the form it goes on to be trained in. */
export interface FoundFormula {
  readonly layer: Layer;
  /** The latent's values that belong to it. */
  readonly slots: Float32Array;
  /** Mean error of the cells, each clipped, in steps of y. */
  readonly error: number;
  /** Hidden layers. */
  readonly layers: number;
}

const LATENTS = ["z1", "z2"];
const WIRING = { primitives: PAPER_LAYER, gains: "unit" } as const;

/** An equation learner with two inputs, whose weights are to be set. */
export function blankEql(layers: number): Layer {
  const layer = new EqlLayer({ ...WIRING, layers, penalty: 0 });
  layer.build([null, 2]);
  return layer;
}

/** Frees what a formula holds that is not gone on with. */
export const dropFormula = (found?: FoundFormula) => found && tensorFlow().dispose(unwrap(found.layer.weights));

/** A layer's tfjs variables, which tfjs wraps and calls protected, for an optimizer of one's own. */
const unwrap = (weights: Layer["weights"]) => weights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
const trainable = (layer: Layer) => unwrap(layer.trainableWeights);
/** What says which weights are left. */
export const maskOf = (layer: Layer) => unwrap(layer.nonTrainableWeights);

/** The formula as it stands, in latents z1 and z2. */
export const formulaText = (layer: Layer): string => layer.expression(LATENTS);

/** f(z1, z2) of an equation learner with two inputs. */
export function eqlFunction(layer: Layer): PairFunction {
  const tf = tensorFlow();
  return {
    variables: trainable(layer),
    value: (a, b) => (layer.apply(tf.stack([a, b], 1)) as tf.Tensor).reshape([-1]) as tf.Tensor1D,
    dispose: () => tf.dispose(unwrap(layer.weights)),
  };
}

interface Fitting {
  /** The step of y. */
  readonly resolution: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * @param start values of the slots to start from
 * @returns the formula with the smallest error, of as few hidden layers as do; undefined if no weights were left of any
 */
export async function findFormula(
  table: SlotTable,
  start: Float32Array,
  settings: Fitting,
  onProgress: (fraction: number) => void,
): Promise<FoundFormula | undefined> {
  let best: FoundFormula | undefined;
  for (const [n, layers] of FORMULA.layers.entries()) {
    const replicas = new Replicas(table, start, layers, settings.seed);
    try {
      await train(replicas, settings.signal, (u) => onProgress((n + u) / FORMULA.layers.length));
      const found = simplest(replicas, settings.resolution);
      const better = found && !(best && best.error <= found.error);
      dropFormula(better ? best : found);
      if (better) best = found;
    } catch (error) {
      if (!(error instanceof InputError)) throw error; // the mask would have left nothing
    } finally {
      replicas.dispose();
    }
    if (best && best.error <= FORMULA.accept) break;
  }
  return best;
}

/** Equation learners side by side, each with values of the slots of its own, and the table they fit. */
class Replicas {
  readonly layer: Layer;
  /** Replicas × slots. */
  readonly values: tf.Variable<tf.Rank.R2>;
  /** Standard deviation of y in the table, the unit in which it is fitted. */
  readonly spread: number;
  /** Cells × 1. */
  private readonly target: tf.Tensor2D;
  /** Cells × 1: as the root of the pairs in it; of all together 1. */
  private readonly weight: tf.Tensor2D;
  /** Products with these, slots × cells, pick the values of a cell's slots. */
  private readonly pick: tf.Tensor2D[];
  readonly optimizer: FlatAdam;

  constructor(
    { first, second, y, count }: SlotTable,
    start: Float32Array,
    readonly layers: number,
    seed: number,
  ) {
    const tf = tensorFlow();
    const { replicas, deviation } = FORMULA;
    const [cells, slots] = [y.length, start.length];
    this.spread = deviationOf(y);
    this.layer = new EqlLayer({ ...WIRING, layers, deviation: deviation[layers], seed, replicas, penalty: 0 });
    this.layer.build([cells, replicas, 2]);
    const roots = count.map(Math.sqrt);
    const total = roots.reduce((sum, root) => sum + root, 0);
    const column = (numbers: number[]) => tf.tensor2d(numbers, [cells, 1]);
    this.target = column(y.map((value) => value / this.spread));
    this.weight = column(roots.map((root) => root / total));
    this.values = variableOf(() => tf.tensor2d(start, [1, slots]).tile<tf.Tensor2D>([replicas, 1]));
    this.pick = [first, second].map((which) =>
      tf.tidy(() => tf.oneHot(tf.tensor1d(which, "int32"), slots).toFloat().transpose<tf.Tensor2D>()),
    );
    this.optimizer = new FlatAdam([{ variables: [...trainable(this.layer), this.values], rate: 1 }]);
  }

  /** What each replica is off by, cells × replicas, in standard deviations of y. */
  private residuals(): tf.Tensor2D {
    const tf = tensorFlow();
    const inputs = this.pick.map((one) => this.values.matMul(one).transpose());
    const outputs = this.layer.apply(tf.stack(inputs, 2)) as tf.Tensor;
    return outputs.reshape<tf.Tensor2D>([-1, FORMULA.replicas]).sub(this.target);
  }

  /** The pseudo-Huber loss, mean of the replicas, and the price of their weights. */
  loss(): tf.Scalar {
    const { robust, replicas } = FORMULA;
    const bent = this.residuals().div(robust).square().add(1).sqrt().sub(1);
    const fit = bent
      .mul(this.weight)
      .sum()
      .mul((2 * robust ** 2) / replicas);
    return this.layer.calculateLosses().reduce<tf.Tensor>((sum, price) => sum.add(price), fit) as tf.Scalar;
  }

  /** Mean error of each replica over the cells, each clipped, in steps of y. */
  errors(resolution: number): number[] {
    const mean = () =>
      this.residuals()
        .abs()
        .mul(this.spread / resolution)
        .minimum(FORMULA.clip)
        .mul(this.weight)
        .sum(0);
    return Array.from(tensorFlow().tidy(() => mean().dataSync()));
  }

  dispose(): void {
    const weights = unwrap(this.layer.weights);
    for (const one of [...this.pick, this.weight, this.target, this.values, ...weights, this.optimizer]) one.dispose();
  }
}

async function train(replicas: Replicas, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void> {
  const tf = tensorFlow();
  const { layer, values, optimizer } = replicas;
  const { steps, from, full, mask, penalty, threshold, learningRate } = FORMULA;
  let masked = false;
  for (let step = 0; step < steps; step++) {
    const u = step / steps;
    if (!masked && u >= mask) {
      layer.mask(threshold);
      masked = true;
    }
    layer.penalty = masked ? 0 : penalty * Math.min(1, Math.max(0, (u - from) / (full - from)));
    const rate = masked ? Math.max(0.02, (1 - u) / (1 - mask)) : Math.min(1, step / 50);
    optimizer.minimize(() => replicas.loss(), learningRate * rate);
    // While weights are paid for, small ones with large latents would be the cheapest.
    if (!masked) tf.tidy(() => values.assign(values.clipByValue(-1, 1) as tf.Tensor2D));
    if (step % 20 === 0) {
      onProgress(u);
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
  }
}

/**
 * Of the replicas that fit best, the one with the shortest formula, alone and in y's own units. Latents without a scale of their
 * own make z1 + z2 and z1² + z2² the same law, and both are found: the first is shorter.
 */
function simplest(replicas: Replicas, resolution: number): FoundFormula | undefined {
  const tf = tensorFlow();
  const { layer, layers, values, spread } = replicas;
  const errors = replicas.errors(resolution);
  const [weights, kept] = layer.getWeights().map((tensor) => tensor.arraySync() as number[][]);
  const alive = [...kept.keys()].filter((r) => kept[r].includes(1) && Number.isFinite(errors[r]));
  const least = Math.min(...alive.map((r) => errors[r]));
  const [chosen] = alive
    .filter((r) => errors[r] <= least + FORMULA.tolerance)
    .map((replica) => ({ replica, nodes: nodesOf(layer, replica) }))
    .sort((a, b) => a.nodes - b.nodes || errors[a.replica] - errors[b.replica])
    .map(({ replica }) => replica);
  if (chosen === undefined) return undefined;
  const alone = blankEql(layers);
  const last = weights[chosen].length - WIRING.primitives.length; // where the last matrix begins
  const scaled = weights[chosen].map((w, i) => (i >= last ? w * spread : w));
  tf.tidy(() => alone.setWeights([tf.tensor2d([scaled]), tf.tensor2d([kept[chosen]])]));
  const slots = Float32Array.from((values.arraySync() as number[][])[chosen]);
  return { layer: alone, slots, error: errors[chosen], layers };
}

function nodesOf(layer: Layer, replica: number): number {
  try {
    return complexity(parse(layer.expression(LATENTS, { replica })));
  } catch (error) {
    if (error instanceof InputError) return Number.POSITIVE_INFINITY; // too long to be read
    throw error;
  }
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
