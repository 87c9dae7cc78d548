/**
 * The last word on a law: its constants fitted by multiple shooting, with segments that grow, and the error that is left set
 * against the noise of the observations. A law that leaves more than noise is none.
 */

import { type Step, unrecorded } from "./checkpoint.js";
import { ACCURATE, partsFor } from "./follow.js";
import type { Law } from "./law.js";
import { leastSquares, type Solution, standardErrors, type Unknowns } from "./least-squares.js";
import type { Series } from "./series.js";
import { type Shooting, shootingProblem, startsFrom, startsFromPaths } from "./shoot.js";
import { noiseDoubt } from "./smooth.js";
import type { Survey } from "./survey.js";

export const POLISH_DEFAULTS = {
  /** Rows of a segment, one fit after another. */
  lengths: [25, 100],
  steps: 12,
  tolerance: 1e-4,
  /** Mean square error that is that of the integration. */
  enough: 1e-17,
};

/** Mean square errors above the noise's by so many standard errors of both are no noise's, nor are those above it by this part. */
const NOISE = { errors: 4, part: 0.15 };
/** Without noise: relative mean square error of what counts as followed exactly. */
export const EXACT = 1e-12;
/** Numerical errors of a path are kept below this part of the noise; over all rows, below this many of its standard errors. */
const BELOW_NOISE = { row: 0.03, all: 3 };

export interface Polished {
  readonly values: Float64Array;
  /** Standard errors of the constants. */
  readonly errors: Float64Array;
  /** [series, latent], and their standard errors. */
  readonly latents: readonly Float64Array[];
  readonly latentErrors: readonly Float64Array[];
  /** [series, state]: where each series' first row is. */
  readonly starts: readonly Float64Array[];
  /** Mean square of the residuals for the freedom they have, in squares of the states' spread. */
  readonly mse: number;
  /** The same of the noise. */
  readonly floor: number;
  readonly ok: boolean;
  /** The last fit. */
  readonly last?: Shot;
}

/** A fit by multiple shooting: its problem, and of each series the latents and the segments' first states. */
interface Shot {
  readonly shooting: Shooting;
  readonly solution: Solution;
}

export interface PolishOptions {
  /** Rows of a segment, one fit after another. */
  readonly lengths?: readonly number[];
  /**
   * At the end each series is one segment. Its rows then agree on one path and not only on one law: nothing tells more of the
   * constants and the latents, but a path from a first guess would be lost on the way, and a chaotic one is in any case. So it is
   * tried on laws that hold in segments, and kept if it holds too and knows the unknowns better.
   */
  readonly whole?: boolean;
  /** Ends it with the best so far, which then counts as no law. */
  readonly signal?: AbortSignal;
  /** Keeps each fit in a checkpoint. */
  readonly step?: Step;
}

export async function polished(
  law: Law,
  series: readonly Series[],
  latents: readonly Float64Array[],
  { spread, noise, observed, set }: Survey,
  { lengths = POLISH_DEFAULTS.lengths, whole = false, signal, step = unrecorded }: PolishOptions = {},
): Promise<Polished> {
  const { form, states, equations, constants } = law;
  const relative = noise.slice(0, observed).map((sigma, k) => sigma / spread[k]);
  const floor = relative.reduce((sum, r) => sum + r * r, 0) / observed;
  const all = series.reduce((sum, { rows }) => sum + rows * observed, 0);
  const below = Math.min(BELOW_NOISE.row, BELOW_NOISE.all / Math.sqrt(all));
  const accurate = Math.max(ACCURATE, below * Math.min(...relative));
  const { dt } = set;
  const shortest = Math.min(...series.map(({ rows }) => rows));
  const partsUpTo = (length: number, { shared, own }: Unknowns) => {
    const starts = series.slice(0, 8).map(({ columns }, s) => ({
      start: columns.map((column) => column[0]),
      parameters: [...own[s].subarray(0, law.latents.length), ...shared],
    }));
    const names = [...law.latents, ...constants];
    return partsFor(equations, states, names, { form, dt }, starts, Math.min(length, shortest) - 1, accurate);
  };
  const units = states.map((_, k) => (k < observed ? spread[k] : undefined));
  const common = { series, signal, equations, states, latents: law.latents, constants, form, dt, units };
  const shot = async (length: number, parts: number, shared: Float64Array, own: Float64Array[]): Promise<Shot> => {
    const shooting = { ...common, parts, length };
    const { steps, tolerance, enough } = POLISH_DEFAULTS;
    const problem = shootingProblem(shooting);
    return {
      shooting,
      solution: await step(() => leastSquares(problem, { shared, own }, { steps, tolerance, enough })),
    };
  };
  const judged = async (last: Shot): Promise<Polished> => {
    const { shooting, solution } = last;
    const unknown = solution.own.reduce((sum, z) => sum + z.length, constants.length);
    const freedom = Math.max(1, solution.residuals - unknown);
    const mse = solution.error / freedom;
    const most = 1 + noiseMargin(relative, freedom, noiseDoubt(set.list));
    const errors = await standardErrors(shootingProblem(shooting), solution, Math.sqrt(mse));
    const l = law.latents.length;
    return {
      values: solution.shared,
      errors: errors.shared,
      latents: solution.own.map((z) => z.slice(0, l)),
      latentErrors: errors.own.map((e) => e.slice(0, l)),
      starts: solution.own.map((z) => z.slice(l, l + states.length)),
      mse,
      floor,
      ok: !signal?.aborted && mse <= Math.max(most * floor, EXACT),
      last,
    };
  };
  const parts = partsUpTo(Math.max(...lengths), { shared: law.values, own: latents });
  let last: Shot | undefined;
  for (const length of lengths) {
    const own = last ? startsFromPaths(last.shooting, last.solution, length) : startsFrom(series, latents, length);
    const next: Shot = await shot(length, parts, last?.solution.shared ?? law.values, own);
    // One that was stopped before it began knows less than the one before.
    if (!last || Number.isFinite(next.solution.error) || !signal?.aborted) last = next;
    if (signal?.aborted) break;
  }
  const { shooting, solution } = last as Shot;
  const inSegments = await judged({ shooting, solution });
  const longest = Math.max(...series.map(({ rows }) => rows));
  if (!whole || !inSegments.ok || longest <= shooting.length) return inSegments;
  const own = startsFromPaths(shooting, solution, longest);
  const asOne = await judged(await shot(longest, partsUpTo(longest, solution), solution.shared, own));
  return asOne.ok && doubt(asOne) < doubt(inSegments) ? asOne : inSegments;
}

/** How well the unknowns are known, as one number: the standard errors' logarithms, summed. */
function doubt({ errors, latentErrors }: Polished): number {
  return [errors, ...latentErrors].reduce((sum, list) => list.reduce((s, e) => s + Math.log(e), sum), 0);
}

/**
 * By what part the mean square of residuals that are all noise may exceed the noise's. Normal residuals of `freedom` degrees
 * tell it to 2/freedom, where the states' noises are of one size. The two estimates are taken as independent, which errs on
 * the safe side.
 * @param relative noise of each observed state
 * @param doubt relative standard error of its square
 */
export function noiseMargin(relative: readonly number[], freedom: number, doubt: number): number {
  const [squares, fourths] = [2, 4].map((power) => relative.reduce((sum, r) => sum + r ** power, 0));
  const uneven = squares > 0 ? fourths / squares ** 2 : 1;
  return Math.min(NOISE.part, NOISE.errors * Math.sqrt(uneven * ((2 * relative.length) / freedom + doubt ** 2)));
}
