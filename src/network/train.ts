/** One restart of the paper's training: a pure function of the table, the wiring, the seed and the restart's number. */
import { type Random, random } from "../random.js";
import { type Architecture, weightCount } from "./architecture.js";
import { compact } from "./compact.js";
import { deviationsOf, drawWeights, normal } from "./initial.js";
import { GATES, SCHEDULES, type Schedule } from "./schedule.js";
import { type Sparsity, Trainer, type TrainingTable } from "./trainer.js";

export interface TrainOptions {
  readonly sparsity: Sparsity;
  readonly seed: number;
  /** Number of the restart. */
  readonly restart: number;
  /** The paper's schedule if not given. */
  readonly schedule?: Schedule;
  /** Called after every `every` steps, with the weights then. */
  readonly every?: number;
  readonly onSnapshot?: (snapshot: Snapshot) => void;
}

export interface Snapshot {
  /** Steps taken. */
  readonly step: number;
  /** Mean squared error before the last step. */
  readonly error: number;
  readonly weights: Float32Array;
}

export interface Trained {
  /** Weights, with gates closed as in the mean. */
  readonly weights: Float32Array;
  /** Mean squared error. */
  readonly error: number;
  /** How often the training had to begin anew because its error was no number any more. */
  readonly failures: number;
}

/** A training whose error is no number any more begins anew, so often at most. */
const ATTEMPTS = 100;

/** @returns undefined where the error stopped being a number in every attempt */
export function train(architecture: Architecture, table: TrainingTable, options: TrainOptions): Trained | undefined {
  for (let failures = 0; failures < ATTEMPTS; failures++) {
    const stream = random(options.seed, 2 ** 32 + options.restart * ATTEMPTS + failures);
    const found = attempt(architecture, table, options, stream);
    if (found) return { ...found, failures };
  }
  return undefined;
}

function attempt(
  whole: Architecture,
  table: TrainingTable,
  { sparsity, schedule = SCHEDULES[sparsity], every = Number.POSITIVE_INFINITY, onSnapshot }: TrainOptions,
  stream: Random,
): Pick<Trained, "weights" | "error"> | undefined {
  const size = weightCount(whole);
  const initial = drawWeights(whole, deviationsOf(whole.layers.length, schedule), stream);
  const gates = Float32Array.from({ length: size }, () => GATES.mean + GATES.deviation * normal(stream));
  const seeds = Uint32Array.from({ length: 16 }, () => Math.floor(stream.uniform() * 2 ** 32));
  let trainer = new Trainer(whole, table, initial, { gates, random: seeds });
  let places: ArrayLike<number> = Array.from({ length: size }, (_, i) => i);
  const weights = () => {
    const all = new Float32Array(size);
    trainer.weights().forEach((w, i) => {
      all[places[i]] = w;
    });
    return all;
  };
  let step = 0;
  for (const phase of schedule.phases) {
    const { threshold } = phase;
    if (threshold !== undefined) {
      trainer.freeze((w) => Math.abs(w) >= threshold);
      const rest = compact(whole, weights());
      const at = (values: Float32Array) => Float32Array.from(rest.places, (place) => values[place]);
      const squares = new Float32Array(size);
      trainer.state().squares.forEach((s, i) => {
        squares[places[i]] = s;
      });
      trainer = new Trainer(rest.architecture, table, at(weights()), { squares: at(squares) });
      trainer.freeze((w) => w !== 0);
      places = rest.places;
    }
    for (let done = 0; done < phase.steps; ) {
      const count = Math.min(phase.steps - done, every - (step % every));
      if (trainer.steps(count, phase) < count) return undefined;
      done += count;
      step += count;
      if (step % every === 0) onSnapshot?.({ step, error: trainer.lastError, weights: weights() });
    }
  }
  const error = trainer.error();
  return Number.isFinite(error) ? { weights: weights(), error } : undefined;
}
