import assert from "node:assert/strict";
import { test } from "node:test";
import { StepMap } from "../../src/dynamics/baseline.js";
import { oscillator } from "../../src/dynamics/generate.js";
import { HEADS_DEFAULTS, Heads } from "../../src/dynamics/heads.js";
import { readSeries, spreadOf } from "../../src/dynamics/series.js";
import { integral } from "../../src/dynamics/weak.js";

const options = { states: ["x", "v"], dt: 0.1 };

test("the window's integral is Simpson's, and its transpose is its transpose", () => {
  const { use, back, count } = integral(24, 0.1, "field");
  const f = Float32Array.from({ length: 25 }, (_, i) => Math.cos(0.1 * i));
  const u = new Float64Array(count);
  use(f, 0, 1, u);
  for (let j = 1; j < count; j++) assert.ok(Math.abs(u[j] - u[0] - Math.sin(0.2 * j)) < 1e-6);
  const d = Float64Array.from({ length: count }, (_, j) => Math.sin(3 * j));
  const along = u.reduce((sum, v, j) => sum + v * d[j], 0);
  const by = new Float32Array(25);
  back(d, by, 0, 1);
  const transposed = by.reduce((sum, v, i) => sum + v * f[i], 0);
  assert.ok(Math.abs(along - transposed) < 1e-5, `${along}, ${transposed}`);
});

test("encoder and heads learn the weak form together, with the same digits for the same seed", () => {
  const { series, parameters, dt } = oscillator({ count: 100, steps: 300, seed: 2 });
  const { list } = readSeries(series, options, 40);
  const setting = {
    series: list,
    spread: spreadOf(list),
    rates: [0.4, 0.3],
    form: "field" as const,
    dt,
    latents: 1,
    seed: 1,
  };
  const train = (steps: number) => {
    const heads = new Heads(setting, { ...HEADS_DEFAULTS, steps: 250, heads: 3 });
    const losses = Array.from({ length: steps }, () => heads.train());
    const latents = heads.latents().map(([z]) => z);
    heads.dispose();
    return { losses, latents };
  };
  const { losses, latents } = train(250);
  assert.ok(losses[249] < 0.02 * losses[0], `from ${losses[0]} to ${losses[249]}`);
  const truth = parameters.map(([w]) => w);
  const mean = (v: readonly number[]) => v.reduce((a, b) => a + b) / v.length;
  const about = (v: readonly number[]) => v.map((x) => x - mean(v));
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const [a, b] = [about(latents), about(truth)];
  assert.ok(Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b)) > 0.9);
  assert.deepEqual(train(3).losses, losses.slice(0, 3));
});

test("the paper's map learns to follow a few steps, as ReLU network and as equation learner", () => {
  const { series } = oscillator({ count: 60, steps: 100, seed: 4 });
  for (const network of ["relu", "eql"] as const) {
    const map = new StepMap({ states: options.states, network, residual: true, steps: 120, rollouts: [1, 5] });
    map.fit(series);
    const paths = map.simulate(series, 5);
    let [off, size] = [0, 0];
    for (const [s, rows] of paths.entries()) {
      for (const [k, x] of rows[5].entries()) {
        off += (x - series[s][5][k]) ** 2;
        size += (series[s][5][k] - series[s][0][k]) ** 2;
      }
    }
    assert.ok(off < 0.6 * size, `${network}: ${off / size} of what standing still is off by`);
  }
});
