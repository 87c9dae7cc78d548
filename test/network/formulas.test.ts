import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Tensor } from "@tensorflow/tfjs-node";
import { InputError } from "../../src/errors.js";
import { evaluate } from "../../src/expression/evaluate.js";
import { parse } from "../../src/expression/parse.js";
import { EqlLayer, type EqlLayerOptions } from "../../src/network/index.js";
import { tensorFlow } from "../../src/network/tensorflow.js";
import { random } from "../../src/random.js";

const tf = tensorFlow();
const NAMES = ["x", "y", "z"];
const ROWS = 64;
const numbers = random(3, 1);
const COLUMNS = Object.fromEntries(
  NAMES.map((name) => [name, Array.from({ length: ROWS }, () => 2 * numbers.uniform() - 1)]),
);
const X = tf.tensor2d(Array.from({ length: ROWS }, (_, i) => NAMES.map((name) => COLUMNS[name][i])));
const valuesOf = (formula: string) => Array.from(evaluate(parse(formula), COLUMNS, ROWS));
const off = (layer: EqlLayer, formula: string) => {
  const values = (layer.apply(X) as Tensor).dataSync();
  return Math.max(...valuesOf(formula).map((v, i) => Math.abs(v - values[i]) / Math.max(1, Math.abs(v))));
};
const refused = (run: () => unknown, words: RegExp) =>
  assert.throws(run, (error) => error instanceof InputError && words.test(error.message));

const WIDE = ["constant", "identity", "identity", "square", "cube", "sin", "cos", "exp", "sigmoid", "tanh"];
const WIDER = [...WIDE, "log", "sqrt", "inverse", "division", "power", "product", "product"];
const FITTING: [string, EqlLayerOptions?][] = [
  ...["x", "3", "x^3", "sin(2*pi*x)", "exp(-x^2)", "x*y/2+z/2", "x^2+sin(2*pi*y)", "2^x"].map((f) => [f] as [string]),
  ["1/(1+exp(-10*x))"],
  ["sin(x+1)"],
  ["9.81*x*sin(y)-0.3*x*z*exp(y)"],
  ["(x+y*z)^3", { layers: 3 }],
  ["x*y*z*sin(x)*exp(z)", { layers: 3 }],
  ["sin(3*x+0.5)-cos(y)", { layers: 1, dense: true }],
  ["x/(2+y^2)+sqrt(3+x)", { primitives: WIDER }],
  ["log(2+x)*tanh(y)", { primitives: WIDER, dense: true }],
  ["(2+x)^0.37", { primitives: WIDER }],
];

describe("setExpression", () => {
  it("makes the layer compute the formula, whatever its gains; the formula is read off again", () => {
    for (const [formula, options] of FITTING) {
      for (const gains of ["paper", "unit"] as const) {
        const layer = new EqlLayer({ ...options, gains });
        layer.setExpression(formula, NAMES);
        const smoothed = options?.primitives ? 1e-3 : 1e-6;
        assert.ok(off(layer, formula) < smoothed, `${formula}, ${gains}: off by ${off(layer, formula)}`);
        const again = layer.expression(NAMES, { digits: 17 });
        const expected = valuesOf(formula);
        valuesOf(again).forEach((v, i) => {
          assert.ok(Math.abs(v - expected[i]) < 2e-6 * Math.max(1, Math.abs(v)), `${formula}: ${again}`);
        });
      }
    }
  });

  it("for several outputs, sharing units, and for one replica of several", () => {
    const layer = new EqlLayer({ outputs: 2, layers: 1, primitives: ["identity", "sin", "product"] });
    layer.setExpression(["sin(x)+y", "2*sin(x)-x*y"], NAMES);
    const values = (layer.apply(X) as Tensor).arraySync() as number[][];
    const second = valuesOf("2*sin(x)-x*y");
    values.forEach((row, i) => {
      assert.ok(Math.abs(row[1] - second[i]) < 1e-5);
    });
    assert.equal(layer.expression(NAMES), "y+sin(x)");
    const several = new EqlLayer({ replicas: 3, layers: 1 });
    several.setExpression("x*y", NAMES, { replica: 1 });
    assert.equal(several.expression(NAMES, { replica: 1 }), "x*y");
    assert.notEqual(several.expression(NAMES, { replica: 2 }), "x*y");
  });

  it("leaves its constants to be trained, and nothing else", () => {
    const layer = new EqlLayer({ gains: "unit", penalty: 0 });
    layer.setExpression("2*x*y+0.5*sin(3*z)", NAMES);
    const { weightsLeft } = layer;
    const y = tf.tensor(valuesOf("2.2*x*y+0.6*sin(2.9*z)"), [ROWS, 1]);
    const optimizer = tf.train.adam(1e-2);
    for (let i = 0; i < 800; i++) {
      optimizer.minimize(() => tf.losses.meanSquaredError(y, layer.apply(X, { training: true }) as Tensor));
    }
    assert.equal(layer.weightsLeft, weightsLeft);
    assert.match(layer.expression(NAMES, { digits: 2 }), /^0\.6\*sin\(2\.9\*z\)\+2\.2\*x\*y$/);
  });

  it("says what would be needed where a formula doesn't fit, and leaves the layer as it was", () => {
    const says = (formula: string, words: RegExp, options: EqlLayerOptions = {}) => {
      const layer = new EqlLayer(options);
      layer.setExpression("x", NAMES);
      refused(() => layer.setExpression(formula, NAMES), words);
      assert.equal(layer.expression(NAMES), "x");
    };
    says("(x+y*z)^3", /It would have one with 3 hidden layers; there are 2/);
    says("tanh(x)", /units of the primitive "tanh"/);
    says("x/y", /units of the primitive "inverse"/);
    says("sin(x+1)", /with dense: true/, { layers: 1 });
    says("x*y+y*z+x*z", /2 hidden layers; there are 1/, { layers: 1 });
    says("x+*y", /a number, a name or a bracket is missing/);
    says("x+q", /no input "q"/);
    says("sinus(x)", /no function "sinus"/);
    refused(() => new EqlLayer({ outputs: 2 }).setExpression("x", NAMES), /2 outputs: give a formula for each/);
  });
});

describe("prune", () => {
  it("finds the law among weights that training left, and the layer computes it", () => {
    const law = "0.5*x*y+sin(2*z)";
    const layer = new EqlLayer({ seed: 2, gains: "unit" });
    layer.setExpression(law, NAMES);
    const [weights, kept] = layer.getWeights();
    // Some twenty weights more, and all of them a little off.
    const noise = random(5, 1);
    const there = kept.dataSync().map((k) => (k || noise.uniform() < 0.06 ? 1 : 0));
    const disturbed = weights.dataSync().map((w, i) => there[i] * (w * 0.97 + 0.05 * (noise.uniform() - 0.5)));
    layer.setWeights([tf.tensor(disturbed, weights.shape), tf.tensor(there, kept.shape)]);
    const before = layer.weightsLeft;
    const y = valuesOf(law);
    const found = layer.prune({ x: X, y }, { names: NAMES });
    assert.ok(found.before[0] > 1e-4 && found.mse[0] < 1e-12, `${found.before}, ${found.mse}`);
    assert.ok(
      found.weightsLeft < before - 5 && found.weightsLeft === layer.weightsLeft,
      `${before} → ${found.weightsLeft}`,
    );
    assert.deepEqual([...found.expressions], [layer.expression(NAMES)]);
    assert.ok(off(layer, law) < 1e-5);
  });

  it("keeps what noise can't tell from nothing out", () => {
    const layer = new EqlLayer({
      outputs: 2,
      layers: 1,
      primitives: ["constant", "identity", "identity", "square", "square", "sin"],
      gains: "unit",
    });
    layer.setExpression(["2*x+0.1*y^2+0.5", "sin(y)-z+0.2*x^2"], NAMES);
    const noise = random(7, 1);
    const scatter = () => 0.05 * (noise.uniform() + noise.uniform() - 1);
    const [first, second] = [valuesOf("2.1*x+0.5"), valuesOf("sin(y)-z")];
    const y = first.map((v, i) => [v + scatter(), second[i] + scatter()]);
    const { expressions, mse } = layer.prune({ x: X.arraySync(), y }, { names: NAMES });
    assert.match(expressions[0], /^2\.\d+\*x\+0\.[45]\d*$/);
    assert.match(expressions[1], /^-?[\d.]*\*?z?[-+]?[\d.]*\*?sin\([\d.]*\*?y\)(-[\d.]*\*?z)?$/);
    assert.ok(mse.every((error) => error < 1e-3));
  });

  it("refuses rows that are not the layer's", () => {
    const layer = new EqlLayer();
    layer.setExpression("x*y", NAMES);
    refused(() => layer.prune({ x: X, y: [1, 2] }), /as many rows of x as of y; there are 64 and 2/);
    refused(() => layer.prune({ x: [[1, 2]], y: [1] }), /row 1 of x must have 3 numbers, not 2/);
    refused(() => layer.prune({ x: [[1, 2, Number.NaN]], y: [1] }), /row 1 of x has NaN/);
    refused(() => layer.prune({ x: [], y: [] }), /there are 0 and 0/);
  });
});
