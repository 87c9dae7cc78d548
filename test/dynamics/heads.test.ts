import assert from "node:assert/strict";
import { test } from "node:test";
import { StepMap } from "../../src/dynamics/baseline.js";
import { oscillator } from "../../src/dynamics/generate.js";
import { HeadWindows, type WindowsSetting } from "../../src/dynamics/head-windows.js";
import { HEAD_LAYER, HEADS_DEFAULTS, Heads } from "../../src/dynamics/heads.js";
import { readSeries, spreadOf } from "../../src/dynamics/series.js";
import { architecture, weightCount } from "../../src/network/architecture.js";
import { tensorFlow } from "../../src/network/tensorflow.js";
import { near, normals, reference, slopes } from "../network/help.js";

const options = { states: ["x", "v"], dt: 0.1 };

/** Sum over the heads of the mean square residual of windows, in float64 and step by step. */
function lossOf(setting: WindowsSetting, weights: ArrayLike<number>, z: ArrayLike<number>, starts: readonly number[]) {
  const { series, spread, rates, form, dt, latents } = setting;
  const each = starts.length / series.length;
  let total = 0;
  for (let h = 0; h < HEADS; h++) {
    const own = Array.from({ length: weightCount(OF) }, (_, i) => weights[h * weightCount(OF) + i]);
    let [loss, terms] = [0, 0];
    for (const [w, start] of starts.entries()) {
      const s = Math.floor(w / each);
      const { columns } = series[s];
      const rows = Array.from({ length: LENGTH + 1 }, (_, i) =>
        columns.map((column, k) => column[start + i] / spread[k]),
      );
      const hidden = Array.from({ length: latents }, (_, l) => z[s * latents + l]);
      const f = rows.map((x) => reference(OF, own, [...x, ...hidden]));
      for (let k = 0; k < spread.length; k++) {
        const integrals = [0];
        const every = form === "map" ? 1 : 2;
        for (let i = every; i <= LENGTH; i += every) {
          const part = form === "map" ? f[i - 1][k] : (dt / 3) * (f[i - 2][k] + 4 * f[i - 1][k] + f[i][k]);
          integrals.push((integrals.at(-1) as number) + part);
        }
        const off = integrals.map((sum, j) => columns[k][start + j * every] / rates[k] - sum);
        const mean = off.reduce((a, b) => a + b) / off.length;
        const duration = LENGTH * (form === "map" ? 1 : dt);
        for (const u of off) loss += (12 * (u - mean) ** 2) / duration ** 2;
        terms += off.length;
      }
    }
    total += loss / terms;
  }
  return total;
}

const [HEADS, LENGTH] = [2, 24];
const OF = architecture({ inputs: 4, outputs: 2, layers: [HEAD_LAYER, HEAD_LAYER], dense: true, gains: "paper" });

for (const form of ["field", "map"] as const) {
  test(`heads on windows: loss and gradients are those of the weak form, ${form}`, () => {
    const { series, dt } = oscillator({ count: 3, steps: 80, seed: 5 });
    const { list } = readSeries(series, options, 40);
    const setting = { series: list, spread: [0.5, 0.3], rates: [0.4, 0.3], form, dt, latents: 2 };
    const windows = new HeadWindows(OF, setting, { heads: HEADS, batch: 3, windows: 3, length: LENGTH });
    const weights = normals(HEADS * weightCount(OF), 0.2, 3);
    const z = normals(6, 0.5, 4);
    const starts = [0, 7, 50, 3, 3, 20, 56, 11, 30];
    windows.weights.set(weights);
    const { losses, gradient, byLatents } = windows.gradients([0, 1, 2], starts, z);
    const loss = lossOf(setting, weights, z, starts);
    near(
      losses.reduce((a, b) => a + b),
      loss,
      0,
      "loss",
    );
    const some = [...weights.keys()].filter((i) => i % 11 === 0);
    const moved = (values: ArrayLike<number>) => {
      const all = Float64Array.from(weights);
      some.forEach((i, k) => {
        all[i] = values[k];
      });
      return lossOf(setting, all, z, starts);
    };
    const byWeight = slopes(
      Float64Array.from(some, (i) => weights[i]),
      moved,
    );
    const size = Math.sqrt(byWeight.reduce((sum, v) => sum + v * v, 0) / byWeight.length);
    for (const [k, i] of some.entries()) near(gradient[i], byWeight[k], size, `weight ${i}`);
    const byLatent = slopes(z, (v) => lossOf(setting, weights, v, starts));
    for (const [i, wanted] of byLatent.entries()) near(byLatents[i], wanted, 0, `latent ${i}`);
  });
}

test("a step down is Adam's, with the price of size, of a gradient shortened head by head", () => {
  const { series, dt } = oscillator({ count: 3, steps: 80, seed: 5 });
  const { list } = readSeries(series, options, 40);
  const setting = { series: list, spread: [0.5, 0.3], rates: [0.4, 0.3], form: "field" as const, dt, latents: 2 };
  const windows = new HeadWindows(OF, setting, { heads: HEADS, batch: 3, windows: 1, length: LENGTH });
  const size = weightCount(OF);
  const wanted = Float64Array.from(normals(HEADS * size, 0.2, 3), Math.fround);
  const [mean, square] = [new Float64Array(wanted.length), new Float64Array(wanted.length)];
  const [rate, price, clip] = [0.01, 0.05, 0.8];
  windows.weights.set(wanted);
  for (let step = 1; step <= 3; step++) {
    const { gradient } = windows.gradients([0, 1, 2], [0, 7 * step, 50], normals(6, 0.5, step));
    const by = Float64Array.from(gradient, (g, i) => g + price * Math.sign(wanted[i]));
    windows.descend(rate, price, clip);
    for (let h = 0; h < HEADS; h++) {
      const length = Math.hypot(...by.subarray(h * size, (h + 1) * size));
      assert.ok(length > clip, "all are to be shortened");
      for (let i = h * size; i < (h + 1) * size; i++) {
        const g = (by[i] * clip) / length;
        mean[i] = 0.9 * mean[i] + 0.1 * g;
        square[i] = 0.999 * square[i] + 0.001 * g * g;
        wanted[i] -=
          (rate * mean[i]) /
          (1 - 0.9 ** step) /
          (Math.sqrt(square[i] / (1 - 0.999 ** step)) + 1e-8 / Math.sqrt(1 - 0.999 ** step));
      }
    }
    for (const [i, w] of windows.weights.entries())
      assert.ok(Math.abs(w - wanted[i]) < 1e-5, `weight ${i}, step ${step}`);
  }
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
  const train = (steps: number, threads = 1) => {
    const heads = new Heads(setting, { ...HEADS_DEFAULTS, steps: 250, heads: 3 }, threads);
    const losses = Array.from({ length: steps }, () => heads.train());
    heads.close();
    const latents = heads.latents().map(([z]) => z);
    return { losses, latents, weights: [0, 1, 2].map((h) => heads.weightsOf(h)) };
  };
  const { losses, latents } = train(250);
  assert.ok(losses[249] < 0.02 * losses[0], `from ${losses[0]} to ${losses[249]}`);
  const truth = parameters.map(([w]) => w);
  const mean = (v: readonly number[]) => v.reduce((a, b) => a + b) / v.length;
  const about = (v: readonly number[]) => v.map((x) => x - mean(v));
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const [a, b] = [about(latents), about(truth)];
  assert.ok(Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b)) > 0.9);
  const alone = train(10);
  assert.deepEqual(alone.losses, losses.slice(0, 10));
  assert.deepEqual(train(10, 2), alone, "and for any number of threads");
});

test("the paper's map learns to follow a few steps, as ReLU network and as equation learner", async () => {
  const { series } = oscillator({ count: 60, steps: 100, seed: 4 });
  const tensors = tensorFlow().memory().numTensors;
  for (const network of ["relu", "eql"] as const) {
    const map = new StepMap({ states: options.states, network, residual: true, steps: 120, rollouts: [1, 5] });
    await map.fit(series);
    const paths = map.simulate(series, 5);
    let [off, size] = [0, 0];
    for (const [s, rows] of paths.entries()) {
      for (const [k, x] of rows[5].entries()) {
        off += (x - series[s][5][k]) ** 2;
        size += (series[s][5][k] - series[s][0][k]) ** 2;
      }
    }
    assert.ok(off < 0.6 * size, `${network}: ${off / size} of what standing still is off by`);
    map.dispose();
    assert.equal(tensorFlow().memory().numTensors, tensors, network);
    assert.throws(() => map.simulate(series, 5), /not trained yet/);
  }
});
