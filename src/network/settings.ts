/** The options of an EqlLayer, their defaults, and their check. */
import { didYouMean, InputError, list } from "../errors.js";
import type { Gains } from "../primitives.js";
import { ARCHITECTURE_DEFAULTS, type Architecture, PAPER_LAYER } from "./architecture.js";
import { deviationsOf } from "./initial.js";
import { checkSchedule, type Schedule } from "./penalty.js";
import { SCHEDULES } from "./schedule.js";

export interface EqlLayerOptions {
  /** Hidden layers; 2. */
  layers?: number;
  /**
   * The units of each hidden layer, one name each, such as `["identity", "identity", "sin", "product"]`; or a list of such
   * lists, one for each hidden layer. The paper's 18 units unless given.
   */
  primitives?: readonly string[] | readonly (readonly string[])[];
  /** Formulas the layer learns: numbers it gives for each row; 1. */
  outputs?: number;
  /**
   * "paper": sin(2πg), (e^g − 1)/e, sigmoid(20g), 10·g·g. "unit": each of slope 1 at 0, sin(2πg)/2π, e^g − 1, sigmoid(4g), g·g,
   * so that the penalty has no favourite; better behind an encoder, which chooses the scale of the inputs.
   */
  gains?: Gains;
  /** Does every layer see the inputs and a 1, beside the units of the layer before it? As in the paper it doesn't. */
  dense?: boolean;
  /** Networks trained side by side from different starts; 1. More give one output each: [rows, replicas, outputs]. */
  replicas?: number;
  /** What is paid for: "L0.5", the smoothed roots of the weights; "L0", gates that aren't shut; "none". */
  sparsity?: "L0.5" | "L0" | "none";
  /** The price of a weight: a number, or how it changes in the course of training. 5e-3 for L0.5, 1e-2 for L0 (the paper's). */
  penalty?: number | Schedule;
  /** Standard deviation of the initial weights: one number, or one for each matrix. The paper's: 0.1, 0.5, …, 1; 0.5 for L0. */
  deviation?: number | readonly number[];
  /** Start of the random numbers: the same seed gives the same weights and gates; 1. */
  seed?: number;
  /** Is the network computed by the fused kernel? false: by operations of tfjs, as second derivatives always are. */
  fused?: boolean;
  /** Training steps before: what a saved model goes on from; 0. */
  step?: number;
  // What every layer of tfjs takes.
  inputShape?: (number | null)[];
  batchInputShape?: (number | null)[];
  batchSize?: number;
  dtype?: "float32";
  name?: string;
  trainable?: boolean;
}

export const LAYER_DEFAULTS = {
  layers: ARCHITECTURE_DEFAULTS.layers.length,
  primitives: PAPER_LAYER,
  outputs: ARCHITECTURE_DEFAULTS.outputs,
  gains: ARCHITECTURE_DEFAULTS.gains,
  dense: ARCHITECTURE_DEFAULTS.dense,
  replicas: 1,
  sparsity: "L0.5",
  /** The paper's weights of the penalty. */
  penalty: { "L0.5": 5e-3, L0: 1e-2, none: 0 },
  seed: 1,
  fused: true,
} as const;

const OWN = [
  ...["layers", "primitives", "outputs", "gains", "dense"],
  ...["replicas", "sparsity", "penalty", "deviation", "seed", "fused", "step"],
];
const TFJS = ["inputShape", "batchInputShape", "batchSize", "dtype", "name", "trainable", "weights", "inputDType"];

export interface LayerSettings extends Omit<Architecture, "inputs"> {
  readonly replicas: number;
  readonly sparsity: "L0.5" | "L0" | "none";
  readonly schedule: Schedule;
  /** One for each matrix. */
  readonly deviations: readonly number[];
  readonly seed: number;
  readonly fused: boolean;
  readonly step: number;
}

/** @throws InputError that names the option and what it may be; primitives are looked at when the layer is built */
export function layerSettings(options: EqlLayerOptions): LayerSettings {
  const known = [...OWN, ...TFJS];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new InputError(
        `EqlLayer has no option "${name}".${didYouMean(name, known)} Options are ${list(OWN)} ` +
          "and those of every layer of tfjs.",
      );
    }
  }
  const { outputs = LAYER_DEFAULTS.outputs, gains = LAYER_DEFAULTS.gains, dense = LAYER_DEFAULTS.dense } = options;
  const {
    replicas = LAYER_DEFAULTS.replicas,
    seed = LAYER_DEFAULTS.seed,
    fused = LAYER_DEFAULTS.fused,
    step = 0,
  } = options;
  const layers = hiddenLayers(options);
  // A saved model has it in small letters.
  const sparsity = (["L0.5", "L0", "none"] as const).find(
    (kind) => kind.toLowerCase() === String(options.sparsity ?? LAYER_DEFAULTS.sparsity).toLowerCase(),
  );
  if (!sparsity) throw new InputError(`sparsity must be "L0.5", "L0" or "none", not "${options.sparsity}".`);
  if (!Number.isInteger(replicas) || replicas < 1) {
    throw new InputError(`The number of replicas must be a whole number from 1 on, not ${replicas}.`);
  }
  if (!Number.isSafeInteger(seed)) throw new InputError(`The seed must be a whole number, not ${seed}.`);
  const schedule = checkSchedule(options.penalty ?? LAYER_DEFAULTS.penalty[sparsity]);
  const deviations = initialDeviations(options.deviation, layers.length, sparsity);
  return { layers, outputs, gains, dense, replicas, sparsity, schedule, deviations, seed, fused, step };
}

/** The options that give these settings. */
export function optionsOf({ layers, deviations, schedule, ...rest }: LayerSettings): EqlLayerOptions {
  return { primitives: layers, deviation: deviations, penalty: schedule, ...rest };
}

function hiddenLayers({ layers, primitives = LAYER_DEFAULTS.primitives }: EqlLayerOptions): (readonly string[])[] {
  const depth = layers ?? (isNested(primitives) ? primitives.length : LAYER_DEFAULTS.layers);
  if (!Number.isInteger(depth) || depth < 1) {
    throw new InputError(
      `layers is the number of hidden layers, from 1 on, not ${JSON.stringify(depth)}. Their units go into primitives.`,
    );
  }
  if (!Array.isArray(primitives) || primitives.length === 0) {
    throw new InputError(
      'primitives must be a list with a name for each unit of a hidden layer, such as ["identity", "sin", "product"], ' +
        `not ${JSON.stringify(primitives)}.`,
    );
  }
  if (!isNested(primitives)) return new Array(depth).fill(primitives);
  if (primitives.length !== depth) {
    throw new InputError(`There are ${depth} hidden layers, and primitives for ${primitives.length}.`);
  }
  return [...primitives];
}

const isNested = (primitives: readonly unknown[]): primitives is readonly (readonly string[])[] =>
  Array.isArray(primitives[0]);

function initialDeviations(
  given: EqlLayerOptions["deviation"],
  layers: number,
  sparsity: LayerSettings["sparsity"],
): readonly number[] {
  if (given === undefined) return deviationsOf(layers, SCHEDULES[sparsity === "L0" ? "L0" : "L0.5"]);
  const deviations = typeof given === "number" ? new Array(layers + 1).fill(given) : given;
  if (deviations.length !== layers + 1 || !deviations.every((d) => d > 0 && Number.isFinite(d))) {
    throw new InputError(
      `deviation must be a number above 0, or ${layers + 1} of them: one for each hidden layer and the last, not ${JSON.stringify(given)}.`,
    );
  }
  return deviations;
}
