/**
 * From the table of slots to a formula: many equation learners at once, each with values of the slots of its own, fit
 * y = f(v_k, v_l). Which of two formulas is simpler depends on what the latent is, so the latent is learned anew with each.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { PAPER_LAYER } from "../network/architecture.js";
import { EqlLayer, type EqlLayer as Layer } from "../network/index.js";
import { tensorFlow } from "../network/tensorflow.js";
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
  /** … and among formulas whose mean of that is as small to within this, the one with the fewest weights is taken. */
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

const WIRING = { primitives: PAPER_LAYER, gains: "unit" } as const;

/** An equation learner with two inputs, whose weights are to be set. */
export function blankEql(layers: number): Layer {
  const layer = new EqlLayer({ ...WIRING, layers, penalty: 0 });
  layer.build([null, 2]);
  return layer;
}

/** A layer's tfjs variables, which tfjs wraps and calls protected, for an optimizer of one's own. */
const unwrap = (weights: Layer["weights"]) => weights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
const trainable = (layer: Layer) => unwrap(layer.trainableWeights);
/** What says which weights are left. */
export const maskOf = (layer: Layer) => unwrap(layer.nonTrainableWeights);

/** The formula as it stands, in latents z1 and z2. */
export const formulaText = (layer: Layer): string => layer.expression(["z1", "z2"]);

/** f(z1, z2) of an equation learner with two inputs. */
export function eqlFunction(layer: Layer): PairFunction {
  const tf = tensorFlow();
  return {
    variables: trainable(layer),
    value: (a, b) => (layer.apply(tf.stack([a, b], 1)) as tf.Tensor).reshape([-1]) as tf.Tensor1D,
  };
}

interface Fitting {
  /** The step of y. */
  readonly resolution: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** @param start values of the slots to start from */
export async function findFormula(
  table: SlotTable,
  start: Float32Array,
  settings: Fitting,
  onProgress: (fraction: number) => void,
): Promise<FoundFormula> {
  let best: FoundFormula | undefined;
  for (const [n, layers] of FORMULA.layers.entries()) {
    const found = await fit(table, start, layers, settings, (u) => onProgress((n + u) / FORMULA.layers.length));
    if (!best || found.error < best.error) best = found;
    if (best.error <= FORMULA.accept) break;
  }
  return best as FoundFormula;
}

async function fit(
  { first, second, y, count }: SlotTable,
  start: Float32Array,
  layers: number,
  { resolution, seed, signal }: Fitting,
  onProgress: (fraction: number) => void,
): Promise<FoundFormula> {
  const tf = tensorFlow();
  const { replicas, steps } = FORMULA;
  const [cells, slots] = [y.length, start.length];
  const spread = deviation(y);
  const layer = new EqlLayer({ ...WIRING, layers, deviation: FORMULA.deviation[layers], seed, replicas, penalty: 0 });
  layer.build([cells, replicas, 2]);
  const values = tf.variable(tf.tensor1d(start).reshape([1, slots]).tile([replicas, 1])) as tf.Variable<tf.Rank.R2>;
  // Products with these pick the values of a cell's slots.
  const pick = [first, second].map((which) => tf.oneHot(tf.tensor1d(which, "int32"), slots).toFloat().transpose());
  const roots = count.map(Math.sqrt);
  const total = roots.reduce((sum, root) => sum + root, 0);
  const weight = tf.tensor1d(roots.map((root) => root / total));
  const target = tf.tensor1d(y.map((value) => value / spread)).reshape([cells, 1]);
  const outputs = () => {
    const inputs = tf.stack(
      pick.map((one) => values.matMul(one as tf.Tensor2D).transpose()),
      2,
    );
    return (layer.apply(inputs) as tf.Tensor).reshape<tf.Tensor2D>([cells, replicas]);
  };
  const loss = () => {
    const error = outputs().sub(target).div(FORMULA.robust).square().add(1).sqrt().sub(1);
    const fit = error
      .mul(weight.reshape([cells, 1]))
      .sum()
      .mul((2 * FORMULA.robust ** 2) / replicas);
    return layer.calculateLosses().reduce<tf.Tensor>((sum, price) => sum.add(price), fit) as tf.Scalar;
  };
  const optimizer = new FlatAdam([{ variables: [...trainable(layer), values], rate: 1 }]);
  let masked = false;
  for (let step = 0; step < steps; step++) {
    const u = step / steps;
    if (!masked && u >= FORMULA.mask) {
      layer.mask(FORMULA.threshold);
      masked = true;
    }
    const grown = Math.min(1, Math.max(0, (u - FORMULA.from) / (FORMULA.full - FORMULA.from)));
    layer.penalty = masked ? 0 : FORMULA.penalty * grown;
    const rate = masked ? Math.max(0.02, (1 - u) / (1 - FORMULA.mask)) : Math.min(1, step / 50);
    optimizer.minimize(loss, FORMULA.learningRate * rate);
    tf.tidy(() => values.assign(values.clipByValue(-1, 1) as tf.Tensor2D));
    if (step % 20 === 0) {
      onProgress(u);
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
  }
  const errors = tf.tidy(() =>
    outputs()
      .sub(target)
      .abs()
      .mul(spread / resolution)
      .minimum(FORMULA.clip)
      .mul(weight.reshape([cells, 1]))
      .sum(0)
      .dataSync(),
  );
  const [weights, kept] = layer.getWeights().map((tensor) => tensor.arraySync() as number[][]);
  const sizes = kept.map((mask) => mask.reduce((sum, one) => sum + one, 0));
  const least = Math.min(...errors.filter(Number.isFinite));
  const candidates = [...sizes.keys()].filter((r) => errors[r] <= least + FORMULA.tolerance && sizes[r] > 0);
  const chosen = candidates.reduce((a, b) => (sizes[b] + errors[b] < sizes[a] + errors[a] ? b : a));
  const one = blankEql(layers);
  // The last matrix's weights give y in its own units.
  const last = weights[chosen].length - WIRING.primitives.length;
  const scaled = weights[chosen].map((w, i) => (i >= last ? w * spread : w));
  one.setWeights([tf.tensor2d([scaled]), tf.tensor2d([kept[chosen]])]);
  const found = (values.arraySync() as number[][])[chosen];
  for (const tensor of [...pick, weight, target, values]) tensor.dispose();
  optimizer.dispose();
  for (const variable of unwrap(layer.weights)) variable.dispose();
  return { layer: one, slots: Float32Array.from(found), error: errors[chosen], layers };
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
