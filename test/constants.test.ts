import assert from "node:assert/strict";
import { test } from "node:test";
import { constantsOf } from "../src/constants.js";
import { parse } from "../src/expression/parse.js";

const rows = 50;
const x = Float64Array.from({ length: rows }, (_, i) => i / 10);
const data = { columns: { x }, rows, weights: () => undefined, meanSquare: 0.04 };

test("errors of a straight line are those of linear regression", () => {
  const [slope, offset] = constantsOf(parse("1.234*x+5.678"), [], data);
  const mean = x.reduce((a, b) => a + b) / rows;
  const spread = x.reduce((s, v) => s + (v - mean) ** 2, 0);
  const variance = (0.04 * rows) / (rows - 2);
  assert.ok(Math.abs((slope.error ?? 0) / Math.sqrt(variance / spread) - 1) < 1e-9);
  assert.ok(Math.abs((offset.error ?? 0) / Math.sqrt(variance * (1 / rows + mean ** 2 / spread)) - 1) < 1e-9);
});

test("with known measurement errors the residuals don't matter, with weights they count by them", () => {
  const weights = new Float64Array(rows).fill(1 / 0.3);
  const [{ error = 0 }] = constantsOf(parse("1.234*x"), [], { ...data, weights: () => weights, meanSquare: undefined });
  assert.ok(Math.abs(error / (0.3 / Math.sqrt(x.reduce((s, v) => s + v * v, 0))) - 1) < 1e-9);
});

test("what was recognised has a name and what it was before, and leaves the others' errors as they were", () => {
  const free = constantsOf(parse("1.234*sin(2.013*x)+0.7"), [], data);
  const snapped = [{ to: 2, from: 2.013, error: 0.02 }];
  const fixed = constantsOf(parse("1.234*sin(2*x)+0.7"), snapped, data);
  assert.deepEqual(fixed[1], { value: 2, name: "2", before: { value: 2.013, error: 0.02 } });
  assert.ok(Math.abs((fixed[0].error ?? 0) / (free[0].error ?? 1) - 1) < 0.05);
  assert.equal(constantsOf(parse("x^2+3*x"), [], data)[0].name, "3", "whole exponents are structure, not constants");
});

test("a constant that the data leave undetermined has no error", () => {
  const [a, b] = constantsOf(parse("1.234*x+2.345*x"), [], data);
  assert.ok(a.error === undefined || a.error > 1e3);
  assert.ok(b === undefined || b.error === undefined || b.error > 1e3);
});
