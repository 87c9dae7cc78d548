import assert from "node:assert/strict";
import { test } from "node:test";
import { FINAL } from "../../src/search/fit.js";
import { removeOne } from "../../src/search/grow/remove.js";
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
import { lengthOf, prune, shortened } from "../../src/search/prune.js";
import { ALL, close, fitterFor, map, normal, uniform } from "./help.js";

const SIN = ALL.indexOf("sin");
const N = 120;
const inputs = [uniform(1, N), uniform(2, N)];
const noise = normal(3, N);

function pruned(root: Affine, target: Float64Array) {
  const fitter = fitterFor(inputs, target);
  const chain = prune({ root, error: fitter.fit(root, FINAL) }, fitter, 0);
  return { chain, last: chain[chain.length - 1], fitter };
}

test("useless terms, biases and factors go, and what is needed stays", () => {
  const target = map([...inputs, noise], (a, b, r) => 2 * a + Math.sin(3 * b) + 0.05 * r);
  const root = affine(
    [input(0), monomial([[0, 2]]), functionOf(SIN, single(input(1), 2.8, 0.1)), input(1)].map((unit) => ({
      weight: 1,
      unit,
    })),
    0,
  );
  const { chain, last, fitter } = pruned(root, target);
  assert.equal(
    signature(last.root),
    signature(
      affine([
        { weight: 1, unit: input(0) },
        { weight: 1, unit: functionOf(SIN, single(input(1))) },
      ]),
    ),
  );
  assert.equal(chain.length, 5, "four parts in four steps");
  const lengths = chain.map((candidate) => lengthOf(candidate, fitter, 0));
  assert.ok(
    lengths.every((length, k) => k === 0 || length < lengths[k - 1]),
    "each shorter than the one before",
  );
  close(last.error / N, 0.0025, 0.2);
});

test("a useless factor goes too", () => {
  const target = map(inputs, (a) => 3 * a);
  const { last } = pruned(single(productOf(factor(single(input(0))), factor(single(input(1), 0.01, 1)))), target);
  assert.equal(signature(last.root), "x0");
});

test("a network whose every part is needed stays as it is", () => {
  const root = affine(
    [
      { weight: 1, unit: input(0) },
      { weight: 1, unit: monomial([[1, 2]]) },
    ],
    0,
  );
  const { chain } = pruned(
    root,
    map(inputs, (a, b) => 2 * a + b * b - 1),
  );
  assert.equal(chain.length, 1);
});

test("everything can go: a target of noise alone is a constant", () => {
  const root = affine(
    [
      { weight: 1, unit: input(0) },
      { weight: 1, unit: functionOf(SIN, single(input(1), 3, 0)) },
    ],
    0,
  );
  const { last } = pruned(
    root,
    noise.map((v) => v + 5),
  );
  assert.equal(signature(last.root), "+1");
});

test("one part less, in every way there is", () => {
  const sine = functionOf(
    SIN,
    affine(
      [
        { weight: 1, unit: input(0) },
        { weight: 1, unit: input(1) },
      ],
      2,
    ),
  );
  const root = single(productOf(factor(single(sine)), factor(single(input(0)))), 1, 3);
  const shapes = [...removeOne(root)].map(signature).sort();
  const [x0, x1] = ["x0", "x1"];
  assert.deepEqual(
    shapes,
    [
      "+1", // the term
      `(f${SIN}(${x1}+1)^1)(${x0}^1)+1`,
      `(f${SIN}(${x0}+1)^1)(${x0}^1)+1`,
      `(f${SIN}(${x0}+${x1})^1)(${x0}^1)+1`, // the phase
      `(f${SIN}(${x0}+${x1}+1)^1)+1`, // a factor
      `(${x0}^1)+1`,
      `(f${SIN}(${x0}+${x1}+1)^1)(${x0}^1)`, // the offset
    ].sort(),
  );
  assert.equal(signature(root), `(f${SIN}(${x0}+${x1}+1)^1)(${x0}^1)+1`, "the network itself is left alone");
});

test("the shortened networks are fitted", () => {
  const target = map(inputs, (a, b) => 2 * a - b);
  const fitter = fitterFor(inputs, target);
  const root = affine(
    [0, 1].map((k) => ({ weight: 1, unit: input(k) })),
    0,
  );
  const exact = shortened(root, fitter).filter(({ error }) => error < 1e-20);
  assert.deepEqual(
    exact.map(({ root }) => signature(root)),
    ["x0+x1"],
  );
  const parts = [0, 1, 2, 3].map((part) => shortened(root, fitter, { part, of: 4 }));
  assert.deepEqual(parts.flat(), shortened(root, fitter), "in parts the same, in the same order");
  assert.ok(parts.filter(({ length }) => length > 0).length > 1);
});

test("a part goes exactly where the description gets shorter without it", () => {
  const decisions = Array.from({ length: 80 }, (_, k) => {
    const bias = 0.0005 * k;
    const target = map([inputs[0], noise], (a, r) => 2 * a + bias + 0.05 * r);
    const fitter = fitterFor(inputs, target);
    const [whole, less] = [single(input(0), 1, 0), single(input(0))].map((root) => ({
      root,
      error: fitter.fit(root, FINAL),
    }));
    const gain = lengthOf(whole, fitter, 0) - lengthOf(less, fitter, 0);
    const last = prune(whole, fitter, 0).at(-1);
    assert.equal(last?.root.biased, gain < 0, `a gain of ${gain}`);
    return gain;
  });
  const near = decisions.map(Math.abs).sort((a, b) => a - b);
  assert.ok(Math.max(...decisions) > 1 && Math.min(...decisions) < -1 && near[1] < 0.3, `${near}`);
});
