/**
 * Training encoder and formula end to end, an epoch at a time: augmented batches, paired within themselves, one step of Adam each.
 * What changes along a stage (learning rate, scatter σ, usage bonus) is a function of how far it is.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow } from "../network/tensorflow.js";
import { type Random, sample } from "../random.js";
import { augment, type Jitter } from "./augment.js";
import type { Encoder } from "./encoder.js";
import type { ImageSet } from "./images.js";
import { pairLoss, softmax, throughSoftmax, usageLoss } from "./mixture.js";
import type { FlatAdam } from "./optimizer.js";
import { type Formula, type Pairs, pairUp } from "./pairs.js";

export const TRAINING = {
  /** Images a step. */
  batch: 128,
  /** Pairs that each image begins in a step. */
  partners: 8,
  jitter: { rotation: 15, scale: 0.15, shift: 2, shear: 0.2 } satisfies Jitter,
};

/** What is learned: a formula of two images' numbers, of which values in a range are seen. */
export interface Task {
  readonly images: ImageSet;
  readonly formula: Formula;
  readonly inRange: (y: number) => boolean;
}

/** A learned function of two latents. */
export interface PairFunction {
  readonly variables: readonly tf.Variable[];
  value(a: tf.Tensor1D, b: tf.Tensor1D): tf.Tensor1D;
  dispose(): void;
}

/** What holds at one moment of a stage. */
export interface Setting {
  readonly learningRate: number;
  /** Scatter of y around the formula, in y's units. */
  readonly sigma: number;
  /** Weight of the usage bonus. */
  readonly usage: number;
  /** Are the slots' values held in [−1, 1]? */
  readonly clamp: boolean;
}

export type Schedule = (progress: number) => Setting;

export interface Network {
  readonly encoder: Encoder;
  readonly f: PairFunction;
}

export const stepsAnEpoch = ({ images }: Task) => Math.floor(images.count / TRAINING.batch);

/** One step; returns the loss before it. */
export function step(
  network: Network,
  optimizer: FlatAdam,
  batch: tf.Tensor4D,
  pairs: Pairs,
  at: Setting,
  random: Random,
): number {
  const { encoder, f } = network;
  return optimizer.minimize(
    () => mixtureLoss(encoder.train(batch, random), grid(encoder, f), pairs, at),
    at.learningRate,
  );
}

/** f in every pair of slots, slots × slots. (By sums with zeros: the gradient of tfjs's `tile` is 64 operations.) */
export function grid({ slots }: Encoder, f: PairFunction): tf.Tensor2D {
  const count = slots.size;
  const zeros = tensorFlow().zeros([count, count]);
  const all = (shape: [number, number]) => zeros.add(slots.reshape(shape)).reshape<tf.Tensor1D>([count * count]);
  return f.value(all([count, 1]), all([1, count])).reshape([count, count]);
}

/** The loss as tfjs's autodiff sees it. */
function mixtureLoss(logits: tf.Tensor2D, values: tf.Tensor2D, pairs: Pairs, { sigma, usage }: Setting): tf.Scalar {
  const tf = tensorFlow();
  const loss = tf.customGrad((...inputs) => {
    const [logits, values] = inputs as [tf.Tensor2D, tf.Tensor2D];
    const slots = logits.shape[1];
    const p = softmax(logits.dataSync(), slots);
    const { value, byProbability, byValue } = pairLoss(p, values.dataSync(), pairs, sigma);
    let total = value;
    if (usage > 0) {
      const bonus = usageLoss(p, slots);
      total += usage * bonus.value;
      for (let at = 0; at < p.length; at++) byProbability[at] += usage * bonus.byProbability[at % slots];
    }
    const byLogit = throughSoftmax(p, byProbability, slots);
    return {
      value: tf.scalar(total),
      gradFunc: (dy: tf.Tensor) => [
        tf.tensor(byLogit, logits.shape).mul(dy),
        tf.tensor(Float32Array.from(byValue), values.shape).mul(dy),
      ],
    };
  });
  return loss(logits, values) as tf.Scalar;
}

/** One epoch, number `epoch` of `epochs`; returns its mean loss. Lets others have a turn between steps. */
export async function trainEpoch(
  network: Network,
  optimizer: FlatAdam,
  task: Task,
  schedule: Schedule,
  { epoch, epochs, random: generator, signal }: { epoch: number; epochs: number; random: Random; signal?: AbortSignal },
): Promise<number> {
  const { images, formula, inRange } = task;
  const order = sample(images.count, images.count, generator);
  const steps = stepsAnEpoch(task);
  let total = 0;
  for (let k = 0; k < steps; k++) {
    const which = order.slice(k * TRAINING.batch, (k + 1) * TRAINING.batch);
    const batch = tensorFlow().tensor4d(augment(images, which, TRAINING.jitter, generator), [
      which.length,
      images.height,
      images.width,
      1,
    ]);
    const pairs = pairUp(
      which.map((i) => images.values[i]),
      TRAINING.partners,
      formula,
      inRange,
    );
    const setting = schedule((epoch + k / steps) / epochs);
    total += step(network, optimizer, batch, pairs, setting, generator);
    batch.dispose();
    if (setting.clamp) clampSlots(network.encoder);
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
  return total / steps;
}

/** Sets all numbers of a variable. */
export function setVariable(variable: tf.Variable, numbers: Float32Array): void {
  const tf = tensorFlow();
  tf.tidy(() => variable.assign(tf.tensor(numbers, variable.shape)));
}

function clampSlots({ slots }: Encoder): void {
  tensorFlow().tidy(() => slots.assign(slots.clipByValue(-1, 1) as tf.Tensor1D));
}
