import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "../../src/search/candidates.js";
import { FINAL, LINEAR, THOROUGH } from "../../src/search/fit.js";
import { addModulated, addPair, addSprout } from "../../src/search/grow/add.js";
import { changePower, replaceFactor, swapFunction } from "../../src/search/grow/exchange.js";
import { lookAt, type Move } from "../../src/search/grow/growth.js";
import { growInside } from "../../src/search/grow/inside.js";
import { joinTerms } from "../../src/search/grow/join.js";
import { multiplyLink, multiplyRoot } from "../../src/search/grow/multiply.js";
import { reuseUnit } from "../../src/search/grow/reuse.js";
import { buildLibrary } from "../../src/search/library.js";
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
  size,
  type Unit,
} from "../../src/search/network.js";
import { ALL, allClose, close, fitterFor, map, OWN, outputAt, uniform } from "./help.js";

const N = 60;
const inputs = [uniform(1, N, 0.2, 1), uniform(2, N, -1, 1)];
const [a, b] = [input(0), input(1)];
const call = (name: string, argument: Affine) => functionOf(ALL.indexOf(name), argument);
const sum = (...units: Unit[]) =>
  affine(
    units.map((unit) => ({ weight: 1, unit })),
    0,
  );
const times = (...units: Unit[]) => productOf(...units.map((unit) => factor(single(unit))));
const square = (unit: Unit) => productOf(factor(single(unit), 2));

/** Each move with a network, and a law that it should lead to at once. */
const MOVES: [string, Move, Affine, (a: number, b: number) => number][] = [
  ["a term", addSprout, sum(square(b)), (a, b) => b * b + 2 * Math.sin(4.3 * a)],
  ["a term that is a product of two", addPair, sum(a), (a, b) => a + Math.exp(-1.2 * a) * Math.sin(3.2 * b)],
  ["a term times an input", addModulated, sum(a), (a, b) => a - b * Math.sin(7.3 * a)],
  ["another factor", replaceFactor, sum(times(a, b)), (a, b) => a * Math.sin(3.3 * b) + 0.5],
  ["a term inside", growInside, sum(call("sin", single(a, 3, 0.1))), (a, b) => Math.sin(3 * a + 0.7 * b)],
  ["a bias inside", growInside, sum(square(b)), (_, b) => (b + 0.6) ** 2],
  ["an exponential as a factor", multiplyLink, sum(b), (a, b) => b * Math.exp(-1.5 * a)],
  ["a sum as a factor", multiplyLink, sum(b), (a, b) => b * (1 + 0.8 * a)],
  ["a sum below", multiplyLink, sum(b), (a, b) => b / (1 + 0.8 * a)],
  ["a factor of the whole", multiplyRoot, sum(a, square(b)), (a, b) => (a + b * b + 1) / (1 + 0.5 * a)],
  [
    "a unit once more",
    reuseUnit,
    sum(call("sin", single(b, 2, 0.3))),
    (_, b) => Math.sin(2 * b + 0.3) * (1 + 0.5 * Math.sin(2 * b + 0.3)),
  ],
  [
    "another function",
    swapFunction,
    sum(
      call(
        "sin",
        affine(
          [
            { weight: 1, unit: a },
            { weight: 1, unit: square(b) },
          ],
          0,
        ),
      ),
    ),
    (a, b) => Math.exp(a + 2 * b * b),
  ],
  [
    "a function for a power",
    swapFunction,
    sum(
      productOf(
        factor(
          affine([
            { weight: 1, unit: a },
            { weight: 1, unit: b },
          ]),
          2,
        ),
      ),
    ),
    (a, b) => Math.sin(2 * a + 2 * b),
  ],
  [
    "another power",
    changePower,
    sum(
      productOf(
        factor(
          affine([
            { weight: 1, unit: a },
            { weight: 1, unit: b },
          ]),
          2,
        ),
      ),
    ),
    (a, b) => (a + b) ** 3,
  ],
  [
    "a function of two terms",
    joinTerms,
    sum(call("sin", single(b, 3, 0.2)), a),
    (a, b) => 0.5 * Math.log(Math.exp(Math.sin(3 * b)) + Math.exp(2 * a)) + 0.3,
  ],
];

for (const weights of [undefined, uniform(3, N, 0.5, 2)]) {
  for (const [name, move, root, law] of MOVES) {
    test(`growth by ${name}${weights ? ", with row weights" : ""}`, () => {
      const grammar = move === joinTerms ? OWN : ALL;
      const fitter = fitterFor(inputs, map(inputs, law), { weights, grammar });
      fitter.fit(root, THOROUGH);
      const before = structuredClone(root);
      const { memory, variance } = fitter.sample;
      const growth = lookAt(root, size(root), fitter, buildLibrary(fitter.sample, grammar));
      const mark = memory.mark();
      const grown = [...move(growth)];
      assert.equal(memory.mark(), mark, "scratch memory is released");
      assert.deepEqual(root, before, "the network itself is left alone");
      assert.ok(grown.length > 0 && grown.length < 400, `${grown.length} networks`);
      const candidates = grown.flatMap((network) => fitted(network, fitter, FINAL) ?? []);
      const best = candidates.reduce((a, b) => (b.error < a.error ? b : a));
      assert.ok(best.error < 1e-18 * variance * N, `${best.error / variance / N}: ${signature(best.root)}`);
    });
  }
}

test("a new bias points the right way before any fit", () => {
  for (const shift of [0.4, -0.4]) {
    const fitter = fitterFor(
      inputs,
      map(inputs, (_, b) => (b + shift) ** 2),
    );
    const root = sum(square(b));
    const before = fitter.fit(root, LINEAR);
    const growth = lookAt(root, size(root), fitter, buildLibrary(fitter.sample, ALL));
    const biased = [...growInside(growth)].filter(({ links }) => links[0].unit.factors[0].input.biased);
    assert.equal(biased.length, 1);
    assert.ok(biased[0].links[0].unit.factors[0].input.bias * shift > 0);
    assert.ok(fitter.fit(biased[0], LINEAR) < 0.5 * before);
  }
});

test("without products nothing is multiplied", () => {
  const fitter = fitterFor(
    inputs,
    map(inputs, (a, b) => a * b),
  );
  const grammar = { ...ALL, products: false };
  const plain = Object.assign(Object.create(fitter), { grammar });
  const root = sum(a, b);
  const growth = lookAt(root, size(root), plain, buildLibrary(fitter.sample, grammar));
  for (const move of [addPair, addModulated, multiplyLink, multiplyRoot, reuseUnit])
    assert.deepEqual([...move(growth)], []);
});

test("monomials are not paired again, for they are in the library", () => {
  const fitter = fitterFor(
    inputs,
    map(inputs, (a, b) => a * b + a * a * b),
  );
  const root = sum(a);
  const growth = lookAt(root, size(root), fitter, buildLibrary(fitter.sample, ALL));
  for (const grown of addPair(growth)) {
    assert.doesNotMatch(signature(grown), /\(x\d\^1\)\(x\d\^1\)/);
  }
  assert.equal(
    signature(sum(times(a, b))),
    signature(
      sum(
        monomial([
          [0, 1],
          [1, 1],
        ]),
      ),
    ),
  );
});

/** The networks a move makes of a fitted one. */
function grownBy(move: Move, root: Affine, law: (a: number, b: number) => number) {
  const fitter = fitterFor(inputs, map(inputs, law));
  fitter.fit(root, THOROUGH);
  const growth = lookAt(root, size(root), fitter, buildLibrary(fitter.sample, ALL));
  return { grown: [...move(growth)], fitter };
}
const valuesOf = (of: Affine) => map(inputs, (...row) => outputAt(of, row, ALL));
const rangeOf = (values: Float64Array) => [Math.min(...values), Math.max(...values)];

test("a unit comes in again as a factor that stays clear of zero, but bends", () => {
  const { grown } = grownBy(reuseUnit, sum(call("sin", single(b, 2, 0.3))), (_, b) => Math.sin(2 * b + 0.3) ** 2);
  const multiplied = grown.filter(({ links: [{ unit }] }) => unit.kind === "product");
  assert.equal(multiplied.length, 3, "as a factor, as one below, and as one below with the other sign");
  for (const network of multiplied) {
    const [low, high] = rangeOf(valuesOf(network.links[0].unit.factors[1].input));
    assert.ok(low > 0.3 && high < 1.7 && high - low > 0.8, `from ${low} to ${high}`);
    close(Math.max(1 - low, high - 1), 0.6, 1e-9, "by the largest of the unit");
  }
});

test("a function takes over its argument scaled to [−1, 1] about its middle", () => {
  const argument = affine(
    [
      { weight: 1, unit: a },
      { weight: 3, unit: b },
    ],
    5,
  );
  const { grown } = grownBy(swapFunction, single(call("tanh", argument)), (a, b) => Math.sin(a + 3 * b));
  const sines = grown.filter(({ links: [{ unit }] }) => unit.kind === "function" && unit.index === ALL.indexOf("sin"));
  const starts = ALL.functions[ALL.indexOf("sin")].swapped ?? [];
  assert.equal(sines.length, starts.length);
  starts.forEach(([slope, bias], k) => {
    allClose(rangeOf(valuesOf(sines[k].links[0].unit.factors[0].input)), [bias - slope, bias + slope], 1e-9);
  });
});

test("what replaces a factor is chosen for what the whole term and the residual hold", () => {
  const slope = 7 / Math.max(...inputs[1].map(Math.abs)); // a slope of the library
  const { grown, fitter } = grownBy(
    replaceFactor,
    sum(times(a, b), square(a)),
    (a, b) => a * Math.sin(slope * b) + 2 * a * a,
  );
  const [first] = grown.filter(({ links }) => signature(single(links[0].unit.factors[0].input.links[0].unit)) === "x0");
  assert.ok(fitter.fit(first, LINEAR) < 1e-12 * fitter.sample.variance * N, "the very sprout, before any fit inside");
});
