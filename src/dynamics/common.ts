/**
 * What is common to all series: for a structure of one state's law, the constants that all series share and those that
 * differ, by description length. A constant that differs is paid for once a series; it is a hidden parameter.
 *
 *   n/2·ln(mse + floor) + ½·(shared + series · private)·ln n + 1.6 · nodes
 */
import { complexity } from "../expression/complexity.js";
import { NODE_COST } from "../search/description.js";
import { leastSquares, type Unknowns } from "./least-squares.js";
import type { Opened } from "./opened.js";
import { type View, weakProblem } from "./weak.js";

/** One state's law looked at through windows of some series. */
export interface StateView extends View {
  /** The state whose law it is, and the size of its rate of change. */
  readonly state: number;
  readonly size: number;
  /** Mean square of the residuals that noise and integration leave. */
  readonly floor: number;
  /** Neighbouring rows whose errors are alike: 1 where the state was observed itself. */
  readonly alike: number;
}

/** A structure with its constants dealt out. */
export interface Dealt {
  readonly structure: Opened;
  /** Names of the constants that differ from series to series. */
  readonly own: readonly string[];
  readonly shared: readonly string[];
  readonly values: Unknowns;
  /** Mean square of the residuals, relative to the rate of change. */
  readonly mse: number;
  readonly length: number;
}

const FIT = { steps: 12, tolerance: 1e-2 };
/** A fit at this many times the floor leaves nothing to be found. */
const ENOUGH = 1.5;

/** A structure's constants fitted with some of them private, and its description length. */
async function fitted(
  view: StateView,
  structure: Opened,
  own: readonly string[],
  start: ReadonlyMap<string, number | readonly number[]>,
): Promise<Dealt> {
  const shared = structure.names.filter((name) => !own.includes(name));
  const first = (name: string) => {
    const value = start.get(name) as number | readonly number[];
    return typeof value === "number" ? value : median(value);
  };
  const at = (name: string, s: number) => {
    const value = start.get(name) as number | readonly number[];
    return typeof value === "number" ? value : value[s];
  };
  const unknowns: Unknowns = {
    shared: Float64Array.from(shared, first),
    own: view.series.map((_, s) => Float64Array.from(own, (name) => at(name, s))),
  };
  const solution = await leastSquares(weakProblem(view, [{ ...view, tree: structure.tree }], shared, own), unknowns, {
    ...FIT,
    enough: 0.01 * view.floor,
  });
  view.signal?.throwIfAborted();
  const mse = solution.error / solution.residuals;
  const n = solution.residuals / view.alike;
  const parameters = shared.length + own.length * view.series.length;
  const length = Number.isFinite(mse)
    ? 0.5 * n * Math.log(mse + view.floor) + 0.5 * parameters * Math.log(n) + NODE_COST * complexity(structure.tree)
    : Number.POSITIVE_INFINITY;
  return { structure, own, shared, values: solution, mse, length };
}

/** Values by name: numbers of shared constants, lists of private ones. */
function valuesOf({ shared, own, values }: Dealt): Map<string, number | number[]> {
  return new Map<string, number | number[]>([
    ...shared.map((name, k) => [name, values.shared[k]] as const),
    ...own.map((name, k) => [name, values.own.map((z) => z[k])] as const),
  ]);
}

/**
 * The best way to deal out a structure's constants. The coefficients of its terms begin private, for which the fit is nearly
 * linear; constants inside follow where the fit still lacks something; then each that can be is shared, or its term dropped.
 */
export async function dealOut(view: StateView, structure: Opened): Promise<Dealt> {
  let best = await fitted(view, structure, structure.coefficients, given(structure));
  if (!Number.isFinite(best.length)) return best;
  const better = (candidate: Dealt) => {
    if (!(candidate.length < best.length)) return false;
    best = candidate;
    return true;
  };
  if (best.mse > ENOUGH * view.floor) {
    for (const name of structure.names) {
      if (!best.own.includes(name)) better(await fitted(view, structure, [...best.own, name], valuesOf(best)));
    }
  }
  // The one that differs least is the likeliest to be shared.
  const order = [...best.own].sort((a, b) => variation(best, a) - variation(best, b));
  for (const name of order) {
    better(
      await fitted(
        view,
        best.structure,
        best.own.filter((other) => other !== name),
        valuesOf(best),
      ),
    );
  }
  return best;
}

/** A structure fitted with all constants shared. */
export function allShared(view: StateView, structure: Opened): Promise<Dealt> {
  return fitted(view, structure, [], given(structure));
}

const given = ({ names, values }: Opened) => new Map<string, number>(names.map((name, k) => [name, values[k]]));

/** How much a private constant differs between the series, relative to its size. */
function variation(dealt: Dealt, name: string): number {
  const values = valuesOf(dealt).get(name) as readonly number[];
  const middle = median(values);
  return median(values.map((v) => Math.abs(v - middle))) / (Math.abs(middle) || 1);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
