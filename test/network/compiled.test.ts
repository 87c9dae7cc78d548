import assert from "node:assert/strict";
import { test } from "node:test";
import { type Architecture, architecture, arity, shapes, weightCount } from "../../src/network/architecture.js";
import { CompiledNetwork } from "../../src/network/compiled.js";
import { DEFAULT_PRIMITIVES, PRIMITIVES, trainedUnit } from "../../src/primitives.js";
import { random } from "../../src/random.js";

const TRAINED = Object.keys(PRIMITIVES).filter((name) => PRIMITIVES[name].trained);

const normals = (count: number, sd: number, seed: number) => {
  const { uniform } = random(seed);
  return Float32Array.from(
    { length: count },
    () => sd * (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3),
  );
};

/** The outputs of one point in float64, unit by unit, from primitives.ts alone. */
function reference(of: Architecture, weights: ArrayLike<number>, x: readonly number[]): number[] {
  let seen = [...x, ...(of.dense ? [1] : [])];
  for (const [k, { rows, columns, offset }] of shapes(of).entries()) {
    const g = Array.from({ length: columns }, (_, j) =>
      seen.reduce((sum, value, i) => sum + value * weights[offset + i * columns + j], 0),
    );
    assert.equal(seen.length, rows);
    if (k === of.layers.length) return g;
    let column = 0;
    seen = of.layers[k].map((name) => {
      const value = trainedUnit(name, of.gains).value(...g.slice(column, column + arity(name)));
      column += arity(name);
      return value;
    });
    if (of.dense) seen.push(...x, 1);
  }
  return seen;
}

const near = (got: number, wanted: number, scale: number, what: string) =>
  assert.ok(Math.abs(got - wanted) <= 1e-5 * Math.max(scale, Math.abs(wanted)), `${what}: ${got}, not ${wanted}`);

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
    const points = 77; // one chunk and a bit
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
    const slopes = (values: Float32Array, f: (v: Float64Array) => number) =>
      Array.from(values, (value, i) => {
        const at = (u: number) => f(Float64Array.from(values).with(i, u));
        const central = (h: number) => (at(value + h) - at(value - h)) / (2 * h);
        return (4 * central(5e-5) - central(1e-4)) / 3;
      });
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
