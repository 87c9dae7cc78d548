/** The options of learning from images, their defaults, and their check. */
import { didYouMean, InputError, list } from "../errors.js";
import type { Formula } from "./pairs.js";

export interface LearnOptions {
  /** What is known of two images: the value of this formula of the numbers they show. The learner never sees the numbers. */
  formula: Formula;
  /** Values to be seen in training; all, if not given. */
  inRange?: (y: number) => boolean;
  /** The step of y, its values are told apart by: 1. */
  resolution?: number;
  /** Passes over the images with the scaffold (half as many more each time it is begun anew), and together with the formula. */
  epochs?: { scaffold?: number; together?: number };
  /** Start of the random numbers; 1. */
  seed?: number;
  /** Ends the work. */
  signal?: AbortSignal;
  /** File in which the state is kept after every epoch, to go on from after a cut. */
  checkpoint?: string;
  /** Called after every epoch and now and then while the formula is looked for. */
  onProgress?: (progress: LearnProgress) => void;
}

export type Stage = "scaffold" | "together";

export interface LearnProgress {
  readonly stage: Stage | "formula";
  /** Epochs done in this stage, and how many it has. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of all that is to be done, if nothing has to begin anew: 0 to 1. */
  readonly fraction: number;
  /** Beginnings anew so far. */
  readonly restarts: number;
  /** Mean loss of each epoch so far. */
  readonly losses: readonly EpochLoss[];
  /** The formula, once there is one. */
  readonly formula?: string;
  readonly seconds: number;
}

export interface EpochLoss {
  readonly attempt: number;
  readonly stage: Stage;
  readonly epoch: number;
  /** Mean of −ln p(y), without the constant of the normal distribution. */
  readonly loss: number;
}

export const LEARN_DEFAULTS = {
  epochs: { scaffold: 6, together: 32 },
  resolution: 1,
  seed: 1,
};

export interface LearnSettings {
  readonly formula: Formula;
  readonly inRange: (y: number) => boolean;
  readonly resolution: number;
  readonly epochs: { readonly scaffold: number; readonly together: number };
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly checkpoint?: string;
  readonly onProgress?: (progress: LearnProgress) => void;
}

const KNOWN = ["formula", "inRange", "resolution", "epochs", "seed", "signal", "checkpoint", "onProgress"];

/** @throws InputError that names the option and what it may be */
export function checkLearnOptions(options: LearnOptions): LearnSettings {
  for (const name of Object.keys(options ?? {})) {
    if (!KNOWN.includes(name)) {
      throw new InputError(`There is no option "${name}".${didYouMean(name, KNOWN)} Options are ${list(KNOWN)}.`);
    }
  }
  const { formula, inRange = () => true, resolution = LEARN_DEFAULTS.resolution, seed = LEARN_DEFAULTS.seed } = options;
  if (typeof formula !== "function") {
    throw new InputError("formula must be a function of two numbers, such as (a, b) => a + b.");
  }
  if (typeof inRange !== "function") throw new InputError("inRange must be a function, such as (y) => y < 15.");
  if (!(resolution > 0 && Number.isFinite(resolution))) {
    throw new InputError(`resolution must be a number above 0, not ${resolution}.`);
  }
  if (!Number.isSafeInteger(seed)) throw new InputError(`The seed must be a whole number, not ${seed}.`);
  const epochs = { ...LEARN_DEFAULTS.epochs, ...options.epochs };
  for (const [stage, count] of Object.entries(epochs)) {
    if (!Number.isInteger(count) || count < 1) {
      throw new InputError(`epochs.${stage} must be a whole number from 1 on, not ${count}.`);
    }
  }
  const { signal, checkpoint, onProgress } = options;
  return { formula, inRange, resolution, epochs, seed, signal, checkpoint, onProgress };
}
