/**
 * The weak form: what a law says of a window is not a derivative, which noise spoils, but an integral. Over a window of rows
 *
 *   u_j = (x_j − ∫₀ʲ f dt) / (s·T/√12)   less its mean
 *
 * is nothing if x' = f; T is the window's duration, s the size of x', so that u is an error relative to x'. The integrals are
 * taken through the observed rows, by polynomials through eight of them (order 8). For a map, x_{j+1} = f(x_j), the sum of
 * f(x_i) − x_i stands in the integral's place.
 */
import type { Expression } from "../expression/tree.js";
import { type Compiled, compileWithDerivatives } from "./compile.js";
import type { Block, LeastSquares } from "./least-squares.js";
import type { Series } from "./series.js";

/** How a law moves the states: x' = f(x), or x at the next row = f(x). */
export type Form = "field" | "map";

/** Weights of the integral from the fourth to the fifth of eight rows. */
const EIGHT = [-191, 1879, -9531, 68323, 68323, -9531, 1879, -191].map((w) => w / 120960);
/** Rows beside a window that its integrals need. */
const BESIDE = 3;

/** Windows of some series, through which laws are looked at. */
export interface View {
  readonly series: readonly Series[];
  /** Names of the states in formulas. */
  readonly names: readonly string[];
  readonly form: Form;
  readonly dt: number;
  /** Rows of a window less one. */
  readonly length: number;
  /** For each series the first rows of its windows. */
  readonly windows: readonly (readonly number[])[];
  readonly signal?: AbortSignal;
}

/** The law of one state. */
export interface Equation {
  readonly state: number;
  readonly tree: Expression;
  /** Size of the state's rate of change. */
  readonly size: number;
}

/** At most `count` windows of each series, spread evenly, not overlapping. */
export function viewOf(view: Omit<View, "windows">, count: number): View {
  const { series, length, form } = view;
  const beside = form === "map" ? 0 : BESIDE;
  const windows = series.map(({ rows }) => {
    const room = rows - 1 - 2 * beside - length;
    const fit = Math.min(count, Math.floor(room / length) + 1);
    return Array.from({ length: fit }, (_, k) => beside + Math.floor(fit === 1 ? room / 2 : (k * room) / (fit - 1)));
  });
  return { ...view, windows };
}

/**
 * The weak-form residuals of laws as a least-squares problem with a block for each series.
 * @param shared names of the constants that are the same in all series
 * @param own names of those that differ
 */
export function weakProblem(
  view: View,
  equations: readonly Equation[],
  shared: readonly string[],
  own: readonly string[],
): LeastSquares {
  const constants = [...shared, ...own];
  const trees = equations.map(({ tree }) => tree);
  return weakResiduals(
    view,
    equations,
    compileWithDerivatives(trees, [...view.names, ...constants], constants),
    constants.length,
  );
}

/**
 * The same for laws that are given as a function.
 * @param values of states, shared constants and own ones makes each law's value, and then each law's derivatives by the constants
 * @param width number of constants
 */
export function weakResiduals(
  view: View,
  equations: readonly Omit<Equation, "tree">[],
  values: Compiled,
  width: number,
): LeastSquares {
  const { series, names, form, dt, length, windows } = view;
  const count = equations.length;
  const beside = form === "map" ? 0 : BESIDE;
  const points = length + (form === "map" ? 0 : 1 + 2 * BESIDE);
  const given = new Float64Array(names.length + width);
  const out = new Float64Array(count * (1 + width));
  const columns = Array.from(out, () => new Float64Array(points));
  const integral = new Float64Array(length + 1);
  return {
    blocks: series.length,
    signal: view.signal,
    evaluate(block, w, z, slopes): Block | undefined {
      const { columns: states } = series[block];
      const rows = windows[block].length * count * (length + 1);
      const residuals = new Float64Array(rows);
      const jacobian = new Float64Array(slopes ? rows * width : 0);
      given.set(w, names.length);
      given.set(z, names.length + w.length);
      let at = 0;
      for (const first of windows[block]) {
        for (let i = 0; i < points; i++) {
          const row = first - beside + i;
          for (let k = 0; k < names.length; k++) given[k] = states[k][row];
          values(given, out);
          for (let k = 0; k < out.length; k++) columns[k][i] = out[k];
          for (let e = 0; e < count; e++) {
            if (!Number.isFinite(out[e])) return undefined;
            if (form === "map") columns[e][i] -= given[equations[e].state];
          }
        }
        for (const [e, { state, size }] of equations.entries()) {
          const scale = Math.sqrt(12) / (length * (form === "map" ? 1 : dt) * size);
          integrated(columns[e], length, dt, form, integral);
          let mean = 0;
          for (let j = 0; j <= length; j++) mean += states[state][first + j] / (length + 1);
          for (let j = 0; j <= length; j++) {
            residuals[at + j] = scale * (states[state][first + j] - mean - integral[j]);
          }
          for (let k = 0; slopes && k < width; k++) {
            integrated(columns[count + e * width + k], length, dt, form, integral);
            for (let j = 0; j <= length; j++) jacobian[(at + j) * width + k] = scale * integral[j];
          }
          at += length + 1;
        }
      }
      return { residuals, jacobian };
    },
  };
}

/** The integral of a function, given at the rows a window needs, up to each of the window's rows, less its mean. */
function integrated(f: Float64Array, length: number, dt: number, form: Form, out: Float64Array): void {
  let total = 0;
  let mean = 0;
  out[0] = 0;
  for (let j = 0; j < length; j++) {
    if (form === "map") total += f[j];
    else for (let k = 0; k < 8; k++) total += dt * EIGHT[k] * f[j + k];
    out[j + 1] = total;
    mean += total;
  }
  mean /= length + 1;
  for (let j = 0; j <= length; j++) out[j] -= mean;
}

/** Mean square of u that white noise of standard deviation 1 in x makes, for s = 1. */
export function noiseGain(length: number, dt: number, form: Form): number {
  return ((length / (length + 1)) * 12) / (length * (form === "map" ? 1 : dt)) ** 2;
}
