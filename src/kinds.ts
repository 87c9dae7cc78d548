/** A table searched under each kind of noise it may have: the finalists of all of them, and rows that fit none. */
import { best } from "./choose.js";
import { toText } from "./expression/text.js";
import { type Finalist, finalistsOf, type Rows } from "./finalists.js";
import { type NoiseKind, noiseKinds, rowWeights } from "./noise.js";
import type { Settings } from "./options.js";
import { hasHiddenPole } from "./poles.js";
import { type Scaled, scale } from "./scale.js";
import { expressible, formula, unscaled } from "./search/formula.js";
import { makeGrammar } from "./search/grammar.js";
import type { Pool, State } from "./search/pool.js";
import { type SearchProgress, search } from "./search/search.js";
import { type Job, type Runner, Workbench } from "./search/workbench.js";
import type { Table } from "./table.js";
import { wildBeyond, wildRows } from "./wild.js";

/** Networks looked at on all rows: the shortest descriptions, and the most exact of each size. */
const SHORTEST = 6;
const SIZES = 14;

/** By so many nats the search can hardly better what its starts find. */
const HOPELESS = 20;

/** The table's rows of this order, in the user's units. */
export function rowsOf({ inputs, target, sigma, weights }: Table, order: readonly number[]): Rows {
  const at = (values: Float64Array) => {
    const chosen = new Float64Array(order.length);
    for (let k = 0; k < order.length; k++) chosen[k] = values[order[k]];
    return chosen;
  };
  return {
    inputs: inputs.map(({ values }) => at(values)),
    target: at(target.values),
    sigma: sigma && at(sigma.values),
    weights: weights && at(weights.values),
  };
}

/** The search's problem for each kind of noise that is worth trying. */
export function problemsOf(
  table: Table,
  order: readonly number[],
  { primitives, noise: said }: Settings,
  doubt?: Doubt,
) {
  const rows = { ...rowsOf(table, order), trust: doubt?.trust };
  const about = doubt?.about ?? rows.target;
  return noiseKinds(about, rows, said).map((noise) => ({
    noise,
    ...scale(table, order, rowWeights(noise, about, rows), primitives),
  }));
}

/** With the robust loss: what the rows count for in the search, and about what the target is, whatever a wild row says. */
export interface Doubt {
  readonly trust: Float64Array;
  readonly about: Float64Array;
}

export interface Found {
  readonly finalists: readonly Finalist[];
  /** Places in `order` of the rows better set aside. */
  readonly wild: readonly number[];
}

/**
 * @param order the rows to search, the search's own first
 * @param runnerFor gives the runner of the jobs of a workbench
 */
export async function searchKinds(
  table: Table,
  order: readonly number[],
  runnerFor: (workbench: Workbench) => Runner,
  settings: Settings,
  onProgress: (fraction: number, phase: string, formula: string, loss: number) => void,
  doubt?: Doubt,
): Promise<Found> {
  const rows = rowsOf(table, order);
  const names = table.inputs.map(({ name }) => name);
  const grammar = makeGrammar(settings.primitives);
  const problems = problemsOf(table, order, settings, doubt);
  const finalists: Finalist[] = [];
  let wild: number[] = [];
  for (const [k, { noise, problem, scales }] of problems.entries()) {
    const workbench = new Workbench(problem);
    const report = ({ phase, fraction, best: state }: SearchProgress) => {
      const network = unscaled(state.root, scales, grammar);
      const text = expressible(network) ? toText(formula(network, names, grammar), { digits: 6 }) : "";
      onProgress((k + fraction) / problems.length, phase, text, 10 ** state.misfit);
    };
    const { seed, signal } = settings;
    const run = runnerFor(workbench);
    const look = async (rounds?: number) => {
      const pool = await search(workbench, runnerFor, {
        seed,
        signal,
        rounds,
        // By then random changes find nothing that counts; they are what takes long.
        mutations: k === 0,
        ahead: settings.workers > 1 && settings.checkpoint === undefined, // a checkpoint knows results by their order
        onProgress: report,
      });
      const setting = { names, grammar, dimensions: table.dimensions, doubt, signal };
      const finalistsFor = (roots: readonly State["root"][]) => inUnits(roots, { noise, scales }, rows, setting);
      return { pool, found: await finish(pool, workbench, run, finalistsFor, signal) };
    };
    const least = (of: readonly Finalist[]) => (of.length > 0 ? best(of).length : Number.POSITIVE_INFINITY);
    let looked = await look(k === 0 ? undefined : 0);
    // A second kind of noise is searched in full only if its starts are not hopelessly behind.
    if (k > 0 && least(looked.found) < least(finalists) + HOPELESS) looked = await look();
    const { pool, found } = looked;
    // Under the wrong kind of noise the largest rows look wild.
    if (least(found) < least(finalists)) {
      const asked = settings.outliers === "aside" && !signal.aborted;
      wild = asked ? [...wildRows(pool, workbench.fitter), ...wildBeyond(pool, workbench)] : [];
    }
    finalists.push(...found);
    workbench.close();
    if (finalists.some(({ exact }) => exact)) break; // without noise there is no kind of it
  }
  return { finalists, wild };
}

function inUnits(
  roots: readonly State["root"][],
  { noise, scales }: Pick<Scaled, "scales"> & { noise: NoiseKind },
  rows: Rows,
  setting: Omit<Parameters<typeof finalistsOf>[3], "shifted">,
): Promise<Finalist[]> {
  const shifted = scales.inputs.some(({ shift }) => shift !== 0);
  const networks = roots.map((root) => unscaled(root, scales, setting.grammar));
  return finalistsOf(networks, noise, rows, { ...setting, shifted });
}

/** Networks worth a look on all rows: the shortest ones fitted and shortened there, then these and others as they are. */
async function finish(
  pool: Pool,
  workbench: Workbench,
  run: Runner,
  finalistsFor: (roots: readonly State["root"][]) => Promise<Finalist[]>,
  signal: AbortSignal,
): Promise<Finalist[]> {
  const sound = soundness(pool, workbench);
  const sorted = [...pool.states].sort((a, b) => a.length - b.length);
  const byLength = firstSound(sorted, SHORTEST, sound);
  // The shortest of all is looked at in any case: it is named if its pole is not shown.
  const roots = [...new Set([...byLength, sorted[0], ...mostExact(pool, sound)])].map(({ root }) => root);
  const jobs = byLength.map(({ root }): Job => ({ kind: "finish", root }));
  // Stopped by the user: the workers are gone, and what is left to do must be quick.
  const finishing = signal.aborted ? jobs.slice(0, 1).map((job) => workbench.run(job)) : run(jobs);
  const [finished, asTheyAre] = await Promise.all([finishing, finalistsFor(roots)]);
  return [...(await finalistsFor(finished.flat().map(({ root }) => root))), ...asTheyAre];
}

/** Has a state no pole that the rows don't show? */
function soundness(pool: Pool, { problem: { inputs, target, searchRows }, fitter }: Workbench) {
  const names = inputs.map((_, i) => `x${i}`);
  const columns = Object.fromEntries(names.map((name, i) => [name, inputs[i]]));
  const y = target.subarray(0, searchRows);
  const known = new Map<State, boolean>();
  return (state: State): boolean => {
    const sound = known.get(state) ?? isSound(state);
    known.set(state, sound);
    return sound;
  };

  function isSound(state: State): boolean {
    if (pool.isExact(state) || !expressible(state.root)) return true;
    const values = fitter.predict(state.root);
    const residuals = y.map((v, i) => v - values[i]);
    return !hasHiddenPole(formula(state.root, names, fitter.grammar), { columns, target: y, residuals });
  }
}

function firstSound(states: readonly State[], count: number, sound: (state: State) => boolean): State[] {
  const found: State[] = [];
  for (const state of states) {
    if (found.length === count) break;
    if (sound(state)) found.push(state);
  }
  return found;
}

/** The most exact network of each size, as far as it is more exact than all smaller ones. */
function mostExact({ states }: Pool, sound: (state: State) => boolean): State[] {
  const improving: State[] = [];
  for (const state of [...states].sort((a, b) => a.size - b.size || a.error - b.error)) {
    if (!(state.error < 0.9 * (improving.at(-1)?.error ?? Number.POSITIVE_INFINITY))) continue;
    if (improving.at(-1)?.size !== state.size && sound(state)) improving.push(state);
    if (improving.length === SIZES) break;
  }
  return improving;
}
