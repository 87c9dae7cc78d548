/**
 * Structures of a law from single series: within one series a hidden parameter is a constant, so the search of `discover`
 * can find how a state's rate of change follows from the states there. What is true of every series is decided afterwards.
 */
import { number, product, sum, variable } from "../expression/build.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { scale } from "../scale.js";
import { formula, unscaled } from "../search/formula.js";
import { makeGrammar } from "../search/grammar.js";
import type { Pool, State } from "../search/pool.js";
import { type SearchProgress, search } from "../search/search.js";
import { type Job, Workbench } from "../search/workbench.js";
import type { Column } from "../table.js";
import { type Opened, opened } from "./opened.js";
import { turn } from "./turn.js";

export const STRUCTURE_DEFAULTS = {
  /** Rows of a series that are searched. */
  rows: 128,
  /** Rounds of growth at most, and after the first formula that leaves nothing but the error of the rates. */
  rounds: 6,
  extraRounds: 1,
  /** Of one series, the shortest descriptions that are kept, and the most exact of each size. */
  shortest: 10,
  sizes: 8,
};

/** A mean square error of this many times that of the rates is theirs. */
const ENOUGH = 1.5;

/** Rates of change of one state along one series, with the states beside them. */
export interface Rates {
  readonly states: readonly Float64Array[];
  readonly rate: Float64Array;
  /** Standard error of the rates. */
  readonly error: number;
}

/** A structure with the root mean square it leaves of the rates. */
export interface Structure extends Opened {
  readonly rest: number;
}

/** The structures that one series suggests for one state's rate, best first. */
export async function structuresOf(
  { states, rate, error }: Rates,
  names: readonly string[],
  options: {
    readonly primitives: readonly string[];
    readonly seed: number;
    readonly signal?: AbortSignal;
    /** A state to be added to the formulas: its next value is its present one and the rate. */
    readonly onTopOf?: string;
  },
): Promise<Structure[]> {
  const { primitives, seed, signal, onTopOf } = options;
  const { rows, rounds, extraRounds } = STRUCTURE_DEFAULTS;
  const all = rate.length;
  const n = Math.min(all, rows);
  const order = range(n).map((k) => Math.floor((k * all) / n));
  const column = (name: string, values: Float64Array): Column => ({ name, label: name, values });
  const target = column("rate", rate);
  const inputs = states.map((values, k) => column(names[k], values));
  const { problem, scales } = scale({ inputs, target, rows: all, warnings: [] }, order, undefined, primitives);
  const spread = problem.target.reduce((sum, y) => sum + y * y, 0) / n;
  const resolution = (error / scales.target) ** 2 / spread;
  const workbench = new Workbench({ ...problem, resolution });
  // What remains of the rates when their own error is reached holds no law.
  const enough = new AbortController();
  let reached = 0;
  const onProgress = ({ phase, best }: SearchProgress) => {
    if (phase === "grow" && best.error < ENOUGH * n * resolution * spread && reached++ >= extraRounds) enough.abort();
  };
  const stop = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
  // Job by job, with turns for Stop to be heard in between.
  const run = (bench: Workbench) => async (jobs: readonly Job[]) => {
    const results: ReturnType<Workbench["run"]>[] = [];
    for (const job of jobs) {
      await turn();
      results.push(signal?.aborted ? [] : bench.run(job));
    }
    return results;
  };
  const pool = await search(workbench, run, { seed, rounds, mutations: false, signal: stop, onProgress });
  const grammar = makeGrammar(primitives);
  const seen = new Map<string, Structure>();
  for (const { root, error: left } of promising(pool)) {
    const law = formula(unscaled(root, scales, grammar), names, grammar);
    const structure = opened(onTopOf === undefined ? law : added(law, onTopOf));
    const key = toText(structure.tree);
    if (!seen.has(key)) seen.set(key, { ...structure, rest: Math.sqrt(left / n) * scales.target });
  }
  return [...seen.values()];
}

/** rate + x, with a term in x alone brought together with x. */
export function added(rate: Expression, name: string): Expression {
  const terms = rate.kind === "sum" ? rate.terms : [rate];
  const isOwn = (term: Expression) =>
    term.kind === "product" &&
    term.factors.length === 2 &&
    term.factors[0].kind === "number" &&
    isState(term.factors[1]);
  const isState = (node: Expression) => node.kind === "variable" && node.name === name;
  const own = terms.find((term) => isState(term) || isOwn(term));
  const front = own?.kind === "product" && own.factors[0].kind === "number" ? own.factors[0].value : own ? 1 : 0;
  return sum(product(number(1 + front), variable(name)), ...terms.filter((term) => term !== own));
}

function promising({ states }: Pool): State[] {
  const { shortest, sizes } = STRUCTURE_DEFAULTS;
  const byLength = [...states].sort((a, b) => a.length - b.length).slice(0, shortest);
  const improving: State[] = [];
  for (const state of [...states].sort((a, b) => a.size - b.size || a.error - b.error)) {
    if (
      state.size !== improving.at(-1)?.size &&
      state.error < 0.9 * (improving.at(-1)?.error ?? Number.POSITIVE_INFINITY)
    )
      improving.push(state);
  }
  return [...new Set([...byLength, ...improving.slice(0, sizes)])];
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
