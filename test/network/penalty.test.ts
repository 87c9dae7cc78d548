import assert from "node:assert/strict";
import { it } from "node:test";
import { EqlLayer } from "../../src/network/index.js";
import { checkSchedule, openChance, opening, priceAt, ROUNDED, smoothedRoot } from "../../src/network/penalty.js";
import { tensorFlow } from "../../src/network/tensorflow.js";
import { random } from "../../src/random.js";

const near = (a: number, b: number, tolerance: number) => assert.ok(Math.abs(a - b) <= tolerance, `${a} and ${b}`);

it("the smoothed root is the root beyond its rounding, meets it smoothly, and is not steep at 0", () => {
  for (const w of [0.05, 0.3, -2]) near(smoothedRoot(w).value, Math.sqrt(Math.abs(w)), 1e-12);
  near(smoothedRoot(ROUNDED - 1e-9).slope, smoothedRoot(ROUNDED).slope, 1e-6);
  near(smoothedRoot(0).value, Math.sqrt((3 * ROUNDED) / 8), 1e-12); // the paper's 3a/8 under the root
  assert.equal(smoothedRoot(0).slope, 0);
});

it("slopes of penalties and gates agree with finite differences", () => {
  const h = 1e-6;
  const u = random(1, 1);
  for (let i = 0; i < 200; i++) {
    const at = 3 * (2 * u.uniform() - 1) * (i % 2 === 0 ? 1 : 0.02);
    const uniform = u.uniform();
    for (const f of [smoothedRoot, openChance, (g: number) => opening(g), (g: number) => opening(g, uniform)]) {
      near(f(at).slope, (f(at + h).value - f(at - h).value) / (2 * h), 1e-4);
    }
  }
});

it("a gate in training isn't shut as often as the penalty says", () => {
  const u = random(2, 1);
  for (const gate of [-2, 0, 1]) {
    const open = Array.from({ length: 20_000 }, () => opening(gate, u.uniform()).value).filter((value) => value > 0);
    near(open.length / 20_000, openChance(gate).value, 0.015);
  }
});

it("a price without a schedule holds always", () => {
  assert.equal(priceAt(checkSchedule(0.5), 0), 0.5);
  assert.equal(priceAt(checkSchedule({ weight: 2, from: 3 }), 2), 0);
  assert.equal(priceAt(checkSchedule({ weight: 2, from: 3 }), 3), 2);
});

it("the layer's penalty is the sum over its weights, and its gradient that of every weight", () => {
  const tf = tensorFlow();
  const eql = new EqlLayer({ layers: 1, primitives: ["identity", "sin"], penalty: 0.25, deviation: 0.1 });
  eql.apply(tf.zeros([2, 3]));
  const [weights] = eql.trainableWeights.map((weight) => weight.read());
  const { value, grads } = tf.variableGrads(() => eql.calculateLosses()[0], [weights as never]);
  const expected = Array.from(weights.dataSync(), smoothedRoot);
  near(value.dataSync()[0], 0.25 * expected.reduce((sum, { value }) => sum + value, 0), 1e-5);
  const gradient = Object.values(grads)[0].dataSync();
  expected.forEach(({ slope }, i) => {
    near(gradient[i], 0.25 * slope, 1e-5);
  });
});
