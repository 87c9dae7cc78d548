import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../src/random.js";
import { fitBatch, fitSums, fitted, LARGEST } from "../../src/search/candidates.js";
import { canonical } from "../../src/search/canonical.js";
import { LINEAR, QUICK } from "../../src/search/fit.js";
import { makeGrammar } from "../../src/search/grammar.js";
import { mutate } from "../../src/search/mutate.js";
import {
  type Affine,
  affine,
  copyAffine,
  depth,
  input,
  monomial,
  places,
  signature,
  single,
  size,
} from "../../src/search/network.js";
import { ALL, allClose, close, fitterFor, map, outputAt, randomNetworks, uniform } from "./help.js";

const parents = [
  single(input(0), 1, 0),
  affine(
    [input(1), monomial([[0, 2]])].map((unit) => ({ weight: 1, unit })),
    0,
  ),
];
const mutants = (seed: number, count = 200, grammar = ALL) => {
  const stream = random(seed);
  return Array.from({ length: count }, () => mutate(parents, 2, grammar, stream));
};

test("random changes come from the seed, are many, and leave the parents alone", () => {
  const before = structuredClone(parents);
  assert.deepEqual(mutants(1), mutants(1));
  assert.deepEqual(parents, before);
  const shapes = new Set(mutants(1).map(signature));
  assert.ok(shapes.size > 80, `${shapes.size} structures`);
  for (const parent of parents) assert.ok(shapes.has(signature(parent)) || shapes.size > 80);
});

test("mutants use the inputs there are, and what the grammar allows", () => {
  for (const root of mutants(2)) {
    for (const { unit } of places(root).links)
      if (unit.kind === "input") assert.ok(unit.index === 0 || unit.index === 1);
  }
  const grammar = makeGrammar(["identity", "sin"]);
  const stream = random(3);
  for (let k = 0; k < 200; k++) {
    for (const { unit } of places(mutate([single(input(0), 1, 0)], 1, grammar, stream)).links)
      assert.notEqual(unit.kind, "product");
  }
});

const N = 40;
const inputs = [uniform(1, N, 0.2, 1), uniform(2, N, 0.2, 1)];
const fitter = fitterFor(
  inputs,
  map(inputs, (a, b) => Math.exp(-a) * b + a),
);

test("a batch comes back fitted, in canonical form, the best first", () => {
  const roots = [...randomNetworks(90, 2, ALL)];
  const found = fitBatch(roots.map(copyAffine), fitter);
  assert.ok(found.length > 20);
  for (const { root } of found) {
    const again = canonical(copyAffine(root), ALL);
    assert.equal(signature(again), signature(root));
    const weights = (of: Affine) =>
      [...of.links, ...places(of).links].map(({ weight }) => Math.log(Math.abs(weight) + 1));
    allClose(weights(again), weights(root), 1e-9, "also in their weights");
  }
  const quick = roots.map((root) => fitted(copyAffine(root), fitter, QUICK)?.error ?? Number.POSITIVE_INFINITY);
  assert.ok(found[0].error <= Math.min(...quick) * (1 + 1e-9), "the best of a quick fit got a thorough one");
});

test("networks too large, too deep or with too many parameters for the rows are not fitted", () => {
  const sum = (count: number) =>
    affine(
      Array.from({ length: count }, (_, k) => ({ weight: 1, unit: monomial([[0, k + 2]]) })),
      0,
    );
  let large = 1;
  while (size(sum(large)) <= LARGEST) large++;
  assert.equal(fitted(sum(large), fitter, LINEAR), undefined);
  assert.equal(fitSums([sum(large)], fitter).length, 1, "a sum may be longer");
  assert.equal(fitSums([sum(3 * large)], fitter).length, 0);
  let deep = single(input(0), 1, 0.5);
  while (depth(deep) <= 6)
    deep = single({ kind: "function", index: 0, factors: [{ input: deep, power: 1, free: false }] }, 1, 0);
  assert.equal(fitted(deep, fitter, LINEAR), undefined);
  const few = fitterFor(
    inputs.map((column) => column.slice(0, 6)),
    inputs[0].slice(0, 6),
  );
  assert.equal(fitted(sum(6), few, LINEAR), undefined);
  assert.ok(fitted(sum(1), few, LINEAR));
});

test("the error of a sum is that of its linear solution", () => {
  const root = affine(
    [input(0), input(1)].map((unit) => ({ weight: 0, unit })),
    0,
  );
  const [{ error }] = fitSums([root], fitter);
  const left = map(inputs, (a, b) => Math.exp(-a) * b + a - outputAt(root, [a, b], ALL)).reduce(
    (sum, v) => sum + v * v,
    0,
  );
  close(error, left, 1e-12);
});
