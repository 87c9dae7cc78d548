import assert from "node:assert/strict";
import { test } from "node:test";
import { type Architecture, architecture, weightCount } from "../../src/network/architecture.js";
import { CompiledNetwork } from "../../src/network/compiled.js";
import { DEFAULT_PRIMITIVES } from "../../src/primitives.js";
import { near, normals, reference, slopes, TRAINED } from "./help.js";

const NETWORKS: Record<string, Architecture> = {
  "the paper's": architecture({ inputs: 2 }),
  "three layers": architecture({ inputs: 3, layers: new Array(3).fill(DEFAULT_PRIMITIVES) }),
  "dense, two outputs": architecture({
    inputs: 2,
    outputs: 2,
    dense: true,
    gains: "unit",
    layers: [DEFAULT_PRIMITIVES, DEFAULT_PRIMITIVES],
  }),
  "dense, one of each": architecture({ inputs: 1, dense: true, layers: [TRAINED] }),
  "no hidden layer": architecture({ inputs: 4, outputs: 3, dense: true, layers: [] }),
};

for (const [name, network] of Object.entries(NETWORKS)) {
  test(`${name}: outputs are those of the units one by one`, () => {
    const { inputs, outputs } = network;
    const points = 150; // one chunk and a bit
    const weights = normals(weightCount(network), 0.3, 1);
    const x = normals(points * inputs, 1, 2);
    const out = new CompiledNetwork(network).forward(weights, x, points);
    for (let p = 0; p < points; p++) {
      const wanted = reference(network, weights, Array.from(x.subarray(p * inputs, (p + 1) * inputs)));
      wanted.forEach((y, j) => {
        near(out[p * outputs + j], y, 1, `point ${p}, output ${j}`);
      });
    }
  });

  test(`${name}: gradients are those of finite differences`, () => {
    const { inputs, outputs } = network;
    const points = 13;
    const weights = normals(weightCount(network), 0.3, 3);
    const x = normals(points * inputs, 1, 4);
    const d = normals(points * outputs, 1, 5);
    const loss = (w: ArrayLike<number>, at: ArrayLike<number>) => {
      let sum = 0;
      for (let p = 0; p < points; p++) {
        const y = reference(network, w, Array.from(at).slice(p * inputs, (p + 1) * inputs));
        for (let j = 0; j < outputs; j++) sum += d[p * outputs + j] * y[j];
      }
      return sum;
    };
    const got = new CompiledNetwork(network).backward(weights, x, d, points);
    const check = (which: "weights" | "x", wanted: number[]) => {
      const scale = Math.sqrt(wanted.reduce((sum, v) => sum + v * v, 0) / wanted.length);
      wanted.forEach((slope, i) => {
        near(got[which]?.[i] ?? Number.NaN, slope, scale, `${which}[${i}]`);
      });
    };
    check(
      "weights",
      slopes(weights, (w) => loss(w, x)),
    );
    check(
      "x",
      slopes(x, (v) => loss(weights, v)),
    );
  });
}

test("replicas are networks of their own, with inputs of their own or shared", () => {
  const network = architecture({ inputs: 2 });
  const compiled = new CompiledNetwork(network);
  const { size } = compiled;
  const points = 20;
  const weights = normals(3 * size, 0.3, 6);
  const x = normals(3 * points * 2, 1, 7);
  const d = normals(3 * points, 1, 8);
  const own = (values: Float32Array, r: number, each: number) => values.slice(r * each, (r + 1) * each);
  const all = compiled.forward(weights, x, points);
  const back = compiled.backward(weights, x, d, points);
  const shared = compiled.backward(weights, own(x, 0, 2 * points), d, points);
  const sum = new Float64Array(2 * points);
  for (let r = 0; r < 3; r++) {
    const w = own(weights, r, size);
    assert.deepEqual(own(all, r, points), compiled.forward(w, own(x, r, 2 * points), points));
    const alone = compiled.backward(w, own(x, r, 2 * points), own(d, r, points), points);
    assert.deepEqual(own(back.weights, r, size), alone.weights);
    assert.deepEqual(own(back.x as Float32Array, r, 2 * points), alone.x);
    compiled.backward(w, own(x, 0, 2 * points), own(d, r, points), points).x?.forEach((v, i) => {
      sum[i] += v;
    });
  }
  shared.x?.forEach((v, i) => {
    near(v, sum[i], 1, `x[${i}]`);
  });
});

test("lengths that don't fit are refused", () => {
  const compiled = new CompiledNetwork(architecture({ inputs: 2 }));
  const weights = new Float32Array(compiled.size);
  assert.throws(() => compiled.forward(weights.subarray(1), new Float32Array(2), 1), /multiple of 378 weights/);
  assert.throws(() => compiled.forward(weights, new Float32Array(3), 1), /1 points of 2 inputs, not 3/);
  assert.throws(() => compiled.backward(weights, new Float32Array(2), new Float32Array(2), 1), /1 derivatives, not 2/);
});
