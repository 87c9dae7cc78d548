import assert from "node:assert/strict";
import { test } from "node:test";
import { noiseKinds, quanta, rowWeights } from "../src/noise.js";
import { close } from "./search/help.js";

const quantaOf = (...values: number[]) => [...quanta(Float64Array.from(values))];

/** Asserts equality up to rounding in the last place. */
function alike(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    close(value / expected[i] || 0, expected[i] === 0 ? 0 : 1, 1e-12, `row ${i}`);
  });
}

test("the quantum of a column with so many decimals is one unit of the last of them", () => {
  alike(quantaOf(2.74, 3.1, 12.35), [0.01, 0.01, 0.01]);
  alike(quantaOf(88, 225, 365), [1, 1, 1]);
});

test("the quantum of a column with so many digits goes with the value", () => {
  alike(quantaOf(2.74, 27.4, 0.00123), [0.01, 0.1, 0.00001]);
  alike(quantaOf(6.63e-34, 3.0e8), [1e-36, 1e6]);
});

test("signs and zeros tell no digits", () => {
  alike(quantaOf(-2.74, 0, 3.11), [0.01, 0.01, 0.01]);
  assert.deepEqual(quantaOf(0, 0), [0, 0]);
});

test("values with more than five digits are exact", () => {
  assert.deepEqual(quantaOf(2.7412345, 3.1), [0, 0]);
  assert.deepEqual(quantaOf(1 / 3), [0]);
  alike(quantaOf(2.7412, 3.1), [1e-4, 1e-4]);
});

test("relative errors are thought of only for a target of one sign that varies much", () => {
  const kinds = (...values: number[]) => noiseKinds(Float64Array.from(values), {}, undefined);
  assert.deepEqual(kinds(1, 2, 100), ["additive", "relative"]);
  assert.deepEqual(kinds(-1, -2, -100), ["additive", "relative"]);
  assert.deepEqual(kinds(-1, 2, 100), ["additive"]);
  assert.deepEqual(kinds(0, 2, 100), ["additive"]);
  assert.deepEqual(kinds(1, 2, 3), ["additive"]);
  assert.deepEqual(noiseKinds(Float64Array.of(1, 2, 100), { sigma: Float64Array.of(1, 1, 1) }, undefined), ["given"]);
  assert.deepEqual(noiseKinds(Float64Array.of(1, 2, 100), {}, "additive"), ["additive"]);
  assert.deepEqual(noiseKinds(Float64Array.of(1, 2, 3), {}, "relative"), ["relative"]);
});

test("rows weigh one over their error", () => {
  const values = Float64Array.of(-2, 4);
  assert.equal(rowWeights("additive", values, {}), undefined);
  assert.deepEqual([...(rowWeights("relative", values, {}) ?? [])], [0.5, 0.25]);
  assert.deepEqual([...(rowWeights("given", values, { sigma: Float64Array.of(0.1, 2) }) ?? [])], [10, 0.5]);
  const weights = Float64Array.of(4, 1);
  assert.deepEqual([...(rowWeights("additive", values, { weights }) ?? [])], [2, 1]);
  assert.deepEqual([...(rowWeights("relative", values, { weights }) ?? [])], [1, 0.25]);
});

test("few steps, and round whole numbers, are no rounding", () => {
  assert.deepEqual(quantaOf(0, 1, 1, 0), [0, 0, 0, 0]);
  assert.deepEqual(quantaOf(2, 4, 6), [0, 0, 0]);
  alike(quantaOf(1600, 40, 900), [1, 1, 1]);
  alike(quantaOf(1230, 456, 789), [10, 1, 1]);
});
