import assert from "node:assert/strict";
import { test } from "node:test";
import { eliminate } from "../../src/search/eliminate.js";
import { buildLibrary, type Shelf } from "../../src/search/library.js";
import { bestSets, leastSquares, weightedColumn } from "../../src/search/linear.js";
import { monomial, type Powers, signature, single } from "../../src/search/network.js";
import { ALL, allClose, close, fitterFor, map, normal, solve, uniform } from "./help.js";

const N = 43;
const columns = Array.from({ length: 12 }, (_, k) => normal(k + 1, N));
const weights = uniform(20, N, 0.5, 2);
const weighted = (column: Float64Array) => map([column, weights], (v, w) => v * w);
const ones = new Float64Array(N).fill(1);

/** What a set of columns and a constant leave of the weighted target. */
const left = (set: readonly number[], target: Float64Array) =>
  solve([ones, ...set.map((k) => columns[k])].map(weighted), weighted(target)).error;

function* subsets(size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else for (let k = from; k < columns.length; k++) for (const rest of subsets(size - 1, k + 1)) yield [k, ...rest];
}

/** The columns on a shelf, and the target, in memory. */
function setUp(target: Float64Array) {
  const fitter = fitterFor(columns, target, { weights });
  const { memory, y, weights: w = 0 } = fitter.sample;
  const rows = (N + 3) & ~3;
  const at = memory.allocate(columns.length * rows * 4);
  memory.view32(at, columns.length * rows).fill(0);
  columns.forEach((column, k) => {
    memory.view32(at + k * rows * 4, N).set(column);
  });
  const shelf = { columns: at, sprouts: { length: columns.length } };
  return (most: number, keep: number) => bestSets(shelf, { z: y, w }, { most, keep }, fitter);
}

test("the best sets are those of a search through all", () => {
  for (const seed of [31, 32, 33]) {
    const target = map(
      [columns[seed % 12], columns[(seed * 5) % 12], columns[(seed * 7) % 12], normal(seed, N)],
      (a, b, c, r) => a - 2 * b + 0.4 * c + 0.7 * r,
    );
    const found = setUp(target)(3, 4);
    for (const size of [1, 2, 3]) {
      const errors = [...subsets(size)].map((set) => left(set, target)).sort((a, b) => a - b);
      const ours = found.filter((set) => set.length === size).map((set) => left(set, target));
      allClose(ours, errors.slice(0, 4), 1e-5, `${size} columns`);
    }
  }
});

test("four planted terms are found exactly, and the search stops there", () => {
  const target = map([columns[2], columns[5], columns[7], columns[11]], (a, b, c, d) => 3 + a - b + 0.5 * c + 0.1 * d);
  const found = setUp(target)(4, 2);
  assert.deepEqual(found.filter((set) => set.length === 4)[0], [2, 5, 7, 11]);
  const two = setUp(map([columns[1], columns[4]], (a, b) => a + b))(4, 2);
  assert.deepEqual(two.filter((set) => set.length === 2)[0], [1, 4]);
  assert.equal(Math.max(...two.map((set) => set.length)), 2, "nothing is left to explain");
});

test("a column that is nearly another's double is no pair with it, whatever the two could explain together", () => {
  const rest = normal(21, N);
  columns.push(map([columns[0], rest], (v, r) => 3 - 2 * v + 0.005 * r));
  const found = setUp(map([columns[0], rest], (v, r) => v + r))(2, 20);
  columns.pop();
  assert.ok(found.some((set) => set.length === 2));
  assert.ok(!found.some((set) => set.join() === "0,12"));
});

test("least squares against the normal equations; dependent columns have none", () => {
  const target = normal(40, N);
  const fitter = fitterFor(columns, target);
  const { memory, y, ones: one } = fitter.sample;
  const at = [one, ...fitter.sample.inputs.slice(0, 5)];
  const expected = solve([ones, ...columns.slice(0, 5)], target).weights;
  allClose(leastSquares(at, y, fitter) ?? [], expected, 1e-11);
  assert.equal(leastSquares([one, memory.store(new Float64Array(N))], y, fitter), undefined);
});

/** Monomials of three inputs as sprouts, and planted ones among them. */
function monomialShelf(target: (a: number, b: number, c: number) => number, w?: Float64Array) {
  const inputs = [0, 1, 2].map((k) => uniform(k + 50, 90));
  const fitter = fitterFor(inputs, map(inputs, target), { weights: w });
  return { fitter, shelf: buildLibrary(fitter.sample, ALL).monomials, inputs };
}
const named = (powers: Powers) => signature(single(monomial(powers)));
const positive = ({ sprouts }: Shelf) =>
  sprouts.filter(({ unit }) => unit.factors.every(({ power }) => power > 0 && power <= 3 && Number.isInteger(power)));

for (const w of [undefined, uniform(60, 90, 0.5, 2)]) {
  test(`elimination comes down to planted terms, ${w ? "with" : "without"} row weights`, () => {
    const { fitter, shelf } = monomialShelf((a, b, c) => 2 - 3 * a * b + 0.5 * c ** 3 + a, w);
    const { y, ones: one, weights: at = one } = fitter.sample;
    const sprouts = positive(shelf).slice(0, 25);
    const combinations = eliminate(sprouts, { z: y, w: at }, fitter);
    const best = combinations.reduce((a, b) => (b.length < a.length ? b : a));
    const terms = new Map(best.terms.map(({ sprout, weight }) => [signature(single(sprout.unit)), weight]));
    assert.deepEqual(
      [...terms.keys()].sort(),
      [
        named([
          [0, 1],
          [1, 1],
        ]),
        named([[2, 3]]),
        "x0",
      ].sort(),
    );
    close(
      terms.get(
        named([
          [0, 1],
          [1, 1],
        ]),
      ) ?? 0,
      -3,
      1e-9,
    );
    close(terms.get(named([[2, 3]])) ?? 0, 0.5, 1e-9);
    close(best.bias ?? 0, 2, 1e-9);
    const lengths = combinations.map(({ terms, bias }) => terms.length + (bias === undefined ? 0 : 1));
    assert.deepEqual(
      lengths,
      [...lengths].sort((a, b) => b - a),
      "one term less after the other",
    );
    assert.ok(Math.max(...lengths) <= 20);
  });
}

test("a weighted column is the unit's values times the weights; a logarithm stands for an input", () => {
  const { fitter, shelf, inputs } = monomialShelf((a) => a, uniform(60, 90, 0.5, 2));
  const { memory, weights: w = 0 } = fitter.sample;
  const sprout = shelf.sprouts.find(
    ({ unit }) =>
      signature(single(unit)) ===
      named([
        [0, 1],
        [1, 1],
      ]),
  );
  assert.ok(sprout);
  const expected = map([...inputs, memory.view(w, 90).slice()], (a, b, _, s) => a * b * s);
  allClose(memory.view(weightedColumn(sprout, w, fitter), 90), expected, 1e-15);
  const log = { ...sprout, logarithmOf: 0 };
  const logs = memory.view(weightedColumn(log, w, fitter), 90).slice();
  const plain = map([inputs[0], memory.view(w, 90).slice()], (a, s) => Math.log(a) * s);
  Array.from(logs, (v, i) => (inputs[0][i] > 0 ? close(v, plain[i], 1e-14) : assert.ok(Number.isNaN(v))));
});
