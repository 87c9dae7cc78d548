/**
 * The search: starts, then rounds of growth, then random changes if nothing exact was found, then shortening. It has no
 * clock: what it does depends on the table and the seed alone. Jobs are dealt out by `run`; every round is a barrier, at
 * which results are taken in the order of their jobs.
 */

import { DEFAULT_PRIMITIVES } from "../primitives.js";
import { random } from "../random.js";
import { natureConstants } from "../units/network.js";
import { lackOfFit, type Neighbours, neighboursOf } from "../verdict.js";
import { type Candidate, fitBatch } from "./candidates.js";
import { FEW_ROWS, NATURE_NODES } from "./description.js";
import { LINEAR } from "./fit.js";
import type { Grammar } from "./grammar.js";
import { reductions } from "./groups.js";
import { type Affine, affine, copyAffine, unscaledSize } from "./network.js";
import { Pool, type State } from "./pool.js";
import { shorten } from "./shorten.js";
import type { SmallerProblem } from "./smaller.js";
import { symmetries } from "./symmetry.js";
import { inTurn } from "./turn.js";
import { type Job, type Problem, type Runner, SHORTEN_PARTS, Workbench } from "./workbench.js";

export const SEARCH_DEFAULTS = {
  /** Rounds of growth at most. */
  rounds: 24,
  /** The same for a smaller problem that may not be one, and for the whole of one that was searched. */
  roundsUnsure: 6,
  /** Rounds without a shorter description after which growth ends; sooner where only noise is left, or rows are few. */
  patience: 8,
  patienceInNoise: 3,
  /** Largest network grown in the first round, and how much larger it may be in each later one. */
  firstSize: 10,
  sizeStep: 2,
  /** An exact network up to this size (in the user's units) ends the search at once, a larger one after two more rounds. */
  surelyShort: 12,
  /** The same where units are known, and it needs no constant of nature. */
  surelyInUnits: 24,
  extraRounds: 2,
  /** Of more inputs symmetries are sought before the longer starts, which take the longer of the two. */
  fewInputs: 3,
  /** Ways to write the problem in fewer columns that are searched, the first of them in full; the others' starts are tried. */
  ways: 2,
  /** Batches of random changes, fewer where only noise is left, and how many are dealt out at once. */
  batches: 64,
  batchesInNoise: 8,
  batchesAtOnce: 8,
  /** Rounds of shortening at the end. */
  compressions: 5,
  /** Networks that are looked at on all rows in the end. */
  finalists: 6,
};
/** A network that needs more constants of nature, or breaks the units, costs no more than one with so many. */
const MOST_OF_NATURE = 4;
/** A description shorter by less than this many nats is no progress. */
const PROGRESS = 0.5;
/** Neighbouring residuals less alike than this many standard deviations are noise. */
const NOISE = 2.5;

/** A smaller problem, and how it is searched. */
interface Inner {
  readonly part: SmallerProblem;
  readonly rounds: number;
  readonly mutations: boolean;
}

/** What the search of a smaller problem has: networks, and whether they are a short exact law of it. */
interface Found {
  readonly roots: readonly Affine[];
  readonly settles: boolean;
}

export interface SearchProgress {
  readonly phase: "start" | "grow" | "mutate" | "compress" | "finish";
  /** How much of the work at most is done, 0 to 1. A search that finds an exact law ends early. */
  readonly fraction: number;
  readonly best: State;
}

export interface SearchOptions {
  readonly seed: number;
  readonly rounds?: number;
  readonly mutations?: boolean;
  /** Are dimensionless groups sought, where units are known? */
  readonly groups?: boolean;
  /** Are symmetries sought, where the starts find no exact law? */
  readonly symmetries?: boolean;
  /** May smaller problems be searched at once? For several workers; the jobs of all then come in no fixed order. */
  readonly ahead?: boolean;
  /** Called where the starts have found nothing exact: the search will take longer. */
  readonly onSlow?: () => void;
  readonly onProgress?: (progress: SearchProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fills a pool with the networks found for the workbench's problem.
 * @param runnerFor gives the runner of the jobs of a problem
 */
export async function search(
  workbench: Workbench,
  runnerFor: (workbench: Workbench) => Runner,
  options: SearchOptions,
): Promise<Pool> {
  const { seed, onProgress, signal, rounds = SEARCH_DEFAULTS.rounds, mutations = true } = options;
  const run = runnerFor(workbench);
  const settings = SEARCH_DEFAULTS;
  const { fitter, problem } = workbench;
  const searched = problem.inputs.map((column) => column.subarray(0, problem.searchRows));
  const natures = natureNodes(problem, fitter.grammar);
  const pool = new Pool(fitter, problem.resolution, natures);
  const constant = affine([], 0);
  pool.add({ root: constant, error: fitter.fit(constant, LINEAR) });
  const report = (phase: SearchProgress["phase"], fraction: number) =>
    onProgress?.({ phase, fraction, best: pool.best });
  const deal = async (jobs: readonly Job[]) => pool.addAll(await run(jobs));
  const stopped = () => signal?.aborted === true;
  let pruned: State | undefined;
  let neighbours: Neighbours | undefined;
  /** Has a smaller problem a short exact law? It is as sure there, however long the whole is. */
  let settled = false;
  /** Was a smaller problem that is one searched in full? The whole then has hardly more to find. */
  let known = false;
  // A smooth function of one group is approached to many digits by formulas that lead nowhere: they wait to the end.
  const waiting: Candidate[] = [];
  // An exact network that needs no constant of nature is hardly there by chance.
  const surely = problem.dimensions && options.groups !== false ? settings.surelyInUnits : settings.surelyShort;

  const groups = options.groups === false ? [] : reductions(problem, fitter.grammar);
  await startedInGroups();
  const many = problem.inputs.length > settings.fewInputs;
  for (const [k, names] of workbench.starts().entries()) {
    if (k === 1 && many) await symmetric();
    if ((await short()) || stopped()) break;
    await deal(names.map((start) => ({ kind: "start", start })));
    report("start", 0.05 * (k + 1));
  }
  if (!pool.exact) options.onSlow?.();
  if (!many) await symmetric();
  await grow();
  if (!pool.exact && !onlyNoise()) await grownInGroups();
  if (!pool.exact && mutations && !known) {
    if (!onlyNoise()) await narrowed();
    await mutateBest();
  }
  if (!pool.exact) pool.addAll([waiting]);
  await compress();
  return pool;

  /** Is there an exact network that a longer search would hardly shorten? What can simply be taken out of it is. */
  async function short(): Promise<boolean> {
    if (pool.exact && pool.exact !== pruned) {
      pruned = pool.exact;
      await deal([{ kind: "prune", root: pruned.root, error: pruned.error }]);
    }
    return pool.exact !== undefined && (settled || unscaledSize(pool.exact.root) + natures(pool.exact.root) <= surely);
  }

  /** What the starts find in dimensionless groups. */
  async function startedInGroups(): Promise<void> {
    await solve(groups.map((part) => ({ part, rounds: 0, mutations: false })));
  }

  /** What the problem in as few columns as the rows bear out has. */
  async function symmetric(): Promise<void> {
    if (options.symmetries === false || (await short()) || stopped()) return;
    const reduced = await symmetries(problem, signal);
    await solve(reduced.map((part) => ({ part, rounds: 0, mutations: false })));
    const rounds = (k: number) => (k === 0 ? settings.rounds : settings.roundsUnsure);
    const ways = reduced.slice(0, settings.ways);
    await solve(ways.map((part, k) => ({ part, rounds: rounds(k), mutations: k === 0 })));
    known = reduced.length > 0;
  }

  async function grownInGroups(): Promise<void> {
    await solve(groups.map((part) => ({ part, rounds: settings.roundsUnsure, mutations: false })));
  }

  /** Searches smaller problems, and takes over the exact network of each, or the shortest. */
  async function solve(tasks: readonly Inner[]): Promise<void> {
    await inTurn(tasks, {
      needed: async () => !(await short()) && !stopped(),
      search: ({ part, rounds, mutations }, turn) => {
        const onInner = ({ fraction, best }: SearchProgress) => {
          if (!turn.isMine()) return;
          onProgress?.({ phase: "start", fraction: 0.05 * fraction, best: { ...best, root: part.whole(best.root) } });
        };
        return searchInner(part, {
          ...options,
          rounds,
          mutations,
          groups: false,
          symmetries: false,
          onProgress: onInner,
          onSlow: options.ahead ? turn.slow : undefined,
          signal: turn.signal,
        });
      },
      takeOver,
      signal,
    });
  }

  async function searchInner({ problem }: SmallerProblem, inner: SearchOptions): Promise<Found> {
    if (problem.inputs.length === 0) return { roots: [affine([], 1)], settles: false };
    const bench = new Workbench(problem);
    const found = await search(bench, runnerFor, inner);
    bench.close();
    const settles = found.exact !== undefined && unscaledSize(found.exact.root) <= settings.surelyShort;
    return { roots: promising(found), settles };
  }

  function takeOver({ part }: Inner, { roots, settles }: Found): void {
    settled ||= settles;
    // A power of an input that is in front of columns and in them goes away in between.
    const whole = roots.map((root) => shorten(part.whole(root), fitter.grammar, fitter.sample.positive));
    const small = fitBatch(whole, fitter);
    // With the factors they may all be too large for the search, but what has been found must not be lost.
    const candidates = small.length > 0 ? small : fitBatch(whole, fitter, Number.POSITIVE_INFINITY);
    const sure = (one: Candidate) => pool.isExact(one) && (settled || unscaledSize(one.root) <= surely);
    pool.addAll([candidates.filter(sure)]);
    waiting.push(...candidates.filter((one) => !sure(one)));
    report("start", 0.05);
  }

  /** What the default primitives alone have: among many more of them a long sum of the simplest is easily crowded out. */
  async function narrowed(): Promise<void> {
    const known: readonly string[] = DEFAULT_PRIMITIVES;
    const primitives = problem.primitives.filter(
      (primitive) => typeof primitive === "string" && (known.includes(primitive) || primitive === "power"),
    );
    if (primitives.length === problem.primitives.length) return;
    const inner = new Workbench({ ...problem, primitives });
    const found = await search(inner, runnerFor, {
      ...options,
      mutations: false,
      symmetries: false,
      onProgress: undefined,
    });
    inner.close();
    pool.addAll([fitBatch(promising(found).map(copyAffine), fitter)]);
  }

  /** The exact network of a pool, and its shortest descriptions. */
  function promising({ states, exact }: Pool): Affine[] {
    const shortest = [...states].sort((a, b) => a.length - b.length).slice(0, settings.finalists);
    return [...shortest, ...(exact ? [exact] : [])].map(({ root }) => root);
  }

  async function grow(): Promise<void> {
    let length = Number.POSITIVE_INFINITY;
    let idle = 0;
    let exactSince = Number.POSITIVE_INFINITY;
    const most = known ? Math.min(rounds, settings.roundsUnsure) : rounds;
    for (let round = 0; round < most && !stopped(); round++) {
      idle = pool.best.length < length - PROGRESS ? 0 : idle + 1;
      if (idle === 0) length = pool.best.length;
      if (pool.exact && exactSince > round) exactSince = round;
      if ((await short()) || round >= exactSince + settings.extraRounds || idle >= settings.patience) break;
      if (idle >= settings.patienceInNoise && onlyNoise()) break;
      const chosen = pool.choose(settings.firstSize + settings.sizeStep * round);
      if (chosen.length === 0) break;
      await deal(chosen.map(({ root }) => ({ kind: "expand", root })));
      report("grow", 0.1 + (0.6 * (round + 1)) / settings.rounds);
    }
  }

  async function mutateBest(): Promise<void> {
    const { batchesAtOnce } = settings;
    const batches = onlyNoise() ? settings.batchesInNoise : settings.batches;
    for (let first = 0; first < batches && !pool.exact && !stopped(); first += batchesAtOnce) {
      const jobs = Array.from({ length: batchesAtOnce }, (_, k): Job => {
        const batch = first + k;
        return { kind: "mutate", seed, batch, parents: parents(batch) };
      });
      await deal(jobs);
      report("mutate", 0.7 + (0.15 * (first + batchesAtOnce)) / batches);
    }
  }

  /** Does the best network leave nothing that a longer search could find? With few rows nobody could tell. */
  function onlyNoise(): boolean {
    if (problem.searchRows < FEW_ROWS) return true;
    neighbours ??= neighboursOf(searched, problem.searchRows);
    return lackOfFit({ inputs: searched, weighted: pool.residuals(pool.best) }, neighbours) < NOISE;
  }

  /** Winners of small tournaments. */
  function parents(batch: number) {
    const { pick } = random(seed, -1 - batch);
    return Array.from({ length: 64 }, () => {
      const round = Array.from({ length: 8 }, () => pick(pool.states));
      return round.reduce((a, b) => (b.misfit + 0.06 * b.size < a.misfit + 0.06 * a.size ? b : a)).root;
    });
  }

  async function compress(): Promise<void> {
    for (let k = 0; k < settings.compressions && !stopped(); k++) {
      const before = pool.best.length;
      if (pool.best.size <= 9) return;
      await deal([{ kind: "prune", root: pool.best.root, error: pool.best.error }]);
      const { root } = pool.best;
      const neighbours = await run(
        Array.from({ length: SHORTEN_PARTS }, (_, part) => ({ kind: "shorten", root, part })),
      );
      pool.addAll(neighbours);
      const states = [...new Set(neighbours.flat().flatMap(({ root }) => pool.find(root) ?? []))];
      const unexpanded = states
        .filter((state) => !state.expanded)
        .sort((a, b) => a.error - b.error)
        .slice(0, 10);
      for (const state of unexpanded) state.expanded = true;
      const grown = await deal(unexpanded.map(({ root }) => ({ kind: "expand", root })));
      grown.sort((a, b) => a.length - b.length);
      await deal(grown.slice(0, 5).map(({ root, error }) => ({ kind: "prune", root, error })));
      report("compress", 0.85 + (0.1 * (k + 1)) / settings.compressions);
      if (!(pool.best.length < before - PROGRESS)) return;
    }
  }
}

/** What a network's constants of nature cost in nodes, where the units of the columns are known. */
function natureNodes({ dimensions }: Problem, grammar: Grammar): (root: Affine) => number {
  if (!dimensions) return () => 0;
  const names = dimensions.inputs.map((_, i) => `x${i}`);
  return (root: Affine) =>
    NATURE_NODES * Math.min(MOST_OF_NATURE, natureConstants(root, { names, grammar, dimensions }));
}
