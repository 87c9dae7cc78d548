import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../../src/search/canonical.js";
import { makeGrammar } from "../../src/search/grammar.js";
import {
  type Affine,
  affine,
  copyAffine,
  factor,
  functionOf,
  input,
  monomial,
  productOf,
  signature,
  single,
  size,
} from "../../src/search/network.js";
import { openPowers, shorten } from "../../src/search/shorten.js";
import { ALL, close, outputAt, randomNetworks, uniform } from "./help.js";

const rows = Array.from({ length: 6 }, (_, k) => [...uniform(k, 2, 0.2, 1.5)]);
const x = (power = 1) => monomial([[0, power]]);
const sum =
  (...terms: [number, Parameters<typeof single>[0]][]) =>
  (bias?: number) =>
    affine(
      terms.map(([weight, unit]) => ({ weight, unit })),
      bias,
    );
const exp = functionOf(ALL.indexOf("exp"), single(input(0), -0.7));

const expOf = (...terms: [number, Parameters<typeof single>[0]][]) => functionOf(ALL.indexOf("exp"), sum(...terms)());
const log = functionOf(ALL.indexOf("log"), single(input(0), 1, 1.1));

/** What a longer form is, and the size of the short one. */
const LONGER: [string, Affine, number][] = [
  ["x² + 3x + 2.25 = (x + 1.5)²", sum([1, x(2)], [3, x()])(2.25), 5],
  [
    "2x² − 4xy + 2y² = 2(x − y)²",
    sum(
      [2, x(2)],
      [
        -4,
        monomial([
          [0, 1],
          [1, 1],
        ]),
      ],
      [2, monomial([[1, 2]])],
    )(),
    7,
  ],
  [
    "3e^−0.7x + 2x·e^−0.7x = (3 + 2x)e^−0.7x",
    sum([3, exp], [2, productOf(factor(single(exp)), factor(single(x())))])(),
    12,
  ],
  ["e^(4·ln(x + 1.1)) = (x + 1.1)⁴", single(expOf([4, log])), 5],
  ["e^(−2·ln(x + 1.1) − 0.7y) = e^−0.7y/(x + 1.1)²", single(expOf([-2, log], [-0.7, input(1)])), 10],
  [
    "√(x + 1.1) from e^(ln(x + 1.1)/2), in a product",
    single(productOf(factor(single(x())), factor(single(expOf([0.5, log]))))),
    7,
  ],
  ["(x + x²)³ = x³(1 + x)³", single(productOf(factor(sum([1, x()], [1, x(2)])(), 3))), 9],
];

for (const [name, root, expected] of LONGER) {
  test(name, () => {
    const before = copyAffine(root);
    const short = shorten(root, ALL);
    assert.ok(size(short) <= expected, `${size(short)} nodes: ${signature(short)}`);
    for (const row of rows) close(outputAt(short, row, ALL), outputAt(root, row, ALL), 1e-13);
    assert.deepEqual(root, before, "the network itself is left alone");
  });
}

test("no network gets longer, or another value, by being shortened", () => {
  let compared = 0;
  for (const root of randomNetworks(250, 2, ALL)) {
    const short = shorten(root, ALL);
    assert.ok(size(short) <= size(canonical(copyAffine(root), ALL)), signature(root));
    for (const row of rows) {
      const expected = outputAt(root, row, ALL);
      const nudged = outputAt(
        root,
        row.map((v) => v * (1 + 1e-13)),
        ALL,
      );
      if (!(Math.abs(expected) < 1e4) || !(Math.abs(nudged - expected) < 1e-10)) continue;
      close(outputAt(short, row, ALL), expected, 1e-6, `${signature(root)} as ${signature(short)}`);
      compared++;
    }
  }
  assert.ok(compared > 500, `${compared}`);
});

test("without products there is nothing to factor", () => {
  const grammar = makeGrammar(["identity", "square"]);
  const root = sum([1, x(2)], [3, x()])(2.25);
  assert.equal(signature(shorten(root, grammar)), signature(root));
});

test("a positive input moves through a root, one of either sign does not", () => {
  const [x, y, z] = [input(0), input(1), input(2)];
  // x·√((y/x)² + (z/x)²)
  const over = (unit: typeof x) => productOf(factor(single(unit), 2), factor(single(x), -2));
  const root = affine([
    { weight: 1, unit: over(y) },
    { weight: 1, unit: over(z) },
  ]);
  const before = single(productOf(factor(single(x)), factor(root, 0.5)));
  const after = shorten(before, ALL, [true, false, false]);
  assert.ok(size(after) < size(before));
  assert.ok(!signature(after).includes("x0"), signature(after));
  close(outputAt(after, [3, 1, 2], ALL), outputAt(before, [3, 1, 2], ALL), 1e-12);
  const same = shorten(before, ALL);
  close(outputAt(same, [-3, 1, 2], ALL), outputAt(before, [-3, 1, 2], ALL), 1e-12);
});

test("powers of powers of positive inputs are opened, and of no others", () => {
  const nested = (power: number, weight = 1) => single(productOf(factor(single(x(4), weight), power)), 2);
  const opened = openPowers(nested(0.375), [true, true], ALL);
  assert.equal(signature(opened), signature(single(x(1.5))));
  for (const row of rows) close(outputAt(opened, row, ALL), 2 * row[0] ** 1.5, 1e-12);
  const scaled = openPowers(nested(0.5, 9), [true, true], ALL);
  for (const row of rows) close(outputAt(scaled, row, ALL), 6 * row[0] ** 2, 1e-12);
  assert.equal(signature(openPowers(nested(0.375), [false, true], ALL)), signature(nested(0.375)));
});
