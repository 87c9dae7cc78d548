/** The options of `discover`, their defaults, and their check. */
import { setMaxListeners } from "node:events";
import { type CustomPrimitive, formulaOf, type NamedFormula, unitOf } from "./custom.js";
import { didYouMean, InputError, list } from "./errors.js";
import type { Sparsity } from "./network/trainer.js";
import { defaultWorkers } from "./parallel/pool.js";
import { DEFAULT_PRIMITIVES, PRIMITIVES } from "./primitives.js";

export interface DiscoverOptions {
  /** The column to explain. */
  target: string;
  /** The columns to explain it by; all other numeric ones if not given. */
  inputs?: readonly string[];
  /**
   * What formulas are built of, by name; "default" and "all" stand for several. A primitive of one's own is a name and a
   * formula in u, or in u and v: `["default", { name: "lorentz", formula: "1/(1+u^2)" }]`.
   */
  primitives?: readonly (string | CustomPrimitive)[] | "default" | "all";
  /**
   * Units of columns, such as `{ m: "kg", v: "m/s", E: "J" }`: formulas that break them are not offered. They tell dimensions
   * only; numbers are never converted, and the formula holds in the table's own.
   */
  units?: Readonly<Record<string, string>>;
  /** Measurement errors of the target (standard deviations): a column, or one number for all rows. */
  sigma?: string | number;
  /** A column of weights of the rows, all positive: a row of weight 4 is taken to have half the error of a row of weight 1. */
  weights?: string;
  /**
   * What the target's errors are like: "additive" (of one size in all rows) or "relative" (in proportion to the value);
   * if not given, whichever describes the table in fewer words.
   */
  noise?: "additive" | "relative";
  /**
   * "squares": least squares, the most exact where errors are normal. "robust": errors have wide tails (Student's t), so that rows
   * far from the law count for little; all rows are kept, and up to a fifth of them may be wild.
   */
  loss?: "squares" | "robust";
  /** Rows that no law of the others comes near: "aside" sets them aside and says so, "keep" keeps them. */
  outliers?: "aside" | "keep";
  /** Start of the random numbers: the same seed gives the same formula to the last digit. */
  seed?: number;
  /**
   * "search": the search for a sparse network. "paper": the training of the paper, to compare; its formulas are read off as
   * published (`result.published`), and polished by the search's fit for the rest of the result.
   */
  method?: "search" | "paper";
  /** Of the paper's method: the penalty on weights, smoothed L0.5 or gates. */
  sparsity?: Sparsity;
  /** Of the paper's method: trainings from other initial weights. */
  restarts?: number;
  /** Of the paper's method: hidden layers. */
  layers?: number;
  /** Seconds after which the search ends with the best so far. */
  budget?: number;
  /** Worker threads; they change how long it takes, and nothing else. */
  workers?: number;
  /** Address of a Redis whose workers (`npx eqlab worker`) do the work: redis://host:6379; worker threads here if not given. */
  cluster?: string;
  /** Ends the search with the best so far. */
  signal?: AbortSignal;
  /** File in which the state of the search is kept, to go on from after a cut. */
  checkpoint?: string;
  /** Called a few times a second at most, with how far the search is and what it has. */
  onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: string;
  /** Of the longest a search can take, 0 to 1. */
  readonly fraction: number;
  /** The best formula so far. */
  readonly best: string;
  /** What it leaves of the target's variance, 0 to 1, as the search weighs the rows. */
  readonly loss?: number;
  readonly seconds: number;
  /** Seconds until the end at the latest: by the pace so far, and by the budget. */
  readonly remaining: number;
}

export const DEFAULTS = {
  primitives: "default",
  loss: "squares",
  outliers: "aside",
  seed: 1,
  method: "search",
  /** Of the paper's method: its penalty, its trials, its hidden layers. */
  sparsity: "L0.5",
  restarts: 20,
  layers: 2,
} as const;

/** Milliseconds: a longer timer of Node's goes off at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export interface Settings {
  readonly target: string;
  readonly inputs?: readonly string[];
  readonly sigma?: string;
  readonly sigmaValue?: number;
  readonly weights?: string;
  readonly noise?: "additive" | "relative";
  readonly primitives: readonly (string | NamedFormula)[];
  readonly units?: Readonly<Record<string, string>>;
  readonly loss: "squares" | "robust";
  readonly outliers: "aside" | "keep";
  readonly seed: number;
  readonly method: "search" | "paper";
  readonly sparsity: Sparsity;
  readonly restarts: number;
  readonly layers: number;
  readonly workers: number;
  readonly cluster?: string;
  readonly budget?: number;
  readonly signal: AbortSignal;
  /** Why the search was stopped, if it was. */
  stopped(): string | undefined;
  readonly checkpoint?: string;
  readonly onProgress?: (progress: Progress) => void;
}

const KNOWN = [
  "target",
  "inputs",
  "primitives",
  "units",
  "sigma",
  "weights",
  "noise",
  "loss",
  "outliers",
  "seed",
  "method",
  "sparsity",
  "restarts",
  "layers",
  "budget",
  "workers",
  "cluster",
  "signal",
  "checkpoint",
  "onProgress",
];

/**
 * @param cell aborted when the notebook's running cell is stopped
 * @throws InputError that names the option and what it may be
 */
export function checkOptions(options: DiscoverOptions, cell?: AbortSignal): Settings {
  if (typeof options !== "object" || options === null) {
    throw new InputError('Say which column is to be explained: discover(data, { target: "y" }).');
  }
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) {
      throw new InputError(`There is no option "${name}".${didYouMean(name, KNOWN)} Options are ${list(KNOWN)}.`);
    }
  }
  const { target, inputs, primitives = DEFAULTS.primitives, sigma, seed = DEFAULTS.seed } = options;
  const { units, weights, noise, loss = DEFAULTS.loss, outliers = DEFAULTS.outliers } = options;
  const { method = DEFAULTS.method, sparsity = DEFAULTS.sparsity } = options;
  const { restarts = DEFAULTS.restarts, layers = DEFAULTS.layers } = options;
  const { budget, workers = defaultWorkers(), cluster, signal, checkpoint, onProgress } = options;
  if (!Number.isSafeInteger(seed)) throw new InputError(`The seed must be a whole number, not ${seed}.`);
  if (!Number.isInteger(workers) || workers < 1) {
    throw new InputError(`The number of workers must be a whole number from 1 on, not ${workers}.`);
  }
  if (budget !== undefined && !(typeof budget === "number" && budget > 0)) {
    throw new InputError(`The budget must be a number of seconds above 0, not ${budget}.`);
  }
  if (inputs !== undefined && !Array.isArray(inputs)) {
    throw new InputError(`inputs must be a list of columns, such as ["x"], not ${JSON.stringify(inputs)}.`);
  }
  if (units !== undefined && (typeof units !== "object" || units === null || Array.isArray(units))) {
    throw new InputError(`units must be units by column, such as { m: "kg", v: "m/s" }, not ${JSON.stringify(units)}.`);
  }
  if (loss !== "squares" && loss !== "robust") {
    throw new InputError(`loss must be "squares" or "robust", not ${JSON.stringify(loss)}.`);
  }
  if (outliers !== "aside" && outliers !== "keep") {
    throw new InputError(`outliers must be "aside" or "keep", not ${JSON.stringify(outliers)}.`);
  }
  if (noise !== undefined && noise !== "additive" && noise !== "relative") {
    throw new InputError(`noise must be "additive" or "relative", not ${JSON.stringify(noise)}.`);
  }
  if (weights !== undefined && typeof weights !== "string") {
    throw new InputError(`weights must be the name of a column, not ${JSON.stringify(weights)}.`);
  }
  if (sigma !== undefined && (noise !== undefined || weights !== undefined)) {
    const other = noise === undefined ? "weights" : "noise";
    throw new InputError(`sigma says how large the errors of each row are, and so does ${other}. Give one of the two.`);
  }
  if (typeof sigma === "number" && !(sigma > 0 && Number.isFinite(sigma))) {
    throw new InputError(`sigma must be a number above 0 or the name of a column, not ${sigma}.`);
  }
  checkMethod(method, sparsity, { restarts, layers });
  for (const name of ["sparsity", "restarts", "layers"] as const) {
    if (method !== "paper" && options[name] !== undefined) {
      throw new InputError(`${name} belongs to the paper's method: give method: "paper" too, or leave ${name} out.`);
    }
  }
  if (cluster !== undefined && typeof cluster !== "string") {
    throw new InputError('cluster must be the address of a Redis, such as "redis://host:6379".');
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InputError("signal must be that of an AbortController: new AbortController().signal.");
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new InputError("onProgress must be a function, such as (progress) => console.log(progress.best).");
  }
  const timeout =
    budget === undefined ? undefined : AbortSignal.timeout(Math.min(Math.ceil(budget * 1000), LONGEST_TIMEOUT));
  const stop = AbortSignal.any([signal, timeout, cell].filter((source) => source !== undefined));
  setMaxListeners(0, stop); // every job of the search listens to it
  return {
    target,
    inputs,
    sigma: typeof sigma === "string" ? sigma : undefined,
    sigmaValue: typeof sigma === "number" ? sigma : undefined,
    weights,
    noise,
    primitives: chosenPrimitives(typeof primitives === "string" ? [primitives] : primitives, method),
    units: units && Object.keys(units).length > 0 ? units : undefined,
    loss,
    // With the robust loss all rows are kept.
    outliers: loss === "robust" ? "keep" : outliers,
    seed,
    method,
    sparsity,
    restarts,
    layers,
    workers,
    cluster,
    budget,
    signal: stop,
    stopped() {
      if (signal?.aborted || cell?.aborted) return "The search was stopped";
      return timeout?.aborted ? `The search ended with its budget of ${budget} s` : undefined;
    },
    checkpoint,
    onProgress,
  };
}

/** What the paper's method can use: what networks are trained with, but powers, whose exponents could be anything. */
export const inPaper = (name: string): boolean => PRIMITIVES[name].trained !== undefined && name !== "power";

function checkMethod(method: unknown, sparsity: unknown, counts: Readonly<Record<string, unknown>>): void {
  if (method !== "search" && method !== "paper") {
    throw new InputError(`method must be "search" or "paper", not ${JSON.stringify(method)}.`);
  }
  if (sparsity !== "L0.5" && sparsity !== "L0") {
    throw new InputError(`sparsity must be "L0.5" or "L0", not ${JSON.stringify(sparsity)}.`);
  }
  for (const [name, count] of Object.entries(counts)) {
    if (!(Number.isInteger(count) && (count as number) >= 1)) {
      throw new InputError(`The number of ${name} must be a whole number from 1 on, not ${count}.`);
    }
  }
}

/** Primitives with "default" and "all" spelt out. To the search's default belong power laws of positive inputs. */
function chosenPrimitives(
  given: readonly (string | CustomPrimitive)[],
  method: "search" | "paper",
): (string | NamedFormula)[] {
  const known = Object.keys(PRIMITIVES);
  const names = given.filter((primitive) => typeof primitive === "string");
  const custom = given.filter((primitive) => typeof primitive !== "string");
  const chosen = names.flatMap((name) => {
    if (name === "all") return method === "paper" ? known.filter(inPaper) : known;
    if (name === "default") return method === "paper" ? DEFAULT_PRIMITIVES : [...DEFAULT_PRIMITIVES, "power"];
    if (!known.includes(name)) {
      const near = didYouMean(name, [...known, "default", "all"]);
      throw new InputError(`There is no primitive "${name}".${near} Known are default, all, ${known.join(", ")}.`);
    }
    return [name];
  });
  const formulas = custom.map((primitive, k) => {
    const { name } = primitive ?? {};
    if (
      typeof name !== "string" ||
      !/^[A-Za-z]\w*$/.test(name) ||
      known.includes(name) ||
      custom.findIndex((other) => other.name === name) < k
    ) {
      throw new InputError(
        `A primitive of your own needs a name of its own: letters and digits, not ${JSON.stringify(name)}.`,
      );
    }
    const formula = formulaOf(primitive);
    unitOf(formula);
    return formula;
  });
  if (given.length === 0) throw new InputError("Give at least one primitive, or none for the default.");
  return [...known.filter((name) => chosen.includes(name)), ...formulas];
}
