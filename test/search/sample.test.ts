import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory } from "../../src/search/kernel/memory.js";
import { makeSample } from "../../src/search/sample.js";

test("rows in memory, with what is known of them", () => {
  const memory = new Memory();
  const sample = makeSample(
    memory,
    [
      [1, -4, 2],
      [3, 5, 0.5],
    ],
    [1, 2, 6],
  );
  assert.deepEqual(
    sample.inputs.map((at) => [...memory.view(at, 3)]),
    [
      [1, -4, 2],
      [3, 5, 0.5],
    ],
  );
  assert.deepEqual([...memory.view(sample.y, 3)], [1, 2, 6]);
  assert.deepEqual([...memory.view(sample.ones, 3)], [1, 1, 1]);
  assert.deepEqual([sample.n, sample.weights], [3, undefined]);
  assert.deepEqual(sample.largest, [4, 5]);
  assert.deepEqual(sample.positive, [false, true]);
  assert.ok(Math.abs(sample.variance - 14 / 3) < 1e-14);
});

test("zero is not positive; the variance is weighted, about the weighted mean", () => {
  const memory = new Memory();
  // Weights 2, 1: mean (4·1 + 1·6)/5 = 2; squares 4·1 and 1·16, over two rows.
  const sample = makeSample(memory, [[0, 1]], [1, 6], [2, 1]);
  assert.deepEqual(sample.positive, [false]);
  assert.equal(sample.variance, 10);
  assert.deepEqual([...memory.view(sample.weights ?? 0, 2)], [2, 1]);
});
