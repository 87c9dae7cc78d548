/** The options of `EqlDynamics`, their defaults, and their check. */
import { didYouMean, InputError, list } from "../errors.js";
import { objection } from "../names.js";
import { DEFAULT_PRIMITIVES, PRIMITIVES } from "../primitives.js";
import type { Form } from "./weak.js";

export interface DynamicsOptions {
  /** The observed states: their order in arrays, or their columns in a DataFrame. */
  states: readonly string[];
  /** Names for the hidden parameters, or how many are expected; as many as the series need if not given. */
  latents?: number | readonly string[];
  /** Time between two rows. Follows from the time column if there is one. */
  dt?: number;
  /** "field": the law gives each state's rate of change; "map": its value on the next row. */
  form?: Form;
  /** Names for the states' rates of change where only the states were observed: the law is of second order then. */
  rates?: readonly string[];
  /** Columns of a DataFrame that tell the series apart, and give the time. */
  series?: string;
  time?: string;
  /** What formulas are built of, as in `discover`. */
  primitives?: readonly string[];
  /**
   * Where structures of the law come from. "search": the search of `discover` in single series. "network": equation learners
   * trained behind an encoder, end to end; slower, and it needs the number of latents (one, if not given).
   */
  method?: "search" | "network";
  /** Start of the random numbers: the same seed gives the same digits. */
  seed?: number;
}

export interface DynamicsProgress {
  /** Of the longest it can take, 0 to 1. */
  readonly fraction: number;
  /** The law so far. */
  readonly best: string;
  readonly seconds: number;
}

export interface DynamicsSettings {
  readonly options: DynamicsOptions;
  readonly states: readonly string[];
  readonly rates: readonly string[];
  readonly form: Form;
  readonly primitives: readonly string[];
  readonly seed: number;
  readonly method: "search" | "network";
  /** How many latents are expected, if that was said. */
  readonly expected: number | undefined;
  readonly nameOf: (latent: number) => string;
}

export const DYNAMICS_DEFAULTS = {
  form: "field" as Form,
  primitives: DEFAULT_PRIMITIVES as readonly string[],
  seed: 1,
  method: "search" as "search" | "network",
};

const KNOWN = ["states", "latents", "dt", "form", "rates", "series", "time", "primitives", "method", "seed"];

/** @throws InputError that names the option and what it may be */
export function checkDynamics(options: DynamicsOptions): DynamicsSettings {
  if (typeof options !== "object" || options === null) {
    throw new InputError('Say what the states are: new EqlDynamics({ states: ["x", "v"], dt: 0.1 }).');
  }
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) {
      throw new InputError(`There is no option "${name}".${didYouMean(name, KNOWN)} Options are ${list(KNOWN)}.`);
    }
  }
  const { states, latents, dt, rates = [], time } = options;
  const { form, primitives, seed, method } = { ...DYNAMICS_DEFAULTS, ...options };
  const isNames = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((name) => typeof name === "string");
  if (!isNames(states) || states.length === 0) {
    throw new InputError('states must name the observed states, such as ["x", "v"].');
  }
  if (!isNames(rates) || (rates.length > 0 && rates.length !== states.length)) {
    throw new InputError(`rates must give a name to the rate of each of ${list(states)}, or be left out.`);
  }
  const named = isNames(latents) ? latents : [];
  if (latents !== undefined && !isNames(latents) && !(Number.isInteger(latents) && (latents as number) >= 0)) {
    throw new InputError(`latents must be names, such as ["g_L"], or their number, not ${JSON.stringify(latents)}.`);
  }
  const all = [...states, ...rates, ...named];
  for (const [k, name] of all.entries()) {
    const why = objection(name);
    if (why !== undefined) throw new InputError(`"${name}" can't stand in a formula: ${why}. Give another name.`);
    if (all.indexOf(name) < k) throw new InputError(`"${name}" is given twice among states, rates and latents.`);
  }
  if (form !== "field" && form !== "map") throw new InputError(`form must be "field" or "map", not "${form}".`);
  if (form === "map" && rates.length > 0)
    throw new InputError("A map has no rates: leave them out, or take the field.");
  if (time === undefined && !(typeof dt === "number" && dt > 0 && Number.isFinite(dt))) {
    throw new InputError(`dt, the time between two rows, must be a number above 0, not ${dt}.`);
  }
  for (const name of primitives) {
    if (Object.hasOwn(PRIMITIVES, name)) continue;
    const known = Object.keys(PRIMITIVES);
    throw new InputError(`There is no primitive "${name}".${didYouMean(name, known)} Known are ${list(known)}.`);
  }
  if (method !== "search" && method !== "network") {
    throw new InputError(`method must be "search" or "network", not "${method}".`);
  }
  if (!Number.isSafeInteger(seed)) throw new InputError(`The seed must be a whole number, not ${seed}.`);
  const expected = isNames(latents) ? latents.length : latents;
  const free = (k: number) => {
    let name = `z${k + 1}`;
    while (all.includes(name)) name = `${name}_`;
    return name;
  };
  return {
    options,
    states,
    rates,
    form,
    primitives,
    seed,
    method,
    expected: expected as number | undefined,
    nameOf: (k) => named[k] ?? free(k),
  };
}
