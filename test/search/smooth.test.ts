import assert from "node:assert/strict";
import { test } from "node:test";
import { ascend } from "../../src/search/smooth.js";
import { close, map, normal, uniform } from "./help.js";

const N = 64;
const alike = (n: number) => new Float64Array(n).fill(1);

test("the evidence of two rows is what the formula for a 2 × 2 matrix says", () => {
  const view = {
    columns: [Float64Array.of(0.3, 1.1), Float64Array.of(-1, 0.5)],
    target: Float64Array.of(2, 5),
    variances: Float64Array.of(0.5, 1.5),
  };
  const lengths = [Math.log(0.7), Math.log(2)];
  const noise = Math.log(0.2);
  const together = Math.exp(-(0.8 ** 2) / (2 * 0.7 ** 2) - 1.5 ** 2 / (2 * 2 ** 2));
  const [first, second] = [1 + 0.2 * 0.5, 1 + 0.2 * 1.5];
  const determinant = first * second - together ** 2;
  // About their mean the two targets are −1.5 and 1.5.
  const square = (1.5 ** 2 * (first + second + 2 * together)) / determinant;
  const { evidence } = ascend(view, { lengths, noise }, 0);
  close(evidence, -Math.log(square / 2) - Math.log(determinant) / 2, 1e-9);
});

test("the evidence of many rows is what Gaussian elimination of the whole covariance says", () => {
  const n = 21;
  const columns = [uniform(1, n), uniform(2, n), uniform(3, n)];
  const target = map(columns, (a, b, c) => Math.sin(2 * a) + b * c);
  const variances = uniform(4, n, 0.5, 2);
  const lengths = [Math.log(0.5), Math.log(1.5), Math.log(3)];
  const noise = Math.log(0.01);
  const mean = target.reduce((sum, y) => sum + y, 0) / n;
  const matrix = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => {
      const apart = columns.reduce((sum, x, k) => sum + ((x[i] - x[j]) / Math.exp(lengths[k])) ** 2, 0);
      return Math.exp(-apart / 2) + (i === j ? 0.01 * variances[i] : 0);
    }),
    target[i] - mean,
  ]);
  // From the last row up: nothing here is in the kernel's order.
  let [square, logarithm] = [0, 0];
  for (let i = n - 1; i >= 0; i--) {
    const pivot = matrix[i][i];
    logarithm += Math.log(pivot);
    square += matrix[i][n] ** 2 / pivot;
    for (let j = 0; j < i; j++) {
      const part = matrix[j][i] / pivot;
      for (let k = 0; k <= n; k++) if (k !== i) matrix[j][k] -= part * matrix[i][k];
    }
  }
  const { evidence } = ascend({ columns, target, variances }, { lengths, noise }, 0);
  close(evidence, (-n / 2) * Math.log(square / n) - logarithm / 2, 1e-6);
});

test("the ascent tells what a target follows: a column of chance has a long length, the noise its size", () => {
  const [x, chance, errors] = [uniform(1, N), uniform(2, N), normal(3, N)];
  const sd = 0.05;
  const target = map([x, errors], (x, e) => Math.sin(3 * x) + sd * e);
  const start = { lengths: [0, 0], noise: Math.log(1e-6) };
  const view = { columns: [x, chance], target, variances: alike(N) };
  const before = ascend(view, start, 0);
  const { evidence, lengths, noise } = ascend(view, start, 20);
  assert.ok(evidence > before.evidence + 10, `${evidence} after ${before.evidence}`);
  assert.ok(lengths[1] > lengths[0] + 1.5, `lengths ${lengths}`);
  // The function's own variance is about a half, or some times that where it is a piece of a longer wave.
  assert.ok(noise > Math.log(sd ** 2 / 50) && noise < Math.log(sd ** 2 * 10), `noise ${Math.exp(noise)}`);
});

test("of two views the one in the column that the target follows has the more evidence", () => {
  const [a, b] = [uniform(1, N), uniform(2, N)];
  const target = map([a, b], (a, b) => Math.exp(a - b));
  const evidence = (...columns: Float64Array[]) =>
    ascend({ columns, target, variances: alike(N) }, { lengths: columns.map(() => 0), noise: Math.log(1e-6) }, 10)
      .evidence;
  const difference = map([a, b], (a, b) => a - b);
  const sum = map([a, b], (a, b) => a + b);
  assert.ok(evidence(difference) > evidence(a, b) + 20, "fewer columns");
  assert.ok(evidence(sum) < evidence(a, b) - 20, "the wrong column");
});

test("rows with large errors count for little", () => {
  const x = uniform(1, N);
  const target = map([x], (x) => x ** 2);
  const wild = target.map((y, row) => (row === 5 ? y + 3 : y));
  const start = { lengths: [0], noise: Math.log(1e-6) };
  const trusted = ascend({ columns: [x], target: wild, variances: alike(N) }, start, 10);
  const variances = alike(N).map((v, row) => (row === 5 ? 1e10 : v));
  const doubted = ascend({ columns: [x], target: wild, variances }, start, 10);
  assert.ok(doubted.evidence > trusted.evidence + 50, `${doubted.evidence} and ${trusted.evidence}`);
});
