/**
 * The solution of a system of differential equations at equal steps, by Hairer's extrapolation integrator ODEX (the package
 * of that name): where accuracy matters more than speed.
 */
import { createRequire } from "node:module";
import { InputError } from "../errors.js";

/** The part of the package used here. It brings its source instead of declarations, which this project's compiler refuses. */
interface Odex {
  readonly Solver: new (
    dimension: number,
  ) => {
    absoluteTolerance: number;
    relativeTolerance: number;
    denseOutput: boolean;
    maxSteps: number;
    grid(dt: number, out: (t: number, y: readonly number[]) => void): unknown;
    solve(
      derivative: (t: number, y: readonly number[]) => number[],
      start: number,
      state: readonly number[],
      end: number,
      output: unknown,
    ): unknown;
  };
}
const { Solver } = createRequire(import.meta.url)("odex") as Odex;

/** Error of a step that is let pass, absolute and relative. */
const TOLERANCE = 1e-13;
const MOST_STEPS = 1e6;

/**
 * @param derivative of each state, given the states
 * @param dt time between two rows
 * @returns steps + 1 rows of states, the first the initial one
 * @throws InputError where the solution can't be followed to the end
 */
export function integrate(
  derivative: (state: readonly number[]) => number[],
  start: readonly number[],
  dt: number,
  steps: number,
): number[][] {
  const solver = new Solver(start.length);
  solver.absoluteTolerance = TOLERANCE;
  solver.relativeTolerance = TOLERANCE;
  solver.denseOutput = true;
  solver.maxSteps = MOST_STEPS;
  const rows: number[][] = [];
  const keep = solver.grid(dt, (_, y) => {
    rows.push([...y]);
  });
  // A little beyond the last row, so that rounding can't cut it off.
  solver.solve((_, y) => derivative(y), 0, start, dt * (steps + 1e-6), keep);
  if (rows.length <= steps || !rows[steps].every(Number.isFinite)) {
    throw new InputError(
      `The solution can't be followed beyond t = ${(rows.length - 1) * dt}: a state grows without end there.`,
    );
  }
  return rows.slice(0, steps + 1);
}
