import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_PRIMITIVES, PRIMITIVES } from "../../src/primitives.js";
import { makeGrammar } from "../../src/search/grammar.js";
import { buildLibrary } from "../../src/search/library.js";
import { signature, size } from "../../src/search/network.js";
import { peeled, peels } from "../../src/search/start/peel.js";
import { powerLaws } from "../../src/search/start/power.js";
import { Workbench } from "../../src/search/workbench.js";
import { ALL, allClose, close, map, normal, outputAt, solve, uniform } from "./help.js";

const N = 60;
const every = Object.keys(PRIMITIVES);

function benchFor(inputs: readonly Float64Array[], target: Float64Array, primitives = every, weights?: Float64Array) {
  const shifts = inputs.map(() => 0);
  return new Workbench({
    inputs,
    shifts,
    scales: inputs.map(() => 1),
    target,
    weights,
    searchRows: N,
    primitives,
    targetScale: 1,
    resolution: 0,
  });
}

/** The smallest network that one kind of start finds and that leaves nothing but rounding. */
function exact(start: RegExp, bench: Workbench) {
  const { variance, n } = bench.fitter.sample;
  const names = bench
    .starts()
    .flat()
    .filter((name) => start.test(name));
  assert.ok(names.length > 0, `no start ${start}`);
  return names
    .flatMap((name) => bench.run({ kind: "start", start: name }))
    .filter(({ error }) => error < 1e-18 * variance * n)
    .sort((a, b) => size(a.root) - size(b.root))[0]?.root;
}

const inputs = [uniform(1, N, 0.2, 1), uniform(2, N, 0.3, 1), uniform(3, N, 0.1, 1)];
type Law = (a: number, b: number, c: number) => number;

/** Each start on its own, with a law that is its own, and the size the law has at most. */
const LAWS: [string, RegExp, Law, number][] = [
  ["a power law with odd exponents", /^power laws/, (a, b, c) => 3 * a ** 1.37 * b ** -0.7 * c ** 2.1, 16],
  ["a power law with half exponents, of two inputs", /^power laws/, (a, b) => -2 * a ** 1.5 * b ** -0.5, 10],
  ["a power law with an offset", /^power laws/, (a) => 5 * a ** 1.5 + 0.4, 9],
  ["a polynomial of five terms", /^polynomials/, (a, b, c) => 1 - 2 * a * b + 0.3 * c ** 3 + b * b - a, 24],
  ["few sprouts", /^few sprouts/, (a, b) => 0.5 * Math.exp(-b) + a * a + 3, 16],
  ["exp of a polynomial", /^peel/, (a, b) => 2 * Math.exp(-(a * a) - 3 * b * a), 18],
  ["exp times powers", /^peel/, (a, b, c) => (0.3 * Math.exp(-2 * b) * a ** 2) / c, 16],
  ["a sigmoid of a sum", /^peel/, (a, b) => 1 / (1 + Math.exp(-4 * a + 3 * b * b)), 16],
  ["tanh of a product", /^peel/, (a, b) => Math.tanh(0.4 * a * b + 0.1), 12],
  ["a logarithm of a sum", /^peel/, (a, b) => Math.log(1 + 2 * a + b * b), 14],
  ["the square of a sum", /^peel/, (a, b, c) => (a + 2 * b * c + 0.5) ** 2, 14],
  ["the cube of a sum", /^peel/, (a, b, c) => (a + b * c - 0.5) ** 3, 14],
  ["the root of a sum of squares", /^peel/, (a, b) => Math.sqrt(a * a + 2 * b * b), 14],
  ["one over a sum", /^peel/, (a, b) => 1 / (1 / a + 2 * b + 0.3), 14],
  ["one over a root", /^peel/, (a, b) => 1 / Math.sqrt(1 - 0.5 * a * a * b), 16],
  ["a rational function", /^rational/, (a, b) => (2 * a + b) / (1 + 3 * a * b), 22],
  ["a cubic over a quadratic", /^rational/, (a) => (a + 1) ** 3 / (a * a - a + 1), 24],
  ["seven terms above and below", /^rational/, (a, b) => (1 + 2 * a - a * b + b * b) / (2 + a * a - b + 3 * a * b), 40],
  ["a polynomial of the ninth degree", /^polynomials/, (a) => (a ** 10 - a) / (a - 1), 70],
  ["a Lorentz curve", /^rational|^peel/, (a) => 1 / (1 + (a - 0.6) ** 2 / 0.01), 16],
];

for (const [name, start, law, largest] of LAWS) {
  test(`${name} is found at once`, () => {
    const needed = inputs.slice(0, law.length);
    const target = map(needed, law as (...row: number[]) => number);
    const root = exact(start, benchFor(needed, target));
    assert.ok(root, "nothing exact");
    assert.ok(size(root) <= largest, `${size(root)} nodes: ${signature(root)}`);
    allClose(
      map(needed, (...row) => outputAt(root, row, ALL)),
      target,
      1e-8,
    );
  });
}

test("a law under row weights that say nothing is found all the same", () => {
  const target = map(inputs, (a, b) => Math.exp(-a * b) * a);
  const root = exact(/^peel/, benchFor(inputs, target, every, uniform(9, N, 0.1, 3)));
  assert.ok(root && size(root) <= 12, root && signature(root));
});

test("the power-law probe finds the exponents under noise that is in proportion", () => {
  const target = map([...inputs, normal(4, N)], (a, b, _, r) => 2 * a ** 1.5 * b ** -2 * (1 + 0.01 * r));
  const bench = benchFor(
    inputs,
    target,
    every,
    target.map((y) => 1 / y),
  );
  const { root } = bench.run({ kind: "start", start: "power laws" }).reduce((a, b) => (b.error < a.error ? b : a));
  const powers = new Map(
    root.links[0].unit.factors.map(({ input, power }) => [input.links[0].unit.index, power] as const),
  );
  close(powers.get(0) ?? 0, 1.5, 0.01);
  close(powers.get(1) ?? 0, -2, 0.01);
});

test("the power-law probe knows the exponents before any fit, also of an input that was shifted", () => {
  const target = map(inputs, (a, b) => -2 * (a + 3) ** 1.37 * b ** -0.7);
  const { fitter } = benchFor(inputs.slice(0, 2), target);
  const [first] = powerLaws(fitter, [3, 0]);
  allClose(
    first.links[0].unit.factors.map(({ power }) => power),
    [1.37, -0.7],
    1e-9,
  );
  assert.deepEqual(
    first.links[0].unit.factors.map(({ input }) => input.bias),
    [3, 0],
  );
});

test("inputs or targets of both signs get no power laws, and no peels that need one sign", () => {
  const both = inputs.map((column) => column.map((v) => v - 0.5));
  const bench = benchFor(
    both,
    map(both, (a, b) => a + b),
  );
  assert.deepEqual(bench.run({ kind: "start", start: "power laws" }), []);
  const names = (sign: number) => peels(ALL, 1, sign).map(({ name }) => name);
  assert.ok(names(1).includes("exp") && !names(0).includes("exp"));
  assert.ok(names(-1).includes("power 2") && !names(0).includes("power 2"));
});

test("peels undo their function, with the size of the derivative of its inverse", () => {
  for (const { name, inverse, derivative, defined } of peels(ALL, 0.8, 1)) {
    const y = [0.3, 0.6].filter(defined);
    assert.ok(y.length > 0, name);
    for (const v of y) {
      close(Math.abs(derivative(v)), Math.abs(inverse(v + 1e-6) - inverse(v - 1e-6)) / 2e-6, 1e-6, name);
    }
  }
});

test("starts keep to the primitives they are given", () => {
  const names = (...primitives: string[]) => {
    const bench = benchFor(
      inputs,
      map(inputs, (a, b) => a + b),
      primitives,
    );
    return peels(makeGrammar(primitives), 1, 1)
      .map(({ name }) => name)
      .concat(bench.starts().flat());
  };
  assert.deepEqual(
    names("identity").filter((name) => /power \d|exp|sin|rational/.test(name)),
    [],
  );
  assert.ok(names("square").includes("power 2") && !names("square").includes("power 3"));
  assert.ok(!names(...DEFAULT_PRIMITIVES).some((name) => name.startsWith("rational")));
  assert.ok(names("division", "product").some((name) => name.startsWith("rational")));
});

test("rows of an undone function weigh as much as an error of the target counts there", () => {
  const target = map([inputs[0], normal(5, N)], (a, r) => Math.exp(2 - 5 * a) + 0.01 * r);
  assert.ok(target.every((y) => y > 0));
  const bench = benchFor(inputs.slice(0, 1), target);
  const [{ grammar, sample }, library] = [bench.fitter, buildLibrary(bench.fitter.sample, bench.fitter.grammar)];
  assert.equal(sample.n, N);
  const peel = peels(grammar, 1, 1).find(({ name }) => name === "exp");
  assert.ok(peel);
  // An error e of y is one of e/y of ln y: least squares of ln y with weights y.
  const z = map([target], (y) => y * Math.log(y));
  const { weights } = solve([target, map([target, inputs[0]], (y, a) => y * a)], z);
  const slopes = [...peeled(peel, bench.fitter, library)].flatMap(({ links }) => {
    const exponent = links[0].unit.factors[0]?.input.links[0].unit.factors[0]?.input ?? links[0].unit.factors[0]?.input;
    return exponent?.links.length === 1 && exponent.links[0].unit.kind === "input" ? exponent.links[0].weight : [];
  });
  assert.ok(
    slopes.some((slope) => Math.abs(slope - weights[1]) < 1e-6),
    `${slopes} instead of ${weights[1]}`,
  );
});
