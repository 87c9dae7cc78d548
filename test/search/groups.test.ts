import assert from "node:assert/strict";
import { test } from "node:test";
import { makeGrammar } from "../../src/search/grammar.js";
import { reductions } from "../../src/search/groups.js";
import { affine, factor, input, productOf, single } from "../../src/search/network.js";
import type { Problem } from "../../src/search/workbench.js";
import type { Dimension } from "../../src/units/dimension.js";
import { ALL, close, DEFAULT, map, outputAt, uniform } from "./help.js";

/** Mass, length and time. */
const dim = (...powers: number[]): Dimension => ({ powers, units: {} });
const [KG, M, S, SPEED] = [dim(1), dim(0, 1), dim(0, 0, 1), dim(0, 1, -1)];
const PURE = dim();

function problem(inputs: Float64Array[], target: Float64Array, dimensions: Problem["dimensions"]): Problem {
  const shifts = inputs.map(() => 0);
  return {
    inputs,
    target,
    shifts,
    scales: inputs.map(() => 1),
    dimensions,
    searchRows: target.length,
    primitives: [],
    targetScale: 1,
    resolution: 0,
  };
}

const [m, v, c] = [1, 2, 3].map((seed) => uniform(seed, 20, 1, 4));

test("a law in any units is one of fewer pure numbers, and the networks of both say the same", () => {
  const momentum = map([m, v, c], (m, v, c) => (m * v) / Math.sqrt(1 - (v / (5 * c)) ** 2));
  const whole = problem([m, v, c], momentum, { inputs: [KG, SPEED, SPEED], target: dim(1, 1, -1) });
  const found = reductions(whole, ALL);
  assert.ok(found.length > 0);
  for (const { problem: small, whole: back } of found) {
    assert.equal(small.inputs.length, 1);
    assert.equal(small.dimensions, undefined);
    // Any network of the group, such as 2 + 3·π − π³.
    const root = affine(
      [
        { weight: 3, unit: input(0) },
        { weight: -1, unit: productOf(factor(single(input(0)), 3)) },
      ],
      2,
    );
    const large = back(root);
    for (const row of [0, 7, 19]) {
      const ratio = momentum[row] / small.target[row];
      const inner = outputAt(root, [small.inputs[0][row]], ALL);
      close(outputAt(large, [m[row], v[row], c[row]], ALL), inner * ratio, 1e-9 * Math.abs(ratio));
      close(
        (small.weights?.[row] ?? 0) / Math.abs(ratio),
        (small.weights?.[0] ?? 0) / Math.abs(momentum[0] / small.target[0]),
        1e-9,
      );
    }
  }
});

test("simple exponents come first", () => {
  const [{ problem: small, whole }] = reductions(problem([m, v, c], m, { inputs: [M, M, S], target: SPEED }), ALL);
  assert.equal(small.inputs.length, 1);
  const text = JSON.stringify(whole(single(input(0))));
  assert.doesNotMatch(text, /"power":-?[2-9]/, "a ratio of lengths, not of their powers");
});

test("roots where the dimensions ask for them, if the primitives have them", () => {
  const pendulum = { inputs: [M, dim(0, 1, -2)], target: S };
  const [{ problem: small, whole }] = reductions(problem([m, v], m, pendulum), ALL);
  assert.equal(small.inputs.length, 0);
  close(outputAt(whole(affine([], 2)), [4, 9], ALL) / outputAt(whole(affine([], 2)), [1, 1], ALL), 2 / 3, 1e-12);
  assert.deepEqual(reductions(problem([m, v], m, pendulum), makeGrammar(["identity", "product"])), []);
  assert.equal(reductions(problem([m, v], m, pendulum), DEFAULT).length, 1, "real powers of positive inputs do it");
  assert.deepEqual(reductions(problem([m, v.map((x) => x - 2)], m, pendulum), DEFAULT), []);
});

test("no groups without units, with pure numbers only, or where a constant of nature is missing", () => {
  assert.deepEqual(reductions(problem([m, v], m, undefined), ALL), []);
  assert.deepEqual(reductions(problem([m, v], m, { inputs: [M, undefined], target: M }), ALL), []);
  assert.deepEqual(reductions(problem([m, v], m, { inputs: [M, M], target: undefined }), ALL), []);
  assert.deepEqual(reductions(problem([m, v], m, { inputs: [PURE, PURE], target: PURE }), ALL), []);
  assert.deepEqual(reductions(problem([m, v], m, { inputs: [S, S], target: M }), ALL), [], "as g in a fall");
});
