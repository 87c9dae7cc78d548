import assert from "node:assert/strict";
import { test } from "node:test";
import { oscillator, withNoise } from "../../src/dynamics/generate.js";
import { readSeries, spreadOf } from "../../src/dynamics/series.js";
import { noiseGain, viewOf, weakProblem } from "../../src/dynamics/weak.js";
import { parse } from "../../src/expression/parse.js";

const equations = [
  { tree: parse("v"), state: 0, size: 1 },
  { tree: parse("c*x + z*x"), state: 1, size: 1 },
];
const { series, parameters, dt } = oscillator({ count: 6, steps: 200, seed: 2 });
const read = (data: number[][][]) => readSeries(data, { states: ["x", "v"], dt }, 10).list;
const view = (data: number[][][]) =>
  viewOf({ series: read(data), names: ["x", "v"], form: "field", dt, length: 24 }, 5);

test("the true law leaves nothing of the weak form", () => {
  const problem = weakProblem(view(series), equations, ["c"], ["z"]);
  for (const [s, [squared]] of parameters.entries()) {
    const block = problem.evaluate(s, Float64Array.of(-0.1), Float64Array.of(0.1 - squared), false);
    assert.equal(block?.residuals.length, 2 * 5 * 25);
    for (const r of block?.residuals ?? [1]) assert.ok(Math.abs(r) < 1e-9, `${r}`);
  }
});

test("its slopes are those of finite differences", () => {
  const problem = weakProblem(view(series), equations, ["c"], ["z"]);
  const at = (c: number, z: number) => problem.evaluate(0, Float64Array.of(c), Float64Array.of(z), true);
  const [here, byC, byZ] = [at(-0.3, -0.2), at(-0.3 + 1e-6, -0.2), at(-0.3, -0.2 + 1e-6)];
  here?.residuals.forEach((r, i) => {
    assert.ok(Math.abs(-((byC?.residuals[i] ?? 0) - r) / 1e-6 - here.jacobian[2 * i]) < 1e-6);
    assert.ok(Math.abs(-((byZ?.residuals[i] ?? 0) - r) / 1e-6 - here.jacobian[2 * i + 1]) < 1e-6);
  });
});

test("noise leaves what is said of it", () => {
  const many = oscillator({ count: 100, steps: 200, seed: 4 });
  const noisy = withNoise(many.series, 0.02, 3);
  const through = view(noisy);
  const problem = weakProblem(through, equations.slice(0, 1), [], []);
  let [sum, n] = [0, 0];
  for (let s = 0; s < 100; s++) {
    for (const r of problem.evaluate(s, new Float64Array(0), new Float64Array(0), false)?.residuals ?? []) {
      sum += r * r;
      n++;
    }
  }
  const [spread] = spreadOf(read(many.series));
  const expected = noiseGain(24, dt, "field") * (0.02 * spread) ** 2;
  // The integrals' own noise adds a little.
  assert.ok(sum / n > 0.95 * expected && sum / n < 1.3 * expected, `${sum / n / expected}`);
});
