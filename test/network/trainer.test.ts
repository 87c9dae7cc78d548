import assert from "node:assert/strict";
import { test } from "node:test";
import { architecture, shapes, weightCount } from "../../src/network/architecture.js";
import { type StepOptions, Trainer, type TrainerOptions } from "../../src/network/trainer.js";
import { near, normals, reference, slopes } from "./help.js";

const network = architecture({
  inputs: 2,
  layers: [["constant", "identity", "square", "sin", "exp", "sigmoid", "product"]],
});
const size = weightCount(network);
const points = 140; // one chunk and a bit
const x = normals(2 * points, 0.6, 1);
const y = normals(points, 1, 2);
const weights = normals(size, 0.2, 3);

/** Mean squared error in float64; `rows` weighs the points. */
function error(w: ArrayLike<number>, rows?: ArrayLike<number>): number {
  let [sum, total] = [0, 0];
  for (let p = 0; p < points; p++) {
    const weight = rows ? rows[p] : 1;
    sum += weight * (reference(network, w, [x[2 * p], x[2 * p + 1]])[0] - y[p]) ** 2;
    total += weight;
  }
  return sum / total;
}

/** The smoothed L0.5 penalty (paper, equation 5). */
const smoothed = (w: number) => {
  const a = 0.05;
  const s = Math.abs(w) >= a ? Math.abs(w) : -(w ** 4) / (8 * a ** 3) + (3 * w * w) / (4 * a) + (3 * a) / 8;
  return Math.sqrt(s);
};
const penalty = (w: ArrayLike<number>) => Array.from(w).reduce((sum, v) => sum + smoothed(v), 0);

/** The gradient a first step went by: RMSProp from mean squares of 1 changes a weight by rate·g/√(0.9 + 0.1·g²). */
function firstGradient(step: StepOptions, options: TrainerOptions = {}, rows?: ArrayLike<number>): number[] {
  const trainer = new Trainer(network, { x, y, weights: rows }, weights, options);
  assert.equal(trainer.steps(1, step), 1);
  return Array.from(trainer.weights(), (w, i) => {
    const change = (weights[i] - w) / step.rate;
    return (change * Math.sqrt(0.9)) / Math.sqrt(1 - 0.1 * change * change);
  });
}

const alike = (got: readonly number[], wanted: readonly number[], tolerance: number) => {
  const scale = Math.sqrt(wanted.reduce((sum, v) => sum + v * v, 0) / wanted.length);
  got.forEach((g, i) => {
    assert.ok(Math.abs(g - wanted[i]) < tolerance * scale, `weight ${i}: ${g}, not ${wanted[i]}`);
  });
};

test("a step follows the gradient of the mean squared error", () => {
  alike(firstGradient({ rate: 1 }), slopes(weights, error), 1e-5);
});

test("rows have their weights in the mean", () => {
  const rows = Array.from({ length: points }, (_, p) => 1 + (p % 3));
  alike(
    firstGradient({ rate: 1 }, {}, rows),
    slopes(weights, (w) => error(w, rows)),
    1e-5,
  );
});

test("the smoothed L0.5 penalty is the paper's, on both sides of its knee", () => {
  assert.ok(weights.some((w) => Math.abs(w) < 0.05) && weights.some((w) => Math.abs(w) > 0.05));
  const wanted = slopes(weights, (w) => error(w) + 0.3 * penalty(w));
  alike(firstGradient({ rate: 1, penalty: "L0.5", strength: 0.3 }), wanted, 1e-5);
});

test("RMSProp and Adam take the steps of their papers", () => {
  for (const optimiser of ["rmsprop", "adam"] as const) {
    const [decay, squares] = optimiser === "adam" ? [0.999, 0] : [0.9, 1];
    const w = Float64Array.from(weights);
    const s = new Float64Array(size).fill(squares);
    const m = new Float64Array(size);
    const rate = 1e-3;
    for (let t = 1; t <= 5; t++) {
      slopes(w, error).forEach((g, i) => {
        s[i] = decay * s[i] + (1 - decay) * g * g;
        m[i] = 0.9 * m[i] + 0.1 * g;
        w[i] -=
          optimiser === "adam"
            ? (rate * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(s[i] / (1 - decay ** t)) + 1e-8)
            : (rate * g) / Math.sqrt(s[i] + 1e-10);
      });
    }
    const trainer = new Trainer(network, { x, y }, weights, { optimiser });
    assert.equal(trainer.steps(5, { rate }), 5);
    trainer.weights().forEach((v, i) => {
      near(v, w[i], 1, `${optimiser}, weight ${i}`);
    });
    near(trainer.error(), error(w), 0, `${optimiser}, error`);
  }
});

test("the L0 penalty: gates of the hard concrete distribution, for the hidden layers only", () => {
  const gates = normals(size, 1, 4);
  const random = Uint32Array.from({ length: 16 }, (_, i) => 0x9e3779b9 * (i + 1));
  const u = uniforms(random, size);
  const hidden = shapes(network).at(-1)?.offset ?? 0;
  const opened = (w: ArrayLike<number>, logAlpha: ArrayLike<number>) =>
    Array.from(w, (v, i) => {
      if (i >= hidden) return v;
      const s = 1 / (1 + Math.exp(-(Math.log(u[i] / (1 - u[i])) + logAlpha[i]) / (2 / 3)));
      return v * Math.max(0, Math.min(1, -0.1 + 1.2 * s));
    });
  const price = (logAlpha: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < hidden; i++) sum += 1 / (1 + Math.exp(-(logAlpha[i] - (2 / 3) * Math.log(0.1 / 1.1))));
    return sum;
  };
  // A tiny rate, so that what the step changed can be told from the weights as gates open them in the mean.
  const trainer = new Trainer(network, { x, y }, weights, { gates, random });
  assert.equal(trainer.steps(1, { rate: 0, penalty: "L0", strength: 0.01 }), 1);
  near(trainer.lastError, error(opened(weights, gates)), 0, "error with gates as drawn");
  const mean = (i: number) => Math.max(0, Math.min(1, -0.1 + 1.2 / (1 + Math.exp(-gates[i]))));
  trainer.weights().forEach((w, i) => {
    near(w, weights[i] * (i < hidden ? mean(i) : 1), 1, `weight ${i} in the mean`);
  });
  const moved = new Trainer(network, { x, y }, weights, { gates, random });
  moved.steps(1, { rate: 1, penalty: "L0", strength: 0.01 });
  const change = (before: number, after: number) => {
    const step = before - after;
    return (step * Math.sqrt(0.9)) / Math.sqrt(1 - 0.1 * step * step);
  };
  alike(
    Array.from(moved.state().weights, (w, i) => change(weights[i], w)),
    slopes(weights, (w) => error(opened(w, gates))),
    1e-4,
  );
  alike(
    Array.from(moved.state().gates.subarray(0, hidden), (g, i) => change(gates[i], g)),
    slopes(gates, (g) => error(opened(weights, g)) + 0.01 * price(g)).slice(0, hidden),
    1e-4,
  );
  assert.deepEqual(moved.state().gates.subarray(hidden), gates.subarray(hidden));
});

test("frozen weights stay 0; an error that is no number ends the steps", () => {
  const trainer = new Trainer(network, { x, y }, weights);
  trainer.freeze((w) => Math.abs(w) > 0.2);
  trainer.steps(20, { rate: 1e-2 });
  trainer.weights().forEach((w, i) => {
    assert.equal(w === 0, Math.abs(weights[i]) <= 0.2, `weight ${i}`);
  });
  const wild = new Trainer(
    network,
    { x, y },
    weights.map((w) => 1e4 * w),
  );
  assert.ok(wild.steps(100, { rate: 1 }) < 100);
});

/** xoshiro128+ (Blackman & Vigna) in four lanes, the upper 24 bits in the middle of their interval. */
function uniforms(seed: Uint32Array, count: number): number[] {
  const lanes = [0, 1, 2, 3].map((lane) => [0, 1, 2, 3].map((word) => seed[4 * word + lane]));
  return Array.from({ length: count }, (_, i) => {
    const s = lanes[i % 4];
    const bits = ((s[0] + s[3]) >>> 0) >>> 8;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    for (let k = 0; k < 4; k++) s[k] >>>= 0;
    return (bits + 0.5) / 2 ** 24;
  });
}
