/**
 * Wild rows: a decimal point in the wrong place, a sensor that hung. Each of the search's better networks is fitted again
 * without its worst rows; if one of them explains the rest so well that it pays to write the wild rows out in full, they are
 * set aside and the search is done again without them. A first fit often swallows such a row; a fit without it doesn't.
 */
import { largestSize } from "./columns.js";
import { structureLength } from "./search/description.js";
import { Fitter, THOROUGH } from "./search/fit.js";
import { copyAffine, parameters } from "./search/network.js";
import type { Pool, State } from "./search/pool.js";
import { variance } from "./search/sample.js";
import type { Workbench } from "./search/workbench.js";

/** At most this part of the rows can be wild; with more of them there is no telling which. */
export const MOST_WILD = 1 / 20;
/** One table in so many of normal errors may have a row set aside that is merely the farthest. */
const CHANCE = 1e3;
/** A row beyond those that were searched is wild from so many standard deviations on. */
const FAR = 5;
/**
 * By so many nats the description without the rows may even be longer: a law can have a pole or a high power at a wild row and
 * so pass through it, at about the cost of writing the row out. That the row lies far out then decides.
 */
export const LENIENCE = 8;
/** How many times larger than all others a row of the other sign must be. */
const ODD = 3;
/** Networks that are tried without their worst rows. */
const TRIED = 200;
/** Fewer rows than this can't outvote one. */
const LEAST_ROWS = 8;

/** Rows of the other sign than all others, and larger than all of them: they hide that errors may be in proportion to the value. */
export function oddSigns(target: Float64Array): number[] {
  const negative = target.filter((y) => y < 0).length;
  const odd = (y: number) => y < 0 === negative * 2 < target.length && y !== 0;
  const rows = Array.from(target, (_, row) => row);
  const few = rows.filter((row) => odd(target[row]));
  const rest = rows.reduce((m, row) => (odd(target[row]) ? m : Math.max(m, Math.abs(target[row]))), 0);
  const enough = target.length >= LEAST_ROWS && few.length <= Math.max(1, target.length * MOST_WILD);
  return enough ? few.filter((row) => Math.abs(target[row]) > ODD * rest) : [];
}

const LOG_2PIE = Math.log(2 * Math.PI * Math.E);

/** Rows of the search (counted in its order) that are better set aside; none in most tables. */
export function wildRows(pool: Pool, { sample, grammar }: Fitter): number[] {
  const { memory, n } = sample;
  if (n < LEAST_ROWS || pool.exact) return [];
  const most = Math.max(1, Math.floor(n * MOST_WILD));
  const y = memory.view(sample.y, n).slice();
  const given = sample.weights ? memory.view(sample.weights, n).slice() : undefined;
  const logs = given?.map(Math.log);
  const weightOf = (row: number) => (given ? given[row] : 1);
  const costs = Array.from({ length: most + 1 }, (_, count) => costOfWildRows(count, y));
  const jacobianOf = (without: readonly number[]) =>
    logs ? logs.reduce((sum, log, row) => sum + (without.includes(row) ? 0 : log), 0) : 0;
  const ofAll = jacobianOf([]);
  const length = (error: number, state: State, without: readonly number[]) => {
    const left = n - without.length;
    const k = parameters(state.root, grammar);
    if (left < k + 2) return Number.POSITIVE_INFINITY;
    const jacobian = without.length > 0 ? jacobianOf(without) : ofAll;
    const gaussian = (left / 2) * (Math.log(Math.max(error, 1e-300) / left) + LOG_2PIE);
    const structure = structureLength(k, state.size, left);
    return gaussian - jacobian + structure + costs[without.length] + (without.length / 2) * LOG_2PIE;
  };

  let shortest = Math.min(...pool.states.map((state) => length(state.error, state, [])));
  shortest += LENIENCE;
  let wild: number[] = [];
  for (const state of smallest(pool)) {
    const without: number[] = [];
    const root = copyAffine(state.root);
    const weights = y.map((_, row) => weightOf(row));
    let residuals = pool.residuals(state);
    let before = length(state.error, state, []);
    while (without.length < most) {
      without.push(worst(residuals, without));
      weights[without[without.length - 1]] = 0;
      const mark = memory.mark();
      const kept = { ...sample, weights: memory.store(weights), variance: variance(y, weights) };
      const fitter = new Fitter(kept, grammar);
      const error = fitter.fit(root, THOROUGH);
      const values = Number.isFinite(error) ? fitter.predict(root) : undefined;
      memory.release(mark);
      if (!values) break;
      residuals = values.map((value, row) => (y[row] - value) * weightOf(row));
      const total = length(error, state, without);
      if (total > before + LENIENCE) break; // it is no better without
      before = total;
      if (!(total < shortest) || !farOut(residuals, without, parameters(root, grammar))) continue;
      shortest = total;
      wild = [...without];
    }
  }
  return wild.sort((a, b) => a - b);
}

/** Rows beyond those that were searched which the best network of the search comes nowhere near. */
export function wildBeyond(pool: Pool, { problem, fitter, finalFitter }: Workbench): number[] {
  const { target, weights, searchRows } = problem;
  if (target.length === searchRows) return [];
  const { root, error } = pool.best;
  const deviation = Math.sqrt(error / Math.max(1, searchRows - parameters(root, fitter.grammar)));
  const values = finalFitter.predict(root);
  const range = largestSize(target);
  const found: number[] = [];
  for (let row = searchRows; row < target.length; row++) {
    const own = deviation / (weights ? weights[row] : 1);
    if (isWild(target[row] - values[row], own, target.length, range)) found.push(row);
  }
  return found.length <= Math.max(1, (target.length - searchRows) * MOST_WILD) ? found : [];
}

/**
 * What it costs, in nats, to write rows out: which ones, and a value between −max|y| and max|y| for each. Descriptions of n rows
 * are all counted without the n/2·ln 2πe that they have in common, and so is this.
 */
export function costOfWildRows(count: number, target: Float64Array): number {
  const range = largestSize(target);
  return count * (Math.log(target.length) + Math.log(2 * range) - 0.5 * LOG_2PIE);
}

/**
 * Does a row lie so far from a law that writing it out costs less than its error under the law?
 * @param deviation standard deviation of a row like it
 * @param range largest size of the target
 */
export function isWild(residual: number, deviation: number, rows: number, range: number): boolean {
  const z = Math.abs(residual) / deviation;
  const underTheLaw = (z * z) / 2 + Math.log(deviation) + 0.5 * Math.log(2 * Math.PI);
  return z > FAR && underTheLaw > Math.log(rows) + Math.log(2 * range);
}

/** The smallest networks: a wild row spoils the fit of the true law as it does that of any other, so misfit says nothing. */
function smallest({ states }: Pool): State[] {
  return [...states].sort((a, b) => a.size - b.size || a.error - b.error).slice(0, TRIED);
}

function worst(residuals: Float64Array, without: readonly number[]): number {
  let row = -1;
  residuals.forEach((r, i) => {
    if ((row < 0 || Math.abs(r) > Math.abs(residuals[row])) && !without.includes(i)) row = i;
  });
  return row;
}

/**
 * Do all rows without which the fit was made lie farther from it than the farthest of normal errors would? Student's t by the
 * others' standard deviation, as a deviation of the normal law (Wallace 1959): of few rows even a large one may be chance.
 */
function farOut(residuals: Float64Array, without: readonly number[], constants: number): boolean {
  const squares = residuals.reduce((sum, r, row) => sum + (without.includes(row) ? 0 : r * r), 0);
  const freedom = residuals.length - without.length - constants;
  const asNormal = ((8 * freedom + 1) / (8 * freedom + 3)) ** 2;
  const surprise = (row: number) => (freedom / 2) * Math.log1p(residuals[row] ** 2 / squares) * asNormal;
  return without.every((row) => surprise(row) > Math.log(CHANCE * residuals.length));
}
