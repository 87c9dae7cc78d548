/** What was learned from images: reading one, predicting the formula's value for two, the formula itself, and how well it holds. */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow } from "../network/tensorflow.js";
import { type Random, random } from "../random.js";
import type { Encoder } from "./encoder.js";
import type { ImageSet } from "./images.js";
import type { EpochLoss } from "./learn-options.js";
import type { Formula } from "./pairs.js";
import { latents, slotProbabilities } from "./reading.js";
import type { PairFunction } from "./training.js";

const JUDGED = {
  /** Pairs of images by which a reader is judged. */
  pairs: 100_000,
  seed: 1,
};

export interface Learned {
  /** The formula of two latents, such as "8.95*z1+8.95*z2"; undefined for a baseline. */
  readonly formula?: string;
  /** Values of the latent in the slots. */
  readonly slots: number[];
  readonly restarts: number;
  /** Slots that were free after the scaffold and given a new value. */
  readonly revived: number;
  readonly losses: readonly EpochLoss[];
  readonly seconds: number;
  /** The latent of each image, by a few jittered copies of it. */
  read(images: ImageSet): Float64Array;
  /** The formula's value for each two latents. */
  predict(z1: ArrayLike<number>, z2: ArrayLike<number>): Float64Array;
  /** How well it holds for images never seen. */
  judge(images: ImageSet, by: { formula: Formula; inRange: (y: number) => boolean; resolution?: number }): Judgement;
  /** Frees its tensors. */
  dispose(): void;
}

/** Figures for the pairs with values in the training range, and for those outside it. */
export interface Judgement {
  readonly inside: Figures;
  readonly outside: Figures;
  /** Linear correlation of the latent with what the images show. */
  readonly correlation: number;
}

export interface Figures {
  readonly pairs: number;
  /** Part of the pairs whose value is right after rounding to the step of y. */
  readonly accuracy: number;
  /** Mean size of the error, in y's units. */
  readonly meanError: number;
}

interface Parts {
  readonly encoder: Encoder;
  readonly f: PairFunction;
  readonly formula?: string;
  readonly restarts: number;
  readonly revived: number;
  readonly losses: readonly EpochLoss[];
  readonly seconds: number;
  readonly seed: number;
}

/** Random numbers for reading; a stream that training does not use. */
const STREAM = 99;

export function makeLearned({ encoder, f, seed, ...parts }: Parts): Learned {
  const slots = Array.from(encoder.slots.dataSync());
  /** Images read before: it takes seconds, and gives the same again. */
  const known = new WeakMap<ImageSet, Float64Array>();
  const learned: Learned = {
    ...parts,
    slots,
    read(images) {
      const z = known.get(images) ?? latents(slotProbabilities(encoder, images, random(seed, STREAM)), slots);
      known.set(images, z);
      return z;
    },
    predict: (z1, z2) => evaluate(f, z1, z2),
    judge(images, { formula, inRange, resolution = 1 }) {
      const z = learned.read(images);
      const [first, second] = chooseTwo(images.count, random(JUDGED.seed));
      const y = first.map((a, n) => formula(images.values[a], images.values[second[n]]));
      const predicted = learned.predict(
        first.map((i) => z[i]),
        second.map((i) => z[i]),
      );
      const errors = y.map((value, n) => Math.abs(predicted[n] - value));
      const seen = y.map(inRange);
      return {
        inside: figures(
          errors.filter((_, n) => seen[n]),
          resolution,
        ),
        outside: figures(
          errors.filter((_, n) => !seen[n]),
          resolution,
        ),
        correlation: correlation(z, images.values),
      };
    },
    dispose() {
      encoder.dispose();
      f.dispose();
    },
  };
  return learned;
}

function evaluate(f: PairFunction, z1: ArrayLike<number>, z2: ArrayLike<number>): Float64Array {
  const tf = tensorFlow();
  const tensor = (z: ArrayLike<number>) => tf.tensor1d(Float32Array.from(z)) as tf.Tensor1D;
  return Float64Array.from(tf.tidy(() => f.value(tensor(z1), tensor(z2)).dataSync()));
}

function chooseTwo(count: number, { below }: Random): [number[], number[]] {
  const draw = () => Array.from({ length: JUDGED.pairs }, () => below(count));
  return [draw(), draw()];
}

function figures(errors: readonly number[], resolution: number): Figures {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    pairs: errors.length,
    accuracy: mean(errors.map((error) => (error < resolution / 2 ? 1 : 0))),
    meanError: mean(errors),
  };
}

/** Pearson's correlation. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const mean = (v: ArrayLike<number>) => Array.from(v).reduce((sum, value) => sum + value, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
