import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/expression/evaluate.js";
import { toText } from "../../src/expression/text.js";
import { formula, readable, unscaled } from "../../src/search/formula.js";
import {
  type Affine,
  affine,
  factor,
  functionOf,
  input,
  monomial,
  productOf,
  signature,
  single,
} from "../../src/search/network.js";
import { ALL, close, outputAt, randomNetworks, uniform } from "./help.js";

const rows = Array.from({ length: 6 }, (_, k) => [...uniform(k, 2, 0.2, 1.5)]);
const text = (root: Affine) => toText(formula(root, ["a", "b"], ALL));
const [SIN, SIGMOID] = ["sin", "sigmoid"].map(ALL.indexOf);

/** Asserts that two ways to compute a network agree on all rows where it has a tame value; returns how many. */
function agree(root: Affine, other: (row: number[]) => number): number {
  const tame = rows.filter((row) => {
    const [value, nudged] = [row, row.map((v) => v * (1 + 1e-13))].map((at) => outputAt(root, at, ALL));
    return Math.abs(value) < 1e4 && Math.abs(nudged - value) < 1e-10;
  });
  for (const row of tame) close(other(row), outputAt(root, row, ALL), 1e-8, signature(root));
  return tame.length;
}

test("the formula has the network's value", () => {
  let compared = 0;
  for (const root of randomNetworks(250, 2, ALL)) {
    const tree = formula(root, ["a", "b"], ALL);
    compared += agree(root, ([a, b]) => evaluate(tree, { a: [a], b: [b] }, 1)[0]);
  }
  assert.ok(compared > 400, `${compared}`);
});

test("back in the user's units the network has the value there", () => {
  const scales = {
    inputs: [
      { by: 2 ** 20, shift: 0 },
      { by: 2 ** -7, shift: 3 },
    ],
    target: 2 ** -40,
  };
  let compared = 0;
  for (const root of randomNetworks(250, 2, ALL)) {
    const inUnits = unscaled(root, scales, ALL);
    compared += agree(root, ([a, b]) => outputAt(inUnits, [a * 2 ** 20, b * 2 ** -7 + 3], ALL) / 2 ** -40);
  }
  assert.ok(compared > 400, `${compared}`);
});

test("a more readable scale changes no value", () => {
  let compared = 0;
  for (const root of randomNetworks(250, 2, ALL))
    compared += agree(root, (row) => outputAt(readable(root, ALL), row, ALL));
  assert.ok(compared > 400, `${compared}`);
});

test("formulas as a person writes them", () => {
  const both = (a: number, b: number) => affine([a, b].map((weight, k) => ({ weight, unit: monomial([[k, 2]]) })));
  assert.equal(text(single(functionOf(SIN, single(input(0), 2, Math.PI / 2)))), "cos(2*a)");
  assert.equal(text(single(functionOf(SIGMOID, single(input(0), 10)))), "1/(1+exp(-10*a))");
  assert.equal(text(affine([], 3)), "3");
  assert.equal(
    text(
      single(
        monomial([
          [0, 1],
          [1, -2],
        ]),
        -1,
      ),
    ),
    "-a/b^2",
  );
  const root = single(productOf(factor(both(1, 1), 0.5)), Math.SQRT1_2);
  assert.equal(text(readable(single(productOf(factor(both(0.5, 0.5), 0.5)), Math.SQRT2), ALL)), "sqrt(a^2+b^2)");
  assert.equal(text(readable(root, ALL)), text(root), "nothing to gain");
});

test("a function of a constant alone is a constant", () => {
  const root = affine([
    { weight: 2, unit: functionOf(SIN, affine([], 0.3)) },
    { weight: 1, unit: input(0) },
  ]);
  const folded = readable(root, ALL);
  assert.equal(folded.links.length, 1);
  assert.equal(text(folded), `a+${2 * Math.sin(0.3)}`);
});
