/**
 * The way from a table to a law, on one screen: the table is checked, scaled, searched under each kind of noise it may have,
 * and of all finalists the one with the shortest description is the law.
 */

import { decideOnAll } from "./all-rows.js";
import { best } from "./choose.js";
import { asReadOff, conclude, constantResult } from "./conclude.js";
import type { Data } from "./frame.js";
import { type Doubt, type Found, problemsOf, rowsOf, searchKinds } from "./kinds.js";
import { trainTable } from "./network/paper.js";
import { beginWork, type LongWork } from "./notebook/cell.js";
import { checkOptions, type DiscoverOptions, type Progress, type Settings } from "./options.js";
import { openCheckpoint } from "./parallel/journal.js";
import { openWorkforce, type Workforce } from "./parallel/workforce.js";
import type { Result } from "./result.js";
import { robustly } from "./robust.js";
import { rowOrder, SEARCH_ROWS } from "./scale.js";
import { variance } from "./search/sample.js";
import type { Workbench } from "./search/workbench.js";
import { readTable, type Table } from "./table.js";
import { throttle } from "./throttle.js";
import { withUnits } from "./units/read.js";
import { costOfWildRows, LENIENCE, oddSigns } from "./wild.js";

/** Milliseconds between two reports of progress, at least. */
const PAUSE = 250;

/**
 * Finds the law by which a target follows from the other columns of a table.
 * @param data a danfo DataFrame, columns `{ x: number[], y: number[] }`, rows, or what `readCsv` gives
 * @returns the law, simpler and more exact ones, and a verdict; in the units of the table
 * @throws InputError for data or options that can't be used: which column, which row, what to do
 */
export async function discover(data: Data, options: DiscoverOptions): Promise<Result> {
  const work = beginWork();
  try {
    return await run(data, options, work);
  } finally {
    work?.end();
  }
}

async function run(data: Data, options: DiscoverOptions, work: LongWork | undefined): Promise<Result> {
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  const settings = checkOptions(options, work?.signal);
  const table = await withUnits(withSigma(readTable(data, settings), settings.sigmaValue), settings.units, data);
  const workforce = await openWorkforce(table.rows, settings);
  const progress = throttle<Progress>(settings.onProgress ?? work?.report ?? (() => {}), PAUSE);
  try {
    return await searched(table, settings, workforce, progress.call, seconds);
  } finally {
    progress.end();
    await workforce.close();
  }
}

async function searched(
  table: Table,
  settings: Settings,
  workforce: Workforce,
  onProgress: (progress: Progress) => void,
  seconds: () => number,
): Promise<Result> {
  const { values } = table.target;
  if (values.every((value) => value === values[0])) return constantResult(table, seconds());

  let order = rowOrder(table.rows, settings.seed);
  const problems = () => problemsOf(table, order, settings).map(({ problem }) => problem);
  const checkpoint = settings.checkpoint ? openCheckpoint(settings.checkpoint, problems(), settings) : undefined;
  const runnerFor = ({ problem }: Workbench) => {
    const run = workforce.runnerFor(problem);
    return checkpoint ? checkpoint.wrap(run) : run;
  };
  let done = 0;
  const report = (fraction: number, phase: string, best: string, loss?: number) => {
    done = Math.max(done, fraction); // a second search doesn't go back to the beginning
    const gone = seconds();
    const remaining = Math.min((gone * (1 - done)) / done, (settings.budget ?? Number.POSITIVE_INFINITY) - gone);
    onProgress({ phase, fraction: done, best, loss, seconds: gone, remaining: Math.max(0, remaining) });
  };
  if (settings.method === "paper") {
    const { finalists, restarts } = await trainTable(table, order, runnerFor, settings, report);
    const outcome = {
      finalists,
      rows: rowsOf(table, order),
      wild: [],
      stopped: settings.stopped(),
      seconds: seconds(),
    };
    report(1, "finish", "");
    return {
      ...conclude(outcome, table),
      restarts: restarts.map(({ restart, published, polished }) => ({
        restart,
        published: asReadOff(published, table),
        polished: polished && asReadOff(polished.expression, table),
      })),
    };
  }
  const searchRows = (rows: readonly number[], doubt?: Doubt) =>
    searchKinds(table, rows, runnerFor, settings, report, doubt);

  let found =
    settings.loss === "robust"
      ? await robustly(rowsOf(table, order), (doubt) => searchRows(order, doubt), settings)
      : await searchRows(order);
  const wild: number[] = [];
  // Of many rows the wild ones among those searched hide the others from the first search.
  for (let search = 1; search < (order.length > SEARCH_ROWS ? 3 : 2); search++) {
    const { target } = rowsOf(table, order);
    const suspects = found.wild.length > 0 || settings.outliers === "keep" ? found.wild : oddSigns(target);
    if (suspects.length === 0 || settings.signal.aborted) break;
    const out = new Set(suspects);
    const kept = order.filter((_, place) => !out.has(place));
    const again = await searchRows(kept);
    if (!isShorter(again, found, suspects.length, target)) break;
    wild.push(...suspects.map((place) => order[place]));
    [found, order] = [again, kept];
  }
  const decided = await decideOnAll({ finalists: found.finalists, rows: rowsOf(table, order), wild }, table, settings);
  const result = conclude({ ...decided, stopped: settings.stopped(), seconds: seconds() }, table);
  report(1, "finish", result.best.expression, result.best.mse / variance(values));
  return result;
}

/** Is the law of the other rows, with the wild rows written out, a shorter description than the law of all? */
function isShorter(without: Found, all: Found, wild: number, target: Float64Array): boolean {
  if (without.finalists.length === 0 || all.finalists.length === 0) return all.finalists.length === 0;
  return best(without.finalists).length + costOfWildRows(wild, target) < best(all.finalists).length + LENIENCE;
}

/** One measurement error for all rows is a column of it. */
function withSigma(table: Table, sigma: number | undefined): Table {
  if (sigma === undefined) return table;
  return { ...table, sigma: { name: "sigma", label: "sigma", values: new Float64Array(table.rows).fill(sigma) } };
}
