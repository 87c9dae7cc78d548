import assert from "node:assert/strict";
import { test } from "node:test";
import { bestSmoother, filtered, localPolynomial, noiseOf } from "../../src/dynamics/smooth.js";
import { random } from "../../src/random.js";

test("filters are those of Savitzky and Golay's tables and of central differences", () => {
  const near = (weights: Float64Array, known: readonly number[], by: number) =>
    weights.forEach((w, i) => {
      assert.ok(Math.abs(w * by - known[i]) < 1e-8, `${w * by}, not ${known[i]}`);
    });
  near(localPolynomial(2, 2, 0).weights, [-3, 12, 17, 12, -3], 35);
  near(localPolynomial(3, 3, 1).weights, [22, -67, -58, 0, 58, 67, -22], 252);
  near(localPolynomial(4, 8, 1).weights, [3, -32, 168, -672, 0, 672, -168, 32, -3], 840);
});

test("the noise of a series is told from its differences", () => {
  const { normal } = random(4);
  const column = Float64Array.from({ length: 4000 }, (_, i) => Math.sin(0.1 * i) + 0.02 * normal());
  const [sigma] = noiseOf([{ columns: [column], rows: column.length, label: "1" }]);
  assert.ok(Math.abs(sigma - 0.02) < 0.001, `${sigma}`);
  const smoother = bestSmoother([column], sigma);
  const slope = filtered(column, smoother.slope);
  const exact = (i: number) => 0.1 * Math.cos(0.1 * (i + smoother.slope.half));
  const rms = Math.sqrt(slope.reduce((sum, v, i) => sum + (v - exact(i)) ** 2, 0) / slope.length);
  assert.ok(rms < 1.2 * smoother.error && rms > smoother.error / 1.5, `error ${rms}, said ${smoother.error}`);
});
