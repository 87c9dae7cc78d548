/**
 * One step of training, 256 points and two layers of 16 units: the fused one here, the same by operations of tfjs-node, the
 * same in PyTorch, with both penalties. In turn, each a few steps at a time, medians; and how the fused step grows.
 */
import type { Scalar, Tensor2D, Variable } from "@tensorflow/tfjs-node";
import { type Architecture, architecture, weightCount } from "../../src/network/architecture.js";
import { operations } from "../../src/network/operations.js";
import { tensorFlow } from "../../src/network/tensorflow.js";
import { type Sparsity, Trainer } from "../../src/network/trainer.js";
import { random } from "../../src/random.js";
import { startPyTorch } from "./pytorch.js";
import { aligned } from "./report.js";
import { median } from "./scaling.js";

const times = (count: number, name: string): string[] => new Array(count).fill(name);
/** 16 units, two of which take two pre-activations. */
const LAYER = [
  ...times(4, "identity"),
  ...times(4, "square"),
  ...times(2, "sin"),
  ...times(2, "exp"),
  ...times(2, "sigmoid"),
  ...times(2, "product"),
];
const POINTS = 256;
const STRENGTH: Readonly<Record<Sparsity, number>> = { "L0.5": 5e-3, L0: 1e-2 };
/** So small that the weights stay where every way of computing has the same work. */
const RATE = 1e-6;

export interface StepLine {
  readonly how: string;
  readonly sparsity: Sparsity;
  /** Median, and the least: what a machine does that does nothing else. */
  readonly milliseconds: number;
  readonly least: number;
}

export interface StepGrowth {
  readonly points: number;
  readonly units: number;
  readonly layers: number;
  readonly milliseconds: number;
}

export interface StepOutcome {
  readonly lines: readonly StepLine[];
  readonly growth: readonly StepGrowth[];
}

/** Takes steps; gives milliseconds a step. Each way takes about as long at once: on a busy machine a long turn is interrupted more often. */
type Stepper = (steps: number) => number | Promise<number>;

export async function stepTimes(
  quick: boolean,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<StepOutcome> {
  const network = architecture({ inputs: 2, layers: [LAYER, LAYER] });
  const torch = startTorch(network, signal);
  const ways = [
    ...way("fused, WebAssembly", 300, (sparsity) => fused(network, POINTS, sparsity)),
    ...way("tfjs-node, operation by operation", 1, () => byOperations(network)).slice(0, 1),
    ...(torch
      ? [
          ...way("PyTorch, an operation for each primitive", 5, (sparsity) => torch.by("name", sparsity)),
          ...way("PyTorch, an operation for each unit", 5, (sparsity) => torch.by("unit", sparsity)),
        ]
      : []),
  ];
  const taken = ways.map((): number[] => []);
  for (const { take, steps } of ways) await take(5 * steps);
  for (let round = 0; round < (quick ? 20 : 200); round++) {
    for (const [k, { take, steps }] of ways.entries()) taken[k].push(await take(steps));
    signal.throwIfAborted();
  }
  torch?.stop();
  const lines = ways.map(({ how, sparsity }, k) => ({
    how,
    sparsity,
    milliseconds: median(taken[k]),
    least: Math.min(...taken[k]),
  }));
  for (const { how, sparsity, milliseconds } of lines) {
    say(`step, ${sparsity}, ${how}: ${milliseconds.toPrecision(3)} ms`);
  }
  return { lines, growth: stepGrowth() };
}

/** One way, with each penalty. */
const way = (how: string, steps: number, make: (sparsity: Sparsity) => Stepper) =>
  (["L0.5", "L0"] as const).map((sparsity) => ({ how, sparsity, steps, take: make(sparsity) }));

function stepGrowth(): StepGrowth[] {
  const sizes = [
    ...[64, 256, 1024, 4096].map((points) => ({ points, units: 16, layers: 2 })),
    ...[8, 32, 64].map((units) => ({ points: POINTS, units, layers: 2 })),
    ...[1, 3, 4].map((layers) => ({ points: POINTS, units: 16, layers })),
  ];
  return sizes.map(({ points, units, layers }) => {
    const layer = LAYER.flatMap((name) => times(Math.max(1, units / LAYER.length), name)).filter(
      (_, k) => units >= LAYER.length || k % (LAYER.length / units) === 0,
    );
    const take = fused(architecture({ inputs: 2, layers: new Array(layers).fill(layer) }), points);
    return { points, units, layers, milliseconds: Math.min(...Array.from({ length: 40 }, () => take(20))) };
  });
}

function fused(network: Architecture, points: number, penalty: Sparsity = "L0.5"): (steps: number) => number {
  const { x, y, weights } = made(network, points);
  const trainer = new Trainer(network, { x, y }, weights, {
    random: Uint32Array.from({ length: 16 }, (_, k) => k + 1),
  });
  return (steps) => timed(steps, () => trainer.steps(steps, { rate: RATE, penalty, strength: STRENGTH[penalty] }));
}

function byOperations(network: Architecture): Stepper {
  const tf = tensorFlow();
  const { x, y, weights } = made(network, POINTS);
  const [inputs, target] = [tf.tensor2d(x, [POINTS, network.inputs]), tf.tensor2d(y, [POINTS, 1])];
  const variable = tf.variable(tf.tensor2d(weights, [1, weights.length])) as Variable & Tensor2D;
  const optimiser = tf.train.rmsprop(RATE, 0.9, 0, 1e-10);
  // Below the knee a the rounded root, beyond it what the size adds: what `where` would do if it had a gradient here.
  const penalty = () => {
    const [size, a] = [variable.abs(), 0.05];
    const below = size.clipByValue(0, a);
    const square = below.square();
    const rounded = square
      .square()
      .mul(-1 / (8 * a ** 3))
      .add(square.mul(3 / (4 * a)))
      .add((3 * a) / 8);
    return rounded.add(size.sub(below)).sqrt().sum();
  };
  const loss = () => {
    const output = operations(tf, network, variable, inputs).reshape([POINTS, 1]);
    return tf.losses.meanSquaredError(target, output).add(penalty().mul(STRENGTH["L0.5"])) as Scalar;
  };
  return (steps) =>
    timed(steps, () => {
      for (let k = 0; k < steps; k++) optimiser.minimize(loss, false, [variable]);
      variable.dataSync();
    });
}

function made({ inputs, layers, ...rest }: Architecture, points: number) {
  const { uniform } = random(1);
  const some = (count: number, size: number) => Float32Array.from({ length: count }, () => size * (2 * uniform() - 1));
  const x = some(points * inputs, 1);
  const y = Float32Array.from({ length: points }, (_, p) => x[p * inputs] ** 2);
  return { x, y, weights: some(weightCount({ inputs, layers, ...rest }), 0.2) };
}

function timed(steps: number, take: () => unknown): number {
  const begun = performance.now();
  take();
  return (performance.now() - begun) / steps;
}

/** PyTorch in a process of its own; undefined where it is not installed. */
function startTorch({ inputs, layers }: Architecture, signal: AbortSignal) {
  const torch = startPyTorch<{ milliseconds: number }>("step.py", signal);
  if (!torch) return undefined;
  const by =
    (what: "name" | "unit", sparsity: Sparsity): Stepper =>
    async (steps) =>
      (await torch.ask({ points: POINTS, inputs, layers, sparsity, by: what, steps })).milliseconds;
  return { by, stop: torch.stop };
}

export function stepParts({ lines, growth }: StepOutcome): string[] {
  const ours = (sparsity: Sparsity) => lines.find((line) => line.sparsity === sparsity) as StepLine;
  const short = (value: number) => value.toPrecision(3);
  return [
    "## A step of training",
    `Paper's units, ${POINTS} points, two layers of ${LAYER.length}, smoothed L0.5 or gates of L0, RMSProp, float32, one thread of each; in ` +
      "turn. Least: the shortest of all turns.",
    aligned(
      ["how", "penalty", "median, ms", "against fused", "least, ms", "against fused"],
      lines.map(({ how, sparsity, milliseconds, least }) => [
        how,
        sparsity,
        short(milliseconds),
        short(milliseconds / ours(sparsity).milliseconds),
        short(least),
        short(least / ours(sparsity).least),
      ]),
    ),
    aligned(
      ["points", "units a layer", "layers", "fused, least, ms"],
      growth.map((size) => [`${size.points}`, `${size.units}`, `${size.layers}`, short(size.milliseconds)]),
    ),
  ];
}
