import assert from "node:assert/strict";
import { test } from "node:test";
import { PRIMITIVES } from "../../src/primitives.js";
import { makeGrammar } from "../../src/search/grammar.js";

const functions = (...names: string[]) => makeGrammar(names).functions.map(({ name }) => name);

test("functions, each once; a cosine is a sine with a bias", () => {
  assert.deepEqual(functions("sin", "exp", "sin"), ["sin", "exp"]);
  assert.deepEqual(functions("cos"), ["sin"]);
  const grammar = makeGrammar(["exp", "sin"]);
  assert.deepEqual([grammar.indexOf("sin"), grammar.indexOf("tanh")], [1, -1]);
  assert.deepEqual([0, 1].map(grammar.exponential), [true, false]);
});

test("powers are those the primitives allow, 1 first", () => {
  const powers = (...names: string[]) => [...makeGrammar(names).powers].sort((a, b) => a - b);
  assert.deepEqual(powers("identity"), [1]);
  assert.deepEqual(powers("square"), [1, 2]);
  assert.deepEqual(powers("product"), [1, 2, 3]);
  assert.deepEqual(powers("sqrt"), [0.5, 1]);
  assert.deepEqual(powers("inverse", "sqrt"), [-2, -1, -0.5, 0.5, 1]);
  assert.equal(makeGrammar(Object.keys(PRIMITIVES)).powers[0], 1);
});

test("products, inverses, roots and real exponents only if they are asked for", () => {
  const flags = (...names: string[]) => {
    const { products, inverse, roots, freePowers } = makeGrammar(names);
    return { products, inverse, roots, freePowers };
  };
  assert.deepEqual(flags("sin"), { products: false, inverse: false, roots: false, freePowers: false });
  assert.deepEqual(flags("product", "sqrt"), { products: true, inverse: false, roots: true, freePowers: false });
  assert.deepEqual(flags("division", "power"), { products: false, inverse: true, roots: false, freePowers: true });
});
