import assert from "node:assert/strict";
import { test } from "node:test";
import { fitBatch } from "../../src/search/candidates.js";
import { canonical } from "../../src/search/canonical.js";
import { makeGrammar } from "../../src/search/grammar.js";
import {
  type Affine,
  affine,
  factor,
  functionOf,
  input,
  productOf,
  signature,
  single,
} from "../../src/search/network.js";
import { shortened } from "../../src/search/prune.js";
import { straightened } from "../../src/search/straight.js";
import { ALL, close, fitterFor, map, outputAt, uniform } from "./help.js";

const N = 50;
const inputs = [uniform(1, N, 0.5, 2), uniform(2, N, -1, 3)];
const y = map(inputs, (a, b) => a * b);
const fitter = fitterFor(inputs, y);
const values = (of: Affine) => map(inputs, (a, b) => outputAt(of, [a, b], ALL));
const names = ["sin", "exp", "sigmoid", "tanh", "log"];

test("functions and powers that hardly bend become their tangents, with the same values", () => {
  const slight = 1e-4;
  const networks = [
    ...names.map((name) => single(functionOf(ALL.indexOf(name), single(input(1), slight, 0.7)), 1 / slight, 2)),
    ...[-2, -1, -0.5, 0.5, 2, 3].map((p) => single(productOf(factor(single(input(1), slight, 1), p)), 1 / slight)),
    // within another function, as a factor, and one within the other
    single(
      functionOf(ALL.indexOf("sin"), single(functionOf(ALL.indexOf("tanh"), single(input(1), slight)), 3 / slight)),
    ),
    single(
      productOf(factor(single(input(0))), factor(single(functionOf(ALL.indexOf("sin"), single(input(1), slight))))),
      1 / slight,
    ),
    single(
      functionOf(ALL.indexOf("sin"), single(functionOf(ALL.indexOf("sin"), single(input(1), slight)))),
      1 / slight,
    ),
  ];
  for (const root of networks) {
    const before = values(root);
    const straight = straightened(root, 1e-2, fitter);
    assert.ok(straight, signature(root));
    assert.deepEqual(values(root), before, "the network itself stays as it is");
    const after = values(canonical(straight, ALL));
    const size = Math.max(...before.map(Math.abs));
    for (let i = 0; i < N; i++) close(after[i] / size, before[i] / size, 1e-3, signature(root));
    assert.equal(
      straightened(straight, 1e-2, fitter),
      undefined,
      `nothing is left to straighten in ${signature(root)}`,
    );
    assert.equal(straightened(root, 1e-9, fitter), undefined, "it bends more than that");
  }
});

test("functions that bend like a parabola become a square, alone and within others, with the same values", () => {
  const slight = 1e-2;
  const bent = (name: string, bias: number) => functionOf(ALL.indexOf(name), single(input(1), slight, bias));
  const top = Math.PI / 2; // there a sine has no slope
  for (const root of [
    single(bent("sin", top), 1 / slight ** 2, 2),
    single(bent("sin", top + 0.01), -1 / slight ** 2),
    single(productOf(factor(affine([{ weight: 1 / slight ** 2, unit: bent("sin", top) }], -1.0001 / slight ** 2), -1))),
  ]) {
    const before = values(root);
    const straight = straightened(root, 1e-2, fitter);
    assert.ok(straight, signature(root));
    assert.match(signature(canonical(straight, ALL)), /^(?!.*f).*x1.*\^2/);
    const after = values(straight);
    const spread = Math.max(...before) - Math.min(...before);
    for (let i = 0; i < N; i++) assert.ok(Math.abs(after[i] - before[i]) < 2e-3 * spread, signature(root));
    assert.equal(straightened(root, 1e-9, fitter), undefined, "it is no parabola");
  }
  const plain = makeGrammar(["identity", "sin"]);
  const without = fitterFor(inputs, y, { grammar: plain });
  assert.equal(straightened(single(functionOf(0, single(input(1), slight, top))), 1e-2, without), undefined);
});

test("what bends stays, and so do plain products and constants", () => {
  for (const root of [
    single(functionOf(ALL.indexOf("sin"), single(input(1), 2))),
    single(functionOf(ALL.indexOf("exp"), single(input(1), 0.3))),
    single(productOf(factor(single(input(0)), -1), factor(single(input(1), 1, 4)))),
    affine([], 3),
  ]) {
    assert.equal(straightened(root, 0.02, fitter), undefined, signature(root));
  }
});

test("a batch has no candidate that only imitates a plainer one, and prune straightens", () => {
  const sine = (slope: number) =>
    single(
      productOf(factor(single(input(0))), factor(single(functionOf(ALL.indexOf("sin"), single(input(1), slope))))),
      1 / slope,
    );
  const found = fitBatch([sine(1e-7)], fitter);
  assert.deepEqual(
    found.map(({ root }) => signature(root)),
    [signature(single(productOf(factor(single(input(0))), factor(single(input(1))))))],
  );
  close(found[0].error, 0, 1e-20);
  const trials = shortened(sine(1e-3), fitter, { options: { steps: 0, tolerance: 1 } }).map(({ root }) =>
    signature(root),
  );
  assert.ok(trials.includes("(x0^1)(x1^1)"), trials.join(" "));
});
