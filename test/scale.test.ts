import assert from "node:assert/strict";
import { test } from "node:test";
import { FINAL_ROWS, rowOrder, SEARCH_ROWS, scale } from "../src/scale.js";
import { variance } from "../src/search/sample.js";
import type { Table } from "../src/table.js";
import { close, normal, uniform } from "./search/help.js";

function table(inputs: readonly Float64Array[], target: Float64Array): Table {
  const column = (name: string, values: Float64Array) => ({ name, label: name, values });
  return {
    inputs: inputs.map((values, i) => column(`x${i}`, values)),
    target: column("y", target),
    rows: target.length,
    warnings: [],
  };
}

const inOrder = (n: number) => Array.from({ length: n }, (_, i) => i);

test("columns are divided by powers of two near their largest size, without any rounding", () => {
  for (const unit of [1, 3e-7, 1e30, -1e-200, 1e-310, 1.2e308]) {
    const values = uniform(1, 50, 0.1, 1).map((v) => v * unit);
    const { problem, scales } = scale(table([values], values), inOrder(50), undefined, []);
    assert.equal(scales.inputs[0].shift, 0);
    for (const [column, by] of [
      [problem.inputs[0], scales.inputs[0].by],
      [problem.target, scales.target],
    ] as const) {
      assert.ok(Number.isInteger(Math.log2(by)), `${by} for ${unit}`);
      assert.deepEqual([...column.map((v) => v * by)], [...values], `${unit}`);
      const largest = Math.max(...column.map(Math.abs));
      assert.ok(largest > 0.7 && largest < 1.5, `${largest} for ${unit}`);
    }
  }
});

test("a target of zeros stays as it is", () => {
  const zeros = scale(table([Float64Array.of(1, 2, 3)], new Float64Array(3)), inOrder(3), undefined, []);
  assert.deepEqual([zeros.scales.target, ...zeros.problem.target], [1, 0, 0, 0]);
});

test("inputs far from zero are counted from a round number just below, without any rounding", () => {
  for (const [low, high, round] of [
    [1991.5, 2023, 1990],
    [-2023, -1991.5, -2030],
    [101_325, 101_390, 101_320],
    [0.5, 2, 0],
    [5, 6, 0],
    [-1, 3, 0],
  ]) {
    const values = Float64Array.of(high, low, (low + high) / 2);
    const { problem, scales } = scale(table([values], values), inOrder(3), undefined, []);
    const { by, shift } = scales.inputs[0];
    assert.equal(shift, round, `${low} to ${high}`);
    assert.deepEqual([...problem.inputs[0].map((v) => v * by + shift)], [...values]);
    assert.equal(problem.shifts[0] * by, shift);
    assert.equal(problem.target[0] * scales.target, high, "the target is not shifted");
  }
});

test("rows come in the order given, from memory that workers share", () => {
  const { problem } = scale(table([Float64Array.of(1, 0.5, 0.25)], Float64Array.of(8, 4, 2)), [2, 0], undefined, []);
  assert.deepEqual([...problem.inputs[0]], [0.25, 1]);
  assert.deepEqual([...problem.target], [0.25, 1]);
  assert.ok(problem.target.buffer instanceof SharedArrayBuffer);
});

test("few rows stay in their order; of many a choice is searched, each once, by the seed", () => {
  assert.deepEqual(rowOrder(SEARCH_ROWS, 1), inOrder(SEARCH_ROWS));
  const some = rowOrder(1000, 1);
  assert.deepEqual(
    [...some].sort((a, b) => a - b),
    inOrder(1000),
  );
  assert.notDeepEqual(some, inOrder(1000));
  assert.notDeepEqual(some, rowOrder(1000, 2));
  assert.deepEqual(some, rowOrder(1000, 1));
  const many = rowOrder(100_000, 1);
  assert.equal(many.length, FINAL_ROWS);
  assert.equal(new Set(many).size, FINAL_ROWS);
  assert.ok(Math.max(...many) > 90_000);
});

test("weights lose their common factor, and nothing else", () => {
  const y = uniform(1, 20, 1, 9);
  const weights = y.map((v) => 1e40 / v);
  const { weights: kept = [] } = scale(table([y], y), inOrder(20), weights, []).problem;
  Array.from(kept, (w, i) => close(w / kept[0], weights[i] / weights[0], 1e-12));
  close(
    Array.from(kept).reduce((product, w) => product * w, 1),
    1,
    1e-12,
    "geometric mean",
  );
});

test("the resolution is what rounding to the target's digits adds to its relative error", () => {
  const exact = normal(3, 4000).map((v) => 5 + v);
  const rounded = exact.map((v) => Math.round(v * 10) / 10);
  const added = exact.reduce((sum, v, i) => sum + (v - rounded[i]) ** 2 / 4000, 0);
  const { resolution } = scale(table([exact], rounded), inOrder(4000), undefined, []).problem;
  close(resolution / (added / variance(rounded)), 1, 0.05);
  assert.equal(scale(table([exact], exact), inOrder(4000), undefined, []).problem.resolution, 0);
});

test("variance about the mean, and weighted about the weighted mean", () => {
  assert.equal(variance(Float64Array.of(1, 2, 3, 6)), 3.5);
  // Weights 2, 1: mean (4·1 + 1·6)/5 = 2.
  assert.equal(variance(Float64Array.of(1, 6), Float64Array.of(2, 1)), (4 * 1 + 1 * 16) / 2);
});
