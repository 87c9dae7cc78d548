/** The law of one state: structures that single series suggest, and which of them, with which constants in common, tells all. */
import { random, sample } from "../random.js";
import type { Step } from "./checkpoint.js";
import { type Dealt, dealOut, type StateView } from "./common.js";
import type { Opened } from "./opened.js";
import { type Series, type SeriesSet, spreadOf } from "./series.js";
import { filtered, type Smoother } from "./smooth.js";
import { type Rates, structuresOf } from "./structures.js";
import type { Survey } from "./survey.js";
import { type Form, noiseGain, viewOf } from "./weak.js";

export const FIND_DEFAULTS = {
  /** Series that are searched, each by itself. */
  searched: 4,
  /** Series and windows of each in the first look at a structure, and in the second. */
  first: { series: 12, windows: 3 },
  second: { series: 40, windows: 4 },
  /** Structures that get the second look. */
  kept: 5,
  /** Rows of a window less one, without noise and with it. */
  length: 24,
  lengthInNoise: 64,
};

/** Relative noise below which windows are short: what the time step leaves unresolved looks like noise too. */
const NOISY = 1e-4;
/** Mean square residual of the weak form that rounding and integration leave. */
const ROUNDING = 1e-13;

export interface Scene {
  readonly form: Form;
  readonly primitives: readonly string[];
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Keeps what it computes in a checkpoint, or has it from there. */
  readonly step: Step;
}

/** A law of one state, and the windows it was judged by. */
export interface Found {
  readonly dealt: Dealt;
  readonly view: StateView;
}

/** Structures of a state's law, from single series that reach far. */
export async function structuresFor(scene: Scene, survey: Survey, state: number): Promise<Opened[]> {
  const { form, primitives, seed, signal, step } = scene;
  const { set, names, noise, spread, smoothers } = survey;
  const onTopOf = form === "map" ? names[state] : undefined;
  const structures: Opened[] = [];
  for (const series of widest(set.list, spread, FIND_DEFAULTS.searched)) {
    const rates = ratesOf(series, smoothers, noise, state, form, set.dt);
    structures.push(...(await step(() => structuresOf(rates, names, { primitives, seed, signal, onTopOf }))));
    signal?.throwIfAborted();
  }
  return structures;
}

/** The law of a state: of structures the one that tells all series best, with its constants dealt out. */
export async function lawAmong(given: readonly Opened[], scene: Scene, survey: Survey, state: number): Promise<Found> {
  const { form, seed, signal, step } = scene;
  const { set, names, noise, spread, smoothers } = survey;
  const { first, second, kept, length, lengthInNoise } = FIND_DEFAULTS;
  const structures = new Map(given.map((structure) => [JSON.stringify(structure.tree), structure]));
  const shortest = Math.min(...set.list.map(({ rows }) => rows));
  const wanted = noise.some((sigma, k) => sigma > NOISY * spread[k]) ? lengthInNoise : length;
  const base = { names, signal, form, dt: set.dt, length: Math.min(wanted, shortest - 8) };
  const size = rateSize(set, smoothers, state, form);
  const floor = ROUNDING + noiseGain(base.length, set.dt, form) * (noise[state] / size) ** 2;
  const alike = state < survey.observed ? 1 : survey.alike;
  const order = sample(set.list.length, set.list.length, random(seed));
  const view = ({ series, windows }: typeof first): StateView => {
    const chosen = order.slice(0, series).map((s) => set.list[s]);
    return { ...viewOf({ ...base, series: chosen }, windows), state, size, floor, alike };
  };
  const look = async (through: StateView, at: readonly Opened[]) => {
    const found: Found[] = [];
    for (const structure of at) found.push({ dealt: await step(() => dealOut(through, structure)), view: through });
    return found.sort((a, b) => a.dealt.length - b.dealt.length);
  };
  const quick = await look(view(first), [...structures.values()]);
  const best = quick.slice(0, kept).map(({ dealt }) => dealt.structure);
  return (await look(view(second), best))[0];
}

/** The series that reach farthest in the states: those show most of a law. */
function widest(list: readonly Series[], spread: readonly number[], count: number): Series[] {
  const reach = (series: Series) => spreadOf([series]).reduce((sum, s, k) => sum + Math.log(s / spread[k] + 1e-3), 0);
  return [...list].sort((a, b) => reach(b) - reach(a)).slice(0, count);
}

/** Rates of change of a state along a series, with the smoothed states beside them. */
export function ratesOf(
  { columns }: Series,
  smoothers: readonly Smoother[],
  noise: readonly number[],
  state: number,
  form: Form,
  dt: number,
): Rates {
  const half = Math.max(...smoothers.map(({ slope }) => slope.half));
  const cut = (column: Float64Array, own: number) => column.subarray(half - own, column.length - (half - own));
  const smooth = smoothers.map(({ value }, k) => cut(filtered(columns[k], value), value.half));
  if (form === "map") {
    const states = smooth.map((column) => column.subarray(0, column.length - 1));
    const rate = states[state].map((x, i) => smooth[state][i + 1] - x);
    const { weights } = smoothers[state].value;
    // The errors of neighbouring smoothed rows are nearly the same.
    const step = weights.reduce(
      (sum, w, i) => sum + ((weights[i - 1] ?? 0) - w) ** 2,
      weights[weights.length - 1] ** 2,
    );
    return { states, rate, error: noise[state] * Math.sqrt(step) };
  }
  const { slope, error } = smoothers[state];
  return {
    states: smooth,
    rate: cut(filtered(columns[state], slope), slope.half).map((d) => d / dt),
    error: error / dt,
  };
}

/** Root mean square of a state's rate of change over all series. */
export function rateSize({ list, dt }: SeriesSet, smoothers: readonly Smoother[], state: number, form: Form): number {
  let [sum, n] = [0, 0];
  for (const { columns } of list) {
    for (const d of filtered(columns[state], smoothers[state].slope)) {
      sum += d * d;
      n++;
    }
  }
  return Math.sqrt(sum / n) / (form === "map" ? 1 : dt) || 1;
}
