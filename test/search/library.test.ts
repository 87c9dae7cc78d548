import assert from "node:assert/strict";
import { test } from "node:test";
import { makeGrammar } from "../../src/search/grammar.js";
import { buildLibrary, type Shelf, type Sprout } from "../../src/search/library.js";
import { places, signature, single } from "../../src/search/network.js";
import { type Draft, draftSprouts, MONOMIAL } from "../../src/search/sprouts.js";
import { ALL, close, DEFAULT, fitterFor, map, outputAt, uniform } from "./help.js";

/** A library for inputs of different sizes, one of them positive; an odd number of rows. */
function libraryFor(d: number, grammar = ALL, n = 23) {
  const inputs = Array.from({ length: d }, (_, i) => uniform(i, n, i === 0 ? 0.1 : -1, 1).map((v) => v * (i + 1)));
  const fitter = fitterFor(
    inputs,
    map(inputs, (v) => v),
    { grammar },
  );
  const library = buildLibrary(fitter.sample, grammar);
  const columns = (shelf: Shelf) =>
    shelf.sprouts.map((_, k) =>
      fitter.sample.memory.view32(shelf.columns + k * library.rows * 4, library.rows).slice(),
    );
  return { library, inputs, columns, sample: fitter.sample };
}

const shelves = ["all", "functions", "inner", "paired", "monomials", "linear"] as const;
/** A unit with all its constants: what tells two sprouts apart. */
const spelt = ({ unit }: Pick<Sprout, "unit">) => JSON.stringify(unit);

for (const d of [1, 2, 4]) {
  test(`every column holds its unit's values, scaled to 1 and padded with zeros: ${d} inputs`, () => {
    const { library, inputs, columns } = libraryFor(d);
    const n = inputs[0].length;
    for (const name of shelves) {
      const shelf = library[name];
      assert.ok(shelf.sprouts.length > 0 || (name === "paired" && d > 5), name);
      columns(shelf).forEach((column, k) => {
        const { unit, scale } = shelf.sprouts[k];
        for (let i = 0; i < n; i += 4) {
          const value = outputAt(
            single(unit),
            inputs.map((values) => values[i]),
            ALL,
          );
          close(column[i], value * scale, 1e-6, `${name}: ${signature(single(unit))}`);
        }
        close(Math.max(...column.map(Math.abs)), 1, 1e-6);
        assert.ok(column.subarray(n).every((v) => v === 0));
      });
    }
  });
}

test("no sprout comes twice, and every one that varies can be told apart in its family", () => {
  const { library } = libraryFor(2);
  const all = library.all.sprouts.map(spelt);
  assert.equal(new Set(all).size, all.length);
});

test("sprouts of one family have one structure; the shelves are parts of the whole", () => {
  const { library } = libraryFor(2);
  const all = new Set(library.all.sprouts.map(spelt));
  const shapes = new Map<number, string>();
  for (const { family, unit } of library.all.sprouts) {
    const biases = places(single(unit))
      .affines.map((of) => of.biased)
      .join();
    // (b + x)^p with b = 0 is the power itself, of the same family.
    const shape = signature(single(unit)).replaceAll("+1", "");
    assert.equal(shapes.get(family) ?? shape, shape, biases);
    shapes.set(family, shape);
  }
  for (const name of shelves) for (const sprout of library[name].sprouts) assert.ok(all.has(spelt(sprout)), name);
  assert.ok(library.inner.sprouts.length < all.size && library.paired.sprouts.length < all.size);
});

test("the shelves built for the starts hold what is meant for them of the whole, in its order", () => {
  for (const d of [1, 2, 3]) {
    const { library, sample } = libraryFor(d);
    const kept = new Set(library.all.sprouts.map(spelt));
    const meant = draftSprouts(sample, ALL).filter((draft) => kept.has(spelt(draft)));
    const spellings = (where: (draft: Draft) => boolean) => meant.filter(where).map(spelt);
    assert.deepEqual(
      library.inner.sprouts.map(spelt),
      spellings(({ inner }) => inner),
    );
    assert.deepEqual(
      library.paired.sprouts.map(spelt),
      spellings(({ paired }) => paired),
    );
    assert.deepEqual(
      library.monomials.sprouts.map(spelt),
      spellings(({ kind }) => kind === MONOMIAL),
    );
  }
});

test("what has no value on some row, or hardly varies, is left out", () => {
  const { library, columns } = libraryFor(2);
  for (const column of columns(library.all)) {
    assert.ok(column.every(Number.isFinite));
    const values = column.subarray(0, 23);
    assert.ok(Math.max(...values) - Math.min(...values) > 1e-7);
  }
  // The second input has both signs: no root or logarithm of it alone.
  for (const { unit } of library.all.sprouts) assert.notEqual(signature(single(unit)), "(x1^0.5)");
});

test("only what the grammar allows", () => {
  const shapes = (...names: string[]) => {
    const { library } = libraryFor(2, makeGrammar(names));
    return new Set(library.all.sprouts.map(({ unit }) => signature(single(unit))));
  };
  assert.deepEqual(shapes("identity"), new Set(["x0", "x1"]));
  assert.deepEqual(shapes("identity", "square"), new Set(["x0", "x1", "(x0^2)", "(x1^2)"]));
  for (const shape of shapes("identity", "sin")) assert.match(shape, /^x\d$|^f0\((x\d\+?)+1\)$/);
  for (const shape of shapes("identity", "product")) assert.doesNotMatch(shape, /f|-|0\.5/);
  const { library } = libraryFor(2, DEFAULT);
  for (const { unit } of library.all.sprouts) assert.doesNotMatch(signature(single(unit)), /\^-|\^0\.5/);
});

test("slopes go with the size of the inputs: a change of units changes no column", () => {
  const build = (unit: number) => {
    const x = uniform(1, 12).map((v) => v * unit);
    const { sample } = fitterFor([x], x);
    const library = buildLibrary(sample, ALL);
    return [...sample.memory.view32(library.all.columns, library.all.sprouts.length * library.rows)];
  };
  const [plain, large] = [build(1), build(4)];
  assert.equal(plain.length, large.length);
  plain.forEach((v, i) => {
    close(large[i], v, 1e-6);
  });
});

test("the library stays small enough to be screened, for many inputs", () => {
  for (const d of [4, 6, 9]) {
    const { library } = libraryFor(d, ALL, 16);
    assert.ok(library.all.sprouts.length < 20_000, `${d} inputs: ${library.all.sprouts.length}`);
    assert.ok(library.linear.sprouts.length <= 900 && library.paired.sprouts.length <= 400);
  }
});
