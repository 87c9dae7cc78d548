import assert from "node:assert/strict";
import { test } from "node:test";
import { oscillator } from "../../src/dynamics/generate.js";
import { headValues } from "../../src/dynamics/head-values.js";
import { HEAD_LAYER } from "../../src/dynamics/heads.js";
import { EqlDynamics } from "../../src/dynamics/learner.js";
import { architecture, weightCount } from "../../src/network/architecture.js";
import { CompiledNetwork } from "../../src/network/compiled.js";
import { random } from "../../src/random.js";

const of = architecture({ inputs: 3, outputs: 2, layers: [HEAD_LAYER, HEAD_LAYER], dense: true, gains: "paper" });

test("a head in float64 has the kernel's values, and the derivatives of finite differences", () => {
  const { normal } = random(3);
  const weights = Float64Array.from({ length: weightCount(of) }, () => Math.fround(0.2 * normal()));
  const active = [...weights.keys()];
  const [spread, rates] = [
    [1, 2],
    [3, 0.5],
  ];
  const values = headValues(of, active, spread, rates);
  const given = Float64Array.from([0.4, -0.6, ...weights, 0.3]);
  const width = active.length + 1;
  const out = new Float64Array(2 * (1 + width));
  values(given, out);
  const kernel = new CompiledNetwork(of).forward(Float32Array.from(weights), Float32Array.of(0.4, -0.3, 0.3), 1);
  for (const k of [0, 1])
    assert.ok(Math.abs(out[k] - rates[k] * kernel[k]) < 1e-5, `${out[k]}, ${rates[k] * kernel[k]}`);
  const moved = new Float64Array(out.length);
  for (let k = 0; k < width; k++) {
    const by = given.slice();
    by[2 + k] += 1e-6;
    values(by, moved);
    for (const o of [0, 1]) {
      const slope = (moved[o] - out[o]) / 1e-6;
      assert.ok(Math.abs(slope - out[2 + o * width + k]) < 1e-4 * (1 + Math.abs(slope)), `output ${o}, unknown ${k}`);
    }
  }
});

test("an encoder trained on a law's latents guesses those of series it never saw", async () => {
  const { series, dt } = oscillator({ count: 200, steps: 100 });
  const learner = new EqlDynamics({ states: ["x", "v"], latents: 1, dt });
  await learner.fit(series.slice(0, 20));
  const encode = await learner.encoder(series);
  const fresh = oscillator({ count: 50, steps: 100, seed: 2 });
  const off = encode(fresh.series).map(([z], s) => Math.abs(z - fresh.parameters[s][0]));
  assert.ok(off.sort((a, b) => a - b)[25] < 0.08, `median error ${off[25]} in a range of 0.9`);
});

test("the neural way finds the oscillator's law too", { skip: process.env.EQLAB_FULL !== "1" }, async () => {
  const { series, dt } = oscillator({ count: 150, steps: 500 });
  const learner = new EqlDynamics({ states: ["x", "v"], latents: 1, dt, method: "network" });
  const { ok, law } = await learner.fit(series);
  assert.ok(ok);
  assert.deepEqual(
    law.map(({ expression }) => expression),
    ["v", "-z1*x"],
  );
});
