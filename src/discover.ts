/**
 * The way from a table to a law, on one screen: the table is checked, scaled, searched under each kind of noise it may have,
 * and of all finalists the one with the shortest description is the law.
 */
import { best as bestOf, type Finalist, finalistsOf, front as frontOf, type Rows, rivals } from "./choose.js";
import { constantsOf } from "./constants.js";
import { InputError } from "./errors.js";
import { number } from "./expression/build.js";
import { toText } from "./expression/text.js";
import type { Data } from "./frame.js";
import { type NoiseKind, noiseKinds, rowWeights } from "./noise.js";
import { checkOptions, type DiscoverOptions } from "./options.js";
import { openCheckpoint } from "./parallel/journal.js";
import { inWorkers } from "./parallel/pool.js";
import { makeCandidate, makeResult, type Result } from "./result.js";
import { FINAL_ROWS, rowOrder, scale } from "./scale.js";
import { formula, unscaled } from "./search/formula.js";
import { makeGrammar } from "./search/grammar.js";
import type { Pool, State } from "./search/pool.js";
import { type SearchProgress, search } from "./search/search.js";
import { type Job, type Runner, Workbench } from "./search/workbench.js";
import { readTable, type Table } from "./table.js";
import { lackOfFit, verdict } from "./verdict.js";

/** Networks looked at on all rows: the shortest descriptions, and the most exact of each size. */
const SHORTEST = 6;
const SIZES = 14;

/**
 * Finds the law by which a target follows from the other columns of a table.
 * @param data a danfo DataFrame, columns `{ x: number[], y: number[] }`, rows, or what `readCsv` gives
 * @returns the law, simpler and more exact ones, and a verdict; in the units of the table
 * @throws InputError for data or options that can't be used: which column, which row, what to do
 */
export async function discover(data: Data, options: DiscoverOptions): Promise<Result> {
  const started = performance.now();
  const settings = checkOptions(options);
  const table = withSigma(readTable(data, settings), settings.sigmaValue);
  if (table.inputs.length === 0) return constantResult(table, started);

  const order = rowOrder(table.rows, settings.seed);
  const at = (values: Float64Array) => Float64Array.from(order, (row) => values[row]);
  const rows = {
    inputs: table.inputs.map(({ values }) => at(values)),
    target: at(table.target.values),
    sigma: table.sigma && at(table.sigma.values),
  };
  const kinds = noiseKinds(rows.target, rows.sigma);
  const problems = kinds.map((kind) =>
    scale(table, order, rowWeights(kind, rows.target, rows.sigma), settings.primitives),
  );
  const checkpoint =
    settings.checkpoint === undefined
      ? undefined
      : openCheckpoint(
          settings.checkpoint,
          problems.map(({ problem }) => problem),
          settings,
        );

  const names = table.inputs.map(({ name }) => name);
  const grammar = makeGrammar(settings.primitives);
  const searchUnder = async (noise: NoiseKind, k: number): Promise<Finalist[]> => {
    const { problem, scales } = problems[k];
    const workbench = new Workbench(problem);
    const runnerFor = (of: Workbench) => {
      const workers = inWorkers(of.problem, settings.workers, settings.signal);
      return checkpoint ? checkpoint.wrap(workers) : workers;
    };
    const onProgress = ({ phase, fraction, best }: SearchProgress) => {
      settings.onProgress?.({
        phase,
        fraction: (k + fraction) / kinds.length,
        best: toText(formula(unscaled(best.root, scales, grammar), names, grammar)),
        seconds: seconds(started),
      });
    };
    const pool = await search(workbench, runnerFor, { seed: settings.seed, signal: settings.signal, onProgress });
    const roots = await finish(pool, workbench, runnerFor(workbench), settings.signal);
    const shifted = scales.inputs.some(({ shift }) => shift !== 0);
    const inUnits = roots.map((root) => unscaled(root, scales, grammar));
    return finalistsOf(inUnits, noise, rows, { names, grammar, shifted });
  };
  const finalists: Finalist[] = [];
  for (const [k, noise] of kinds.entries()) {
    finalists.push(...(await searchUnder(noise, k)));
    if (finalists.some(({ exact }) => exact)) break; // without noise there is no kind of it
  }
  settings.onProgress?.({ phase: "finish", fraction: 1, best: "", seconds: seconds(started) });
  return conclude(finalists, rows, table, settings.stopped(), started);
}

/** Networks worth a look on all rows, fitted and shortened there. */
async function finish(pool: Pool, workbench: Workbench, run: Runner, signal: AbortSignal) {
  const byLength = [...pool.states].sort((a, b) => a.length - b.length).slice(0, SHORTEST);
  const roots = [...new Set([...byLength, ...mostExact(pool)])].map(({ root }) => root);
  const jobs = byLength.map(({ root }): Job => ({ kind: "finish", root }));
  // Stopped by the user: the workers are gone, and what is left to do must be quick.
  const finished = signal.aborted ? jobs.slice(0, 1).map((job) => workbench.run(job)) : await run(jobs);
  return [...finished.flat().map((candidate) => candidate.root), ...roots];
}

/** The most exact network of each size, as far as it is more exact than all smaller ones. */
function mostExact({ states }: Pool): State[] {
  const improving: State[] = [];
  for (const state of [...states].sort((a, b) => a.size - b.size || a.error - b.error)) {
    if (!(state.error < 0.9 * (improving.at(-1)?.error ?? Number.POSITIVE_INFINITY))) continue;
    if (improving.at(-1)?.size !== state.size) improving.push(state);
  }
  return improving.slice(0, SIZES);
}

function conclude(
  finalists: readonly Finalist[],
  rows: Rows,
  table: Table,
  stopped: string | undefined,
  started: number,
): Result {
  if (finalists.length === 0) {
    throw new InputError(
      "No formula has a value on every row. Look for rows with extreme values, or give other primitives.",
    );
  }
  const chosen = bestOf(finalists);
  const front = frontOf(finalists, chosen);
  const candidates = front.map((member, k) => makeCandidate(ingredients(member, front[k - 1], rows, table), table));
  const best = candidates[front.indexOf(chosen)];
  const values = best.predict(Object.fromEntries(table.inputs.map(({ name }, i) => [name, rows.inputs[i]])));
  const residuals = rows.target.map((y, i) => y - values[i]);
  const fit = { inputs: rows.inputs, target: rows.target, residuals, weighted: chosen.residuals };
  const judged = verdict(fit);
  const warnings = [...table.warnings];
  if (stopped) warnings.push(`${stopped}: this is the best found by then.`);
  if (table.rows > FINAL_ROWS) {
    warnings.push(
      `The law was found and fitted on ${FINAL_ROWS} of the ${table.rows} rows, chosen at random; the mean square error is of all.`,
    );
  }
  if (judged === "approximation") {
    warnings.push(
      `No law found: the best approximation is ${best.expression}. Its residuals are alike between neighbouring rows, ` +
        `${lackOfFit(fit).toFixed(1)} standard deviations more than noise would make them.`,
    );
  }
  const others = rivals(finalists, chosen).slice(0, 3);
  if (others.length > 0 && judged !== "approximation") {
    const named = others.map(({ expression }) => toText(expression, { digits: 6 })).join("; ");
    warnings.push(`The data can't tell the law from ${others.length > 1 ? "these" : "this"}: ${named}.`);
  }
  if (best.tree.kind === "number")
    warnings.push(`No input explains ${table.target.label}: the best formula is its mean.`);
  return makeResult(
    { best, front: candidates, verdict: judged, noise: chosen.noise, warnings, seconds: seconds(started) },
    table,
  );
}

/** What a candidate is made of; `simpler` is the one before it on the front. */
function ingredients(member: Finalist, simpler: Finalist | undefined, { inputs, target }: Rows, table: Table) {
  const columns = Object.fromEntries(table.inputs.map(({ name }, i) => [name, inputs[i]]));
  const { expression: tree, complexity, weights, snapped, noise, error } = member;
  const meanSquare = noise === "given" ? undefined : error;
  const steps = simpler ? complexity - simpler.complexity : 0;
  return {
    tree,
    complexity,
    score: simpler && steps > 0 ? (0.5 * Math.log(simpler.error / error)) / steps : 0,
    constants: constantsOf(tree, snapped, { columns, rows: target.length, weights, meanSquare }),
  };
}

function constantResult(table: Table, started: number): Result {
  const tree = number(table.target.values[0]);
  const best = makeCandidate({ tree, complexity: 1, score: 0, constants: [{ value: table.target.values[0] }] }, table);
  const noise: NoiseKind = "additive";
  return makeResult(
    { best, front: [best], verdict: "exact", noise, warnings: [...table.warnings], seconds: seconds(started) },
    table,
  );
}

/** One measurement error for all rows is a column of it. */
function withSigma(table: Table, sigma: number | undefined): Table {
  if (sigma === undefined) return table;
  return { ...table, sigma: { name: "sigma", label: "sigma", values: new Float64Array(table.rows).fill(sigma) } };
}

const seconds = (started: number) => Math.round(performance.now() - started) / 1000;
