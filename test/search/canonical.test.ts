import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../src/random.js";
import { canonical } from "../../src/search/canonical.js";
import { mutate } from "../../src/search/mutate.js";
import {
  type Affine,
  affine,
  copyAffine,
  factor,
  functionOf,
  input,
  monomial,
  places,
  productOf,
  signature,
  single,
} from "../../src/search/network.js";
import { OWN as ALL, close, outputAt, randomNetworks, uniform } from "./help.js";

const EXP = ALL.indexOf("exp");
const SIN = ALL.indexOf("sin");
const form = (root: Affine) => canonical(copyAffine(root), ALL);

/** Networks that are in no form at all. */
function* rawNetworks(count: number): Generator<Affine> {
  const stream = random(5);
  const parents = [affine([], 0)];
  for (let k = 0; k < count; k++) {
    const root = mutate(parents, 2, ALL, stream);
    // Biases where canonical networks have none, and weights where they are 1.
    for (const of of places(root).affines) {
      if (stream.uniform() < 0.3) Object.assign(of, { bias: stream.uniform() - 0.5, biased: true });
      for (const link of of.links) link.weight *= 0.5 + stream.uniform();
    }
    if (places(root).links.length < 14) parents.push(root);
    yield root;
  }
}

test("the canonical form keeps the value", () => {
  const rows = Array.from({ length: 8 }, (_, k) => [...uniform(k, 2, -1.5, 1.5)]);
  let compared = 0;
  for (const root of rawNetworks(600)) {
    const same = form(root);
    for (const row of rows) {
      const [before, after] = [outputAt(root, row, ALL), outputAt(same, row, ALL)];
      // Near a pole, or where huge terms cancel, rounding is all there is to compare.
      const nudged = outputAt(
        root,
        row.map((v) => v * (1 + 1e-13)),
        ALL,
      );
      if (!Number.isFinite(before) || Math.abs(before) > 1e6 || !(Math.abs(nudged - before) < 1e-11)) continue;
      compared++;
      close(after, before, 1e-8, signature(root));
    }
  }
  assert.ok(compared > 2000, `${compared} values compared`);
});

test("the canonical form is its own canonical form, but for rounding", () => {
  for (const root of rawNetworks(400)) {
    const once = form(root);
    const twice = form(once);
    assert.equal(signature(twice), signature(once), signature(root));
  }
});

test("functions that swallow a bias have none, and every factor's largest weight is ±1", () => {
  for (const root of rawNetworks(400)) {
    const { feeds, affines } = places(form(root));
    affines.forEach((of, k) => {
      const feed = feeds[k];
      if (feed.kind === "function" && ALL.exponential(feed.index)) assert.ok(!of.biased && of.bias === 0);
      if (feed.kind !== "product" || of.links.length === 0) return;
      const sizes = of.links.map(({ weight }) => Math.abs(weight));
      if (Math.max(...sizes) > 0) assert.equal(Math.max(...sizes), 1, signature(root));
    });
  }
});

test("of all arguments of a homogeneous function the largest weight is ±1; its scale is outside, to the function's degree", () => {
  const [hyp, share] = ["hyp", "share"].map(ALL.indexOf);
  for (const [index, degree] of [
    [hyp, 1],
    [share, 0],
  ]) {
    assert.equal(ALL.degree(index), degree);
    const root = single(functionOf(index, single(input(0), 3, 0.6), single(input(1), 6)), 5);
    const [link] = form(root).links;
    assert.equal(link.weight, 5 * 6 ** degree);
    const [u, v] = link.unit.factors.map(({ input }) => input);
    assert.deepEqual([u.links[0].weight, u.bias, v.links[0].weight], [0.5, 0.6 / 6, 1]);
  }
  assert.equal(ALL.degree(ALL.indexOf("soft")), undefined);
});

/** Two ways to write one function have one form. */
test("what is the same function has the same form", () => {
  const x = input(0);
  const y = input(1);
  const exp = (of: Affine) => functionOf(EXP, of);
  const sin = functionOf(SIN, single(x, 3, 1));
  const one = (unit: Parameters<typeof single>[0]) => factor(single(unit));
  for (const [name, a, b] of [
    [
      "nested products",
      single(productOf(one(productOf(one(x), one(y))), one(sin))),
      single(productOf(one(x), one(y), one(sin))),
    ],
    [
      "(2xy)² = 4x²y²",
      single(
        productOf(
          factor(
            single(
              monomial([
                [0, 1],
                [1, 1],
              ]),
              2,
            ),
            2,
          ),
        ),
      ),
      single(
        monomial([
          [0, 2],
          [1, 2],
        ]),
        4,
      ),
    ],
    ["x·x = x²", single(productOf(one(x), one(x))), single(monomial([[0, 2]]))],
    ["x·x⁻¹ = 1", single(productOf(one(x), factor(single(x), -1)), 3), affine([], 3)],
    [
      "2xy + 3xy = 5xy",
      affine(
        [2, 3].map((weight) => ({
          weight,
          unit: monomial([
            [0, 1],
            [1, 1],
          ]),
        })),
      ),
      single(
        monomial([
          [0, 1],
          [1, 1],
        ]),
        5,
      ),
    ],
    [
      "e^x·e^2y = e^(x+2y)",
      single(productOf(one(exp(single(x))), one(exp(single(y, 2))))),
      single(
        productOf(
          factor(
            single(
              exp(
                affine([
                  { weight: 1, unit: x },
                  { weight: 2, unit: y },
                ]),
              ),
            ),
          ),
        ),
      ),
    ],
    ["e^(x+ln 3) = 3e^x", single(exp(single(x, 1, Math.log(3)))), single(exp(single(x)), 3)],
    [
      "(4 + 2x)² = 4(2 + x)²",
      single(productOf(factor(single(x, 2, 4), 2))),
      single(productOf(factor(single(x, 1, 2), 2)), 4),
    ],
    ["(2x + 1)·1 is a sum", single(productOf(factor(single(x, 2, 1))), 3), single(x, 6, 3)],
  ] as const) {
    const [left, right] = [form(a), form(b)];
    assert.equal(signature(left), signature(right), name);
    for (const row of [
      [0.3, 0.8],
      [-1.2, 0.4],
    ])
      close(outputAt(left, row, ALL), outputAt(right, row, ALL), 1e-14, name);
  }
});

test("a root of a negative multiple keeps its value", () => {
  const root = single(productOf(factor(single(input(0), -2), 0.5), factor(single(input(0)))));
  close(outputAt(form(root), [-3], ALL), -3 * Math.sqrt(6), 1e-14);
});

test("an exponential of a large argument keeps its value", () => {
  const root = single(functionOf(EXP, single(input(0), 0.5, -300)));
  const square = productOf(factor(copyAffine(root), 2), factor(single(functionOf(EXP, single(input(0), -1)))));
  for (const x of [1, 600]) {
    close(outputAt(form(root), [x], ALL) / Math.exp(0.5 * x - 300), 1, 1e-12);
    close(outputAt(form(single(square)), [x], ALL) / Math.exp(-600), 1, 1e-12);
  }
});

test("the order of terms and factors changes nothing", () => {
  for (const root of randomNetworks(200, 2, ALL)) {
    const turned = copyAffine(root);
    for (const of of [turned, ...places(turned).affines]) of.links.reverse();
    for (const { unit } of places(turned).links) if (unit.kind === "product") unit.factors.reverse();
    assert.equal(signature(form(turned)), signature(form(root)));
  }
});
