/**
 * The latents of new series under a known law: Gauss–Newton in the weak form, which a rough start does, then multiple
 * shooting on the observations themselves.
 */
import { Follower } from "./follow.js";
import { closed, type Law } from "./law.js";
import { leastSquares } from "./least-squares.js";
import { POLISH_DEFAULTS, type Polished, type PolishOptions, polished } from "./polish.js";
import type { Survey } from "./survey.js";
import { viewOf, weakProblem } from "./weak.js";

const FIT = { steps: 30, tolerance: 1e-3 };
/** Rows of a window less one, and windows of a series, in the weak form. */
const WINDOW = { length: 24, count: 10 };

/**
 * @param typical the latents to start from
 * @param whole is each series one path at the end, as in `polished`?
 */
export async function inferred(
  law: Law,
  survey: Survey,
  typical: Float64Array,
  { whole = false, signal }: Pick<PolishOptions, "whole" | "signal"> = {},
): Promise<Polished> {
  const { set, names, spread, skipped } = survey;
  const { list, dt } = set;
  const equations = closed(law);
  const length = Math.min(WINDOW.length, Math.min(...list.map(({ rows }) => rows)) - 8);
  const view = viewOf({ series: list, names, form: law.form, dt, length }, WINDOW.count);
  const weak = weakProblem(
    view,
    equations.map((tree, state) => ({ tree, state, size: spread[state] })),
    [],
    law.latents,
  );
  const none = new Float64Array(0);
  // Each series by itself: one that is hard to fit doesn't hold up the others.
  const start: Float64Array[] = [];
  for (const s of list.keys()) {
    const single = {
      blocks: 1,
      signal,
      evaluate: (_b: number, w: Float64Array, z: Float64Array, slopes: boolean) => weak.evaluate(s, w, z, slopes),
    };
    start.push((await leastSquares(single, { shared: none, own: [typical] }, FIT)).own[0]);
  }
  const known: Law = { ...law, equations, constants: [], values: none };
  const found = await polished(known, list, start, survey, {
    lengths: POLISH_DEFAULTS.lengths.slice(-1),
    whole,
    signal,
  });
  if (skipped === 0) return found;
  // Back in time to the rows that were skipped.
  const parts = found.last?.shooting.parts ?? 1;
  const follower = new Follower(equations, names, law.latents, law.form, -dt, parts);
  const nowhere = new Float64Array(names.length).fill(Number.NaN);
  const starts = found.starts.map((from, s) => {
    const path = follower.follow(from, found.latents[s], skipped, false);
    return path ? path.rows.slice(-names.length) : nowhere;
  });
  return { ...found, starts };
}
