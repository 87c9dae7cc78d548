import assert from "node:assert/strict";
import { test } from "node:test";
import { PRIMITIVES } from "../../src/primitives.js";
import { functionOf, input, signature, single } from "../../src/search/network.js";
import { symmetries } from "../../src/search/symmetry.js";
import type { Problem } from "../../src/search/workbench.js";
import type { Dimension } from "../../src/units/dimension.js";
import { ALL, close, map, normal, outputAt, uniform } from "./help.js";

const N = 200;
type Law = (...x: number[]) => number;

function problemOf(inputs: readonly Float64Array[], target: Float64Array, changes: Partial<Problem> = {}): Problem {
  return {
    inputs,
    shifts: inputs.map(() => 0),
    scales: inputs.map(() => 1),
    target,
    searchRows: N,
    primitives: Object.keys(PRIMITIVES),
    targetScale: 1,
    resolution: 0,
    ...changes,
  };
}
const positive = (count: number) => Array.from({ length: count }, (_, k) => uniform(k + 1, N, 0.3, 2));
const any = (count: number) => Array.from({ length: count }, (_, k) => uniform(k + 1, N, -2, 2));
const found = async (columns: readonly Float64Array[], law: Law, changes: Partial<Problem> = {}) =>
  (await symmetries(problemOf(columns, map(columns, law), changes)))[0];

const LAWS: [string, Float64Array[], Law, number][] = [
  ["a difference", any(3), (a, b, c) => Math.sin(2 * (a - b)) + c * c * (a - b), 2],
  ["a sum", any(3), (a, b, c) => Math.exp((a + b) * 0.5) * (2 + Math.sin(c)), 2],
  ["a product", positive(3), (a, b, c) => Math.cos(2 * a * b) + c * Math.cos(2 * a * b) ** 2, 2],
  ["a quotient", positive(3), (a, b, c) => Math.sqrt(1 + (a / b) ** 2) + Math.sin(c * (a / b)), 2],
  ["a power in a quotient", positive(2), (a, b) => Math.exp(-a / b ** 2), 1],
  ["a sum of squares", any(3), (a, b, c) => Math.exp(-0.2 * (a * a + b * b)) + Math.sin(c + a * a + b * b), 2],
  ["a factor", [...positive(1), ...any(3).slice(1)], (a, b, c) => a ** 2 * (Math.sin(b) + b * c * c), 2],
  ["a factor below", [...positive(1), ...any(3).slice(1)], (a, b, c) => (Math.sin(b) + b * c * c) / a, 2],
  ["a product, and a factor of it in front", positive(2), (a, b) => a * Math.sin(3 * a * b), 1],
  ["a group of four", positive(4), (a, b, c, d) => 1 / (Math.exp((a * b) / (c * d)) - 1), 1],
  ["a distance", any(4), (a, b, c, d) => 1 / (1 + (a - b) ** 2 + (c - d) ** 2), 1],
  [
    "a wide range",
    [uniform(1, N, 0, 9).map(Math.exp), uniform(2, N, 0, 9).map(Math.exp)],
    (a, b) => a / (1 + b / a),
    1,
  ],
];

for (const [name, inputs, law, columns] of LAWS) {
  test(`the rows tell what a law is a function of: ${name}`, async () => {
    const part = await found(inputs, law);
    assert.ok(part, "found");
    assert.equal(part.problem.inputs.length, columns);
    assertOneFunction(part.problem.inputs, part.problem.target);
    // A network of the smaller problem says the same on the whole problem.
    const target = map(inputs, law);
    for (let k = 0; k < columns; k++) {
      const small = single(functionOf(ALL.indexOf("sin"), single(input(k), 2, 0.1)), 0.7, 3);
      const whole = part.whole(small);
      for (const row of [0, 100, 199]) {
        const ratio = target[row] / part.problem.target[row];
        const here = part.problem.inputs.map((column) => column[row]);
        const there = inputs.map((column) => column[row]);
        close(outputAt(whole, there, ALL) / ratio, outputAt(small, here, ALL), 1e-9, signature(whole));
      }
    }
  });
}

/** Rows near to each other in the columns have targets near to each other. */
function assertOneFunction(columns: readonly Float64Array[], target: Float64Array): void {
  if (columns.length > 1) return;
  const order = [...target.keys()].sort((i, j) => columns[0][i] - columns[0][j]);
  const along = order.map((row) => target[row]);
  const way = along.slice(1).reduce((sum, y, k) => sum + Math.abs(y - along[k]), 0);
  const range = Math.max(...along) - Math.min(...along);
  assert.ok(way < 12 * range, `the target goes up and down ${way / range} times`);
}

test("what an error of the smaller problem counts is what it counts in the whole, up to a common factor", async () => {
  const inputs = [...positive(1), ...any(3).slice(1)];
  const given = uniform(9, N, 0.5, 2);
  const part = await found(inputs, (a, b, c) => a ** 2 * (Math.sin(b) + b * c * c), { weights: given });
  const weights = part?.problem.weights ?? new Float64Array(N);
  const common = weights[0] / (given[0] * inputs[0][0] ** 2);
  for (const row of [1, 50, 150]) close(weights[row], common * given[row] * inputs[0][row] ** 2, 1e-12);
});

test("a difference is one in the user's units, also of inputs that were scaled and shifted", async () => {
  const [a, b, c] = [uniform(1, N, 1000, 1002), uniform(2, N, 996, 1004), uniform(3, N)];
  const target = map([a, b, c], (a, b, c) => Math.cos(a - b) + c * (a - b));
  const inputs = [a.map((v) => v - 1000), b.map((v) => (v - 996) / 8), c];
  const [part] = await symmetries(problemOf(inputs, target, { shifts: [1000, 124.5, 0], scales: [1, 8, 1] }));
  const { problem } = part;
  assert.equal(problem.inputs.length, 2);
  const k = problem.inputs[0] === c || problem.inputs[0].every((v, i) => v === c[i]) ? 1 : 0;
  // Its scale and shift are such that it is the difference itself; up to its sign.
  for (const row of [0, 10, 100]) {
    close(problem.scales[k] * (problem.inputs[k][row] + problem.shifts[k]), a[row] - b[row], 1e-9);
  }
});

test("nothing is joined that comes in otherwise too", async () => {
  assert.equal(await found(any(2), (a, b) => Math.sin(2 * a) + b * b + a * b), undefined);
  assert.equal(await found(positive(2), (a, b) => Math.asin(0.4 * a * Math.sin(b))), undefined);
  assert.equal(await found(positive(3), (a, b, c) => (a + b) / (1 + (a * b) / c ** 2 + a ** 2 * c)), undefined);
  assert.equal(await found(any(3), (a, b, c) => Math.sin(a) + Math.exp(b) * c), undefined);
});

test("noise hides no symmetry, and makes none", async () => {
  const columns = [...any(3), normal(7, N)];
  for (const sd of [0.01, 0.1]) {
    const target = map(columns, (a, b, c, e) => Math.sin(2 * (a - b)) + c * c + sd * 2 * e);
    assert.equal(
      (await symmetries(problemOf(columns.slice(0, 3), target)))[0]?.problem.inputs.length,
      2,
      `noise ${sd}`,
    );
  }
  const alone = map(columns, (_a, _b, _c, e) => e);
  assert.deepEqual(await symmetries(problemOf(columns.slice(0, 3), alone)), []);
});

test("what the primitives or the units forbid is not tried", async () => {
  const quotient: Law = (a, b, c) => Math.sqrt(1 + (a / b) ** 2) + Math.sin(c * (a / b));
  assert.equal(await found(positive(3), quotient, { primitives: ["identity", "exp"] }), undefined, "no product");
  assert.equal(await found(positive(3), quotient, { primitives: ["identity", "product"] }), undefined, "no division");
  const dim = (...powers: number[]): Dimension => ({ powers, units: {} });
  const difference: Law = (a, b, c) => Math.sin(2 * (a - b)) + c;
  const [metre, second] = [dim(1), dim(0, 1)];
  const as = (inputs: Dimension[]) => ({ dimensions: { inputs, target: dim() } });
  assert.equal(await found(any(3), difference, as([metre, second, dim()])), undefined, "metres and seconds");
  const part = await found(any(3), difference, as([metre, metre, dim()]));
  assert.deepEqual(
    part?.problem.dimensions?.inputs.map((one) => one?.powers),
    [[], [1]],
  );
});

test("what a factor takes of the target's dimension, unknown ones left aside", async () => {
  const columns = [...positive(1), ...any(3).slice(1)];
  const dim = (...powers: number[]): Dimension => ({ powers, units: {} });
  const dimensions = { inputs: [dim(1), undefined, undefined], target: dim(2) };
  const part = await found(columns, (a, b, c) => a ** 2 * (Math.sin(b) + b * c * c), { dimensions });
  assert.deepEqual(part?.problem.dimensions, { inputs: [undefined, undefined], target: dim(0) });
});

test("few rows bear out nothing; a stop is heard", async () => {
  const difference: Law = (a, b, c) => Math.sin(2 * (a - b)) + c;
  assert.equal(await found(any(3), difference, { searchRows: 20 }), undefined);
  const columns = any(3);
  const problem = problemOf(columns, map(columns, difference));
  assert.deepEqual(await symmetries(problem, AbortSignal.abort()), []);
});
