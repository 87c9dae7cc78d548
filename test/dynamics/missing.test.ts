import assert from "node:assert/strict";
import { test } from "node:test";
import { kinematics, withNoise } from "../../src/dynamics/generate.js";
import type { Law } from "../../src/dynamics/law.js";
import { withMissingTerm } from "../../src/dynamics/missing.js";
import { noiseMargin, polished } from "../../src/dynamics/polish.js";
import { readSeries } from "../../src/dynamics/series.js";
import { noiseDoubt, noiseOf } from "../../src/dynamics/smooth.js";
import { survey } from "../../src/dynamics/survey.js";
import { parse } from "../../src/expression/parse.js";
import { random } from "../../src/random.js";

const FULL = process.env.EQLAB_FULL === "1";

const names = ["d", "v"];
const law = (equations: readonly string[], values: Record<string, number>): Law => ({
  form: "map",
  states: names,
  latents: ["a"],
  constants: Object.keys(values),
  values: Float64Array.from(Object.values(values)),
  equations: equations.map((formula) => parse(formula)),
});
const whole = law(["p*d + q*v + h*a", "r*v + a"], { p: 1, q: 1, h: 0.5, r: 1 });
const withoutHalf = law(["p*d + q*v", "r*v + a"], { p: 1, q: 1, r: 1 });

for (const [count, steps] of FULL
  ? [
      [100, 100],
      [1000, 50],
    ]
  : [[100, 100]]) {
  test(`${count} carts, 1% noise: the law lacks nothing, without the half it does, in five seeds`, async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { series, parameters, dt } = kinematics({ count, steps, seed: 10 * seed });
      const seen = survey(readSeries(withNoise(series, 0.01, seed), { states: names, dt }, 34), names);
      const latents = parameters.map((a) => Float64Array.from(a));
      const right = await polished(whole, seen.set.list, latents, seen);
      assert.ok(right.ok, `seed ${seed}: ${right.mse / right.floor}`);
      assert.equal(await withMissingTerm({ ...whole, values: right.values }, right, [0, 1]), undefined);
      const wrong = await polished(withoutHalf, seen.set.list, latents, seen);
      // Hardly more than the noise is left: its size alone would let it pass.
      assert.ok(wrong.mse < 1.15 * wrong.floor);
      const longer = await withMissingTerm({ ...withoutHalf, values: wrong.values }, wrong, [0, 1]);
      assert.ok(longer, `seed ${seed}: ${wrong.mse / right.mse} times the noise passes`);
      const better = await polished(longer, seen.set.list, wrong.latents, seen);
      assert.ok(better.mse < wrong.mse);
    }
  });
}

test("what the noise's size is known to, and what residuals may exceed it by, against many draws", () => {
  const draws = Array.from({ length: 300 }, (_, seed) => {
    const { normal } = random(seed);
    const rows = 120;
    const list = [0, 1, 2].map((s) => ({
      columns: [Float64Array.from({ length: rows }, normal)],
      rows,
      label: `${s}`,
    }));
    const squares = list.flatMap(({ columns: [x] }) => [...x]).reduce((sum, x) => sum + x * x, 0);
    return { list, noise: noiseOf(list)[0] ** 2, mse: squares / (3 * rows) };
  });
  const doubt = noiseDoubt(draws[0].list);
  const mean = draws.reduce((sum, { noise }) => sum + noise, 0) / draws.length;
  const spread = Math.sqrt(draws.reduce((sum, { noise }) => sum + (noise - mean) ** 2, 0) / draws.length);
  assert.ok(spread < 1.1 * doubt && spread > 0.6 * doubt, `${spread}, said ${doubt}`);
  assert.ok(draws.every(({ noise, mse }) => mse < noise * (1 + 4 * Math.hypot(doubt, Math.sqrt(2 / 360)))));
  // One state, two alike, and two of which one has all the noise.
  const [one, two, uneven] = [[1], [1, 1], [1, 0]].map((relative) => noiseMargin(relative, 1e6, 1e-3) / 4);
  assert.ok(Math.abs(one - Math.sqrt(2e-6 + 1e-6)) < 1e-12);
  assert.ok(Math.abs(two - Math.sqrt(2e-6 + 0.5e-6)) < 1e-12);
  assert.ok(Math.abs(uneven - Math.sqrt(4e-6 + 1e-6)) < 1e-12);
  assert.equal(noiseMargin([1], 10, 0.3), 0.15);
});
