/**
 * A law followed in time from an initial state: by the classical Runge–Kutta method in equal parts of a row's time, or row by
 * row if it is a map. With slopes, the derivatives of every row by the initial state, the latents and the constants are
 * followed along (variational equations).
 */
import { largestSize } from "../columns.js";
import type { Expression } from "../expression/tree.js";
import { type Compiled, compileWithDerivatives } from "./compile.js";
import type { Form } from "./weak.js";

/** Rows that follow, and their derivatives: row after row, state after state, by each unknown. */
export interface Path {
  readonly rows: Float64Array;
  readonly slopes: Float64Array;
}

export class Follower {
  private readonly values: Compiled;
  private readonly count: number;
  /** Unknowns: the initial states, then the parameters. */
  readonly unknowns: number;

  /**
   * @param parameters names in the equations besides the states'
   * @param parts of a row's time
   */
  constructor(
    equations: readonly Expression[],
    states: readonly string[],
    parameters: readonly string[],
    private readonly form: Form,
    private readonly dt: number,
    private readonly parts: number,
  ) {
    const names = [...states, ...parameters];
    this.values = compileWithDerivatives(equations, names, names);
    this.count = states.length;
    this.unknowns = names.length;
  }

  /** @returns steps + 1 rows; undefined where the law has no value on the way */
  follow(start: ArrayLike<number>, parameters: ArrayLike<number>, steps: number, slopes: boolean): Path | undefined {
    const { count: c, unknowns: u, values, form, parts } = this;
    const size = slopes ? c + c * u : c;
    const rows = new Float64Array((steps + 1) * c);
    const derivatives = new Float64Array(slopes ? (steps + 1) * c * u : 0);
    const state = new Float64Array(size);
    for (let k = 0; k < c; k++) {
      state[k] = start[k];
      if (slopes) state[c + k * u + k] = 1;
    }
    const given = new Float64Array(u);
    for (let k = c; k < u; k++) given[k] = parameters[k - c];
    const out = new Float64Array(c + c * u);
    // d(∂x/∂p)/dt = ∂f/∂x·∂x/∂p + ∂f/∂p.
    const rate = (at: Float64Array, into: Float64Array) => {
      for (let k = 0; k < c; k++) given[k] = at[k];
      values(given, out);
      for (let k = 0; k < c; k++) into[k] = out[k];
      if (!slopes) return;
      for (let k = 0; k < c; k++) {
        for (let p = 0; p < u; p++) {
          let s = p < c ? 0 : out[c + k * u + p];
          for (let j = 0; j < c; j++) s += out[c + k * u + j] * at[c + j * u + p];
          into[c + k * u + p] = s;
        }
      }
    };
    const stages = Array.from({ length: 4 }, () => new Float64Array(size));
    const [k1, k2, k3, k4] = stages;
    const between = new Float64Array(size);
    const h = this.dt / parts;
    const moved = (by: number, k: Float64Array) => {
      for (let i = 0; i < size; i++) between[i] = state[i] + by * k[i];
      return between;
    };
    const keep = (row: number) => {
      for (let k = 0; k < c; k++) rows[row * c + k] = state[k];
      if (slopes) derivatives.set(state.subarray(c), row * c * u);
    };
    keep(0);
    for (let row = 1; row <= steps; row++) {
      if (form === "map") {
        rate(state, k1);
        state.set(k1);
      }
      for (let part = 0; form === "field" && part < parts; part++) {
        rate(state, k1);
        rate(moved(h / 2, k1), k2);
        rate(moved(h / 2, k2), k3);
        rate(moved(h, k3), k4);
        for (let i = 0; i < size; i++) state[i] += (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
      }
      for (let k = 0; k < c; k++) if (!Number.isFinite(state[k])) return undefined;
      keep(row);
    }
    return { rows, slopes: derivatives };
  }
}

/** Relative change of a path, when its parts are halved, that is let pass. */
export const ACCURATE = 1e-8;
const MOST_PARTS = 64;

/** How many parts a row's time needs for paths from these starts to be right to a part in 10⁸, or to `enough`. */
export function partsFor(
  equations: readonly Expression[],
  states: readonly string[],
  parameters: readonly string[],
  { form, dt }: { readonly form: Form; readonly dt: number },
  starts: readonly { readonly start: ArrayLike<number>; readonly parameters: ArrayLike<number> }[],
  steps: number,
  enough = ACCURATE,
): number {
  if (form === "map") return 1;
  const follow = (parts: number) => {
    const follower = new Follower(equations, states, parameters, form, dt, parts);
    return starts.map(({ start, parameters: p }) => follower.follow(start, p, steps, false)?.rows);
  };
  let before = follow(1);
  for (let parts = 1; parts < MOST_PARTS; parts *= 2) {
    const finer = follow(2 * parts);
    const change = finer.map((rows, s) => {
      const other = before[s];
      if (!rows || !other) return 0;
      return rows.reduce((m, v, i) => Math.max(m, Math.abs(v - other[i])), 0) / (largestSize(rows) || 1);
    });
    if (Math.max(...change) < enough) return parts;
    before = finer;
  }
  return MOST_PARTS;
}
