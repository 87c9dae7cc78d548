/**
 * Multiple shooting: a law is right if the paths it sends out stay with the observations. Each series is cut into segments;
 * unknown are the constants (shared), and of each series its latents and the first state of every segment. The residuals are
 * those of the observations themselves, in units of each state's spread, so noise counts as what it is: nothing is
 * differentiated, integrated or smoothed. Bock 1983.
 */
import type { Expression } from "../expression/tree.js";
import { Follower } from "./follow.js";
import type { Block, LeastSquares, Unknowns } from "./least-squares.js";
import type { Series } from "./series.js";
import type { Form } from "./weak.js";

export interface Shooting {
  readonly series: readonly Series[];
  readonly signal?: AbortSignal;
  readonly equations: readonly Expression[];
  readonly states: readonly string[];
  readonly latents: readonly string[];
  readonly constants: readonly string[];
  readonly form: Form;
  readonly dt: number;
  /** Rows of a segment. */
  readonly length: number;
  /** Parts of a row's time in which it is followed. */
  readonly parts: number;
  /** Units of the states' residuals; undefined for those that are not observed. */
  readonly units: readonly (number | undefined)[];
}

/** First rows of a series' segments; a rest shorter than half of one is left out. */
export function segments(rows: number, length: number): { readonly first: number; readonly rows: number }[] {
  const count = Math.max(1, Math.floor(rows / length + 0.5));
  return Array.from({ length: count }, (_, k) => ({ first: k * length, rows: Math.min(length, rows - k * length) }));
}

export function shootingProblem(shooting: Shooting): LeastSquares {
  const { series, equations, states, latents, constants, form, dt, length, parts, units } = shooting;
  const follower = new Follower(equations, states, [...latents, ...constants], form, dt, parts);
  const [c, l, p, u] = [states.length, latents.length, constants.length, follower.unknowns];
  const observed = units.flatMap((unit, k) => (unit === undefined ? [] : [{ k, unit }]));
  return {
    blocks: series.length,
    signal: shooting.signal,
    evaluate(block, w, z, slopes): Block | undefined {
      const { columns, rows: all } = series[block];
      const cut = segments(all, length);
      const width = p + z.length;
      const count = cut.reduce((sum, { rows }) => sum + rows, 0) * observed.length;
      const residuals = new Float64Array(count);
      const jacobian = new Float64Array(slopes ? count * width : 0);
      const parameters = new Float64Array(l + p);
      parameters.set(z.subarray(0, l));
      parameters.set(w, l);
      let at = 0;
      for (const [s, { first, rows }] of cut.entries()) {
        const own = l + s * c;
        const path = follower.follow(z.subarray(own, own + c), parameters, rows - 1, slopes);
        if (!path) return undefined;
        for (let i = 0; i < rows; i++) {
          for (const { k, unit } of observed) {
            residuals[at] = (columns[k][first + i] - path.rows[i * c + k]) / unit;
            if (slopes) {
              const from = (i * c + k) * u;
              const to = at * width;
              for (let j = 0; j < p; j++) jacobian[to + j] = path.slopes[from + c + l + j] / unit;
              for (let j = 0; j < l; j++) jacobian[to + p + j] = path.slopes[from + c + j] / unit;
              for (let j = 0; j < c; j++) jacobian[to + p + own + j] = path.slopes[from + j] / unit;
            }
            at++;
          }
        }
      }
      return { residuals, jacobian };
    },
  };
}

/** Segments' first states from (smoothed) observations, behind given latents. */
export function startsFrom(
  series: readonly Series[],
  latents: readonly Float64Array[],
  length: number,
): Float64Array[] {
  return series.map(({ columns, rows }, s) => {
    const cut = segments(rows, length);
    return Float64Array.from([...latents[s], ...cut.flatMap(({ first }) => columns.map((column) => column[first]))]);
  });
}

/** The same from the solution for shorter segments: each first state is where the solution was on that row. */
export function startsFromPaths(shooting: Shooting, solution: Unknowns, length: number): Float64Array[] {
  const { series, equations, states, latents, constants, form, dt, parts } = shooting;
  const follower = new Follower(equations, states, [...latents, ...constants], form, dt, parts);
  const [c, l] = [states.length, latents.length];
  return series.map(({ rows }, s) => {
    const z = solution.own[s];
    const parameters = Float64Array.from([...z.subarray(0, l), ...solution.shared]);
    const before = segments(rows, shooting.length);
    const starts = segments(rows, length).map(({ first }) => {
      const k = before.findLastIndex((segment) => segment.first <= first);
      const own = l + k * c;
      const path = follower.follow(z.subarray(own, own + c), parameters, first - before[k].first, false);
      return path ? path.rows.subarray(path.rows.length - c) : z.subarray(own, own + c);
    });
    return Float64Array.from([...z.subarray(0, l), ...starts.flatMap((start) => [...start])]);
  });
}
