import assert from "node:assert/strict";
import { test } from "node:test";
import {
  affine,
  copyAffine,
  depth,
  edited,
  factor,
  functionOf,
  input,
  isMonomial,
  monomial,
  parameters,
  places,
  productOf,
  signature,
  single,
  size,
} from "../../src/search/network.js";
import { ALL, OWN, randomNetworks } from "./help.js";

const SIN = ALL.indexOf("sin");
const pair = (name: string) => functionOf(OWN.indexOf(name), single(input(0)), single(input(1), 2));
const sinOf = (index: number, slope: number, bias?: number) => functionOf(SIN, single(input(index), slope, bias));

test("places: every pre-activation below the output and every link, with their owners, the same in a copy", () => {
  for (const root of randomNetworks(100, 3, ALL)) {
    const here = places(root);
    const there = places(copyAffine(root));
    assert.equal(here.affines.length, here.feeds.length);
    assert.equal(here.links.length, here.owners.length);
    assert.ok(here.links.every((link, k) => here.owners[k].links.includes(link)));
    assert.ok(here.affines.every((of, k) => here.feeds[k].factors.some(({ input }) => input === of)));
    assert.deepEqual(there, here);
  }
});

test("edited changes a copy and leaves the network alone", () => {
  const root = single(sinOf(0, 2), 3, 1);
  const before = structuredClone(root);
  const changed = edited(root, ({ links }, copy) => {
    links[1].weight = 7;
    copy.bias = 5;
  });
  assert.deepEqual(root, before);
  assert.equal(changed.links[0].unit.factors[0].input.links[0].weight, 7);
  assert.equal(changed.bias, 5);
});

test("the signature does not depend on parameters or on the order of terms and factors", () => {
  const terms = [
    sinOf(0, 2, 1),
    monomial([
      [0, 1],
      [1, -2],
    ]),
    input(1),
  ].map((unit, k) => ({ weight: k + 1, unit }));
  const other = [
    sinOf(0, -5, 3),
    monomial([
      [1, -2],
      [0, 1],
    ]),
    input(1),
  ].map((unit) => ({ weight: 9, unit }));
  assert.equal(signature(affine(terms, 1)), signature(affine([other[1], other[2], other[0]], 2)));
  assert.notEqual(signature(affine(terms, 1)), signature(affine(terms)));
  assert.notEqual(signature(single(sinOf(0, 2, 1))), signature(single(sinOf(0, 2))));
  assert.notEqual(signature(single(monomial([[0, 2]]))), signature(single(monomial([[0, 3]]))));
  const power = (free: boolean) => single(productOf(factor(single(input(0)), 2, free)));
  assert.notEqual(signature(power(true)), signature(power(false)));
});

test("monomials are inputs and products of fixed powers of inputs", () => {
  assert.ok(isMonomial(input(0)));
  assert.ok(
    isMonomial(
      monomial([
        [0, 2],
        [1, -1],
      ]),
    ),
  );
  assert.ok(!isMonomial(sinOf(0, 1)));
  assert.ok(!isMonomial(productOf(factor(single(input(0), 1, 0.5), 2))));
  assert.ok(!isMonomial(productOf(factor(single(input(0)), 2, true))));
});

/** Counted by hand: network, parameters, size, depth. */
test("parameters, size and depth of networks counted by hand", () => {
  const x = single(input(0));
  const both = affine([0, 1].map((k) => ({ weight: k ? -0.3 : 1, unit: input(k) })));
  for (const [name, root, k, nodes, layers] of [
    ["3", affine([], 3), 1, 1, 0],
    ["2.5x + 1", single(input(0), 2.5, 1), 2, 5, 0],
    ["x", x, 1, 1, 0],
    ["x²", single(monomial([[0, 2]])), 1, 3, 1],
    [
      "x·y",
      single(
        monomial([
          [0, 1],
          [1, 1],
        ]),
      ),
      1,
      3,
      1,
    ],
    ["2·sin(3x + 1)", single(sinOf(0, 3, 1), 2), 3, 8, 1],
    ["(x − 0.3y)³", single(productOf(factor(both, 3))), 2, 7, 2],
    [
      "x^p, of which any real power costs one node more than a whole one",
      single(productOf(factor(x, 1.7, true))),
      2,
      4,
      1,
    ],
    ["1/x", single(monomial([[0, -1]])), 1, 2, 1],
    ["hyp(x, 2y), of which one weight is a matter of scale", single(pair("hyp")), 2, 5, 1],
    ["soft(x, 2y)", single(pair("soft")), 3, 5, 1],
  ] as const) {
    assert.deepEqual([parameters(root, OWN), size(root), depth(root)], [k, nodes, layers], name);
  }
});
