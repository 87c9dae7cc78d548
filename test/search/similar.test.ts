import assert from "node:assert/strict";
import { test } from "node:test";
import { PRIMITIVES } from "../../src/primitives.js";
import { logarithmicModel } from "../../src/search/logarithmic.js";
import { input, signature, single } from "../../src/search/network.js";
import { similarity } from "../../src/search/similar.js";
import type { Problem } from "../../src/search/workbench.js";
import { ALL, close, map, normal, outputAt, uniform } from "./help.js";

const N = 256;

function problemOf(inputs: Float64Array[], target: Float64Array, changes: Partial<Problem> = {}): Problem {
  return {
    inputs,
    shifts: inputs.map(() => 0),
    target,
    searchRows: N,
    primitives: Object.keys(PRIMITIVES),
    targetScale: 1,
    resolution: 0,
    ...changes,
  };
}
const found = (problem: Problem) => similarity(problem, logarithmicModel(problem));
const positive = (count: number) => Array.from({ length: count }, (_, k) => uniform(k + 1, N, 0.3, 1));

test("slopes and bends of ln|y|, with their errors", () => {
  const inputs = [uniform(1, N, 0.2, 1), uniform(2, N, -1, 1)];
  const noise = normal(3, N);
  const estimates = [0.01, 0.02].map((sd) => {
    const y = map(
      [...inputs, noise],
      (a, b, e) => -(a ** 3) * Math.exp(0.5 * b + 0.25 * b * b + 0.1 * b * Math.log(a) + sd * e),
    );
    const model = logarithmicModel(problemOf(inputs, y));
    assert.ok(model);
    assert.deepEqual(model.positive, [true, false]);
    const meanA = map([inputs[0]], Math.log).reduce((s, v) => s + v, 0) / N;
    const meanB = inputs[1].reduce((s, v) => s + v, 0) / N;
    const expected = [
      [model.combination([[1, [0]]]), 3 + 0.1 * meanB],
      [model.combination([[1, [1]]]), 0.5 + 0.5 * meanB + 0.1 * meanA],
      [model.combination([[1, [1, 1]]]), 0.5],
      [model.combination([[1, [0, 1]]]), 0.1],
      [model.combination([[1, [0, 0]]]), 0],
      [
        model.combination([
          [2, [0, 1]],
          [-1, [1, 1]],
        ]),
        -0.3,
      ],
    ] as const;
    for (const [{ value, error }, truth] of expected)
      assert.ok(Math.abs(value - truth) < 4 * error, `${value} ± ${error}, not ${truth}`);
    return expected.map(([{ error }]) => error);
  });
  estimates[0].forEach((error, k) => {
    close(estimates[1][k] / error, 2, 1e-6, "errors grow with the noise");
  });
  const zero = map(inputs, () => 0);
  assert.equal(logarithmicModel(problemOf(inputs, zero)), undefined);
  assert.equal(
    logarithmicModel(
      problemOf(
        inputs,
        map(inputs, (a) => a),
        { searchRows: 10 },
      ),
    ),
    undefined,
    "too few rows",
  );
});

const laws: [string, number, (...x: number[]) => number, number][] = [
  ["one group", 4, (a, b, c, d) => 1 / (Math.exp((a * b) / (c * d)) - 1), 1],
  ["a group and factors", 4, (a, b, c, d) => (a ** 2 / b) * Math.tanh((2 * a * c) / d), 1],
  ["an input in the group and in front", 4, (a, b, c, d) => a ** 3 * (Math.exp((a * b) / (c * d)) - 1), 1],
  ["powers of two in a group", 3, (a, b, c) => Math.exp((-a * b * b) / c), 1],
  ["two groups", 4, (a, b, c, d) => 1 / (a / b + (3 * c) / d), 1],
  ["a sum of products", 4, (a, b, c, d) => a * b + 3 * c * d, 1],
];
for (const [name, d, law, groups] of laws) {
  test(`inputs that come in as products only are joined: ${name}`, () => {
    const inputs = positive(d);
    const target = map(inputs, law);
    const [part] = found(problemOf(inputs, target));
    assert.ok(part, "found");
    assert.equal(part.problem.inputs.length, groups);
    if (groups === 1) {
      // The smaller target is a curve over the one group: from neighbour to neighbour it goes up and down once or twice at most.
      const [column] = part.problem.inputs;
      const order = [...column.keys()].sort((i, j) => column[i] - column[j]);
      const along = order.map((row) => part.problem.target[row]);
      const way = along.slice(1).reduce((sum, v, k) => sum + Math.abs(v - along[k]), 0);
      assert.ok(way < 2.5 * (Math.max(...along) - Math.min(...along)), "a function of the group");
    }
    // The smaller problem's columns are the groups, and a network of it says the same on the whole problem.
    for (let k = 0; k < part.problem.inputs.length; k++) {
      const whole = part.whole(single(input(k), 2, 0.5));
      for (const row of [0, 100, 255]) {
        const scale = target[row] / part.problem.target[row];
        const here = inputs.map((column) => column[row]);
        close(outputAt(whole, here, ALL) / scale, 2 * part.problem.inputs[k][row] + 0.5, 1e-9, signature(whole));
      }
    }
  });
}

test("nothing is joined that comes in otherwise too, or can't be told", () => {
  const inputs = positive(3);
  const wide = [...inputs.slice(0, 2), uniform(9, N, -1, 1)];
  for (const [law, columns, changes] of [
    [(a, b, c) => Math.sin(3 * a) + b * b + Math.exp(c), inputs, {}],
    [(a, b, c) => Math.exp(a * c) + Math.sin(2 * b) + 1, wide, {}],
    [(a, b, c) => a * b ** 2 * c, inputs, {}],
    [(a, b, c) => 1 / (Math.exp((a * b) / c) - 1), inputs, { primitives: ["identity", "exp"] }],
    [(a, b, c) => 1 / (Math.exp((a * b) / c) - 1), inputs, { shifts: [0, 0.5, 0] }],
  ] as [(...x: number[]) => number, Float64Array[], Partial<Problem>][]) {
    assert.deepEqual(found(problemOf(columns, map(columns, law), changes)), [], law.toString());
  }
  const noisy = map([...inputs, normal(4, N)], (a, b, c, e) => 1 / (Math.exp((a * b) / c) - 1) + 0.003 * e);
  assert.equal(found(problemOf(inputs, noisy))[0]?.problem.inputs.length, 1, "with noise too");
});
