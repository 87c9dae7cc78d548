import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import "@tensorflow/tfjs-backend-wasm";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-node";
import { InputError } from "../../src/errors.js";
import { evaluate } from "../../src/expression/evaluate.js";
import { parse } from "../../src/expression/parse.js";
import { arity, shapes } from "../../src/network/architecture.js";
import { EqlLayer, type EqlLayerOptions } from "../../src/network/index.js";
import { tensorFlow } from "../../src/network/tensorflow.js";
import { PRIMITIVES, trainedUnit } from "../../src/primitives.js";
import { random } from "../../src/random.js";

const tf = tensorFlow();
const ALL = Object.keys(PRIMITIVES).filter((name) => PRIMITIVES[name].trained);

/** Numbers from −1 to 1 in a tensor. */
function uniform(shape: number[], seed = 1): Tensor {
  const numbers = random(seed, 9);
  const count = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, () => 2 * numbers.uniform() - 1),
    shape,
  );
}

const numbers = (tensor: Tensor) => Array.from(tensor.dataSync());
function close(a: readonly number[], b: readonly number[], tolerance = 1e-5): void {
  assert.equal(a.length, b.length);
  a.forEach((value, i) => {
    assert.ok(Math.abs(value - b[i]) <= tolerance * Math.max(1, Math.abs(b[i])), `${i}: ${value} and ${b[i]}`);
  });
}
const refused = (run: () => unknown, words: RegExp) =>
  assert.throws(run, (error) => error instanceof InputError && words.test(error.message));

/** The layer's output and its gradients by inputs and weights, for a loss that weighs every output differently. */
function look(layer: EqlLayer, x: Tensor) {
  layer.apply(x);
  const [weights] = layer.trainableWeights.map((weight) => weight.read());
  const by = uniform((layer.computeOutputShape(x.shape) as number[]).map(Number), 5);
  const loss = (given: Tensor) => (layer.apply(given) as Tensor).mul(by).sum().asScalar();
  const byInputs = tf.grad(loss)(x);
  const { grads } = tf.variableGrads(() => loss(x), [weights as never]);
  return { output: numbers(layer.apply(x) as Tensor), x: numbers(byInputs), w: numbers(Object.values(grads)[0]) };
}

const KINDS: [string, EqlLayerOptions, number[]][] = [
  ["the paper's", { deviation: 0.3 }, [33, 3]],
  ["every primitive", { primitives: ALL, deviation: 0.3 }, [17, 2]],
  ["every primitive, unit gains, dense", { primitives: ALL, gains: "unit", dense: true, deviation: 0.3 }, [17, 2]],
  ["one layer, several outputs", { layers: 1, outputs: 3, deviation: 0.3 }, [5, 4]],
  ["replicas on the same inputs", { replicas: 8, primitives: ["sin", "product", "identity"], deviation: 0.5 }, [9, 2]],
  ["replicas on inputs of their own", { replicas: 3, primitives: ["exp", "product"], dense: true }, [9, 3, 2]],
  ["rows in two dimensions", { primitives: ["square", "identity"], outputs: 2 }, [4, 6, 3]],
];

describe("EqlLayer computes", () => {
  for (const [name, options, shape] of KINDS) {
    it(`the same by the kernel and by operations of tfjs, and the same gradients: ${name}`, () => {
      const x = uniform(shape);
      const fused = look(new EqlLayer({ ...options, seed: 4 }), x);
      const plain = look(new EqlLayer({ ...options, seed: 4, fused: false }), x);
      close(fused.output, plain.output);
      for (const by of ["x", "w"] as const) {
        const scale = Math.max(...plain[by].map(Math.abs));
        close(
          fused[by].map((g) => g / scale),
          plain[by].map((g) => g / scale),
        );
      }
    });
  }

  it("second derivatives: those of the operations of tfjs, and of the formula", () => {
    for (const options of [{ deviation: 0.3 }, { primitives: ALL, dense: true, replicas: 2, deviation: 0.3 }]) {
      const x = uniform([9, 2], 3);
      const [fused, plain] = [true, false].map((fused) => {
        const layer = new EqlLayer({ ...options, gains: "unit", seed: 4, fused });
        layer.apply(x);
        const [weights] = layer.trainableWeights.map((weight) => weight.read());
        // A loss of the slopes, as where a law of motion is asked to hold.
        const slopes = (u: Tensor) => tf.grad((v) => (layer.apply(v) as Tensor).sum().asScalar())(u);
        const loss = (u: Tensor) => slopes(u).square().sum().asScalar();
        const { grads } = tf.variableGrads(() => loss(x), [weights as never]);
        return { x: numbers(tf.grad(loss)(x)), w: numbers(Object.values(grads)[0]) };
      });
      assert.ok(plain.x.some((v) => Math.abs(v) > 1e-3) && plain.w.some((v) => Math.abs(v) > 1e-3));
      close(fused.x, plain.x);
      close(fused.w, plain.w);
    }
    const eql = new EqlLayer({ gains: "unit", dense: true });
    eql.setExpression("sin(u)*v", ["u", "v"]);
    const points = uniform([9, 2], 3) as Tensor2D;
    const slope = (u: Tensor) => tf.grad((v) => (eql.apply(v) as Tensor).sum().asScalar())(u);
    const bend = tf.grad((u) => slope(u).slice([0, 0], [-1, 1]).sum().asScalar())(points) as Tensor2D;
    const expected = (points.arraySync() as number[][]).map(([u, v]) => [-Math.sin(u) * v, Math.cos(u)]);
    close(numbers(bend), expected.flat());
  });

  it("what its wiring says, unit by unit in float64", () => {
    for (const gains of ["paper", "unit"] as const) {
      const layer = new EqlLayer({ primitives: ALL, gains, dense: true, deviation: 0.3, outputs: 2 });
      const x = uniform([6, 2], 3) as Tensor2D;
      const output = numbers(layer.apply(x) as Tensor);
      const weights = numbers(layer.getWeights()[0]);
      const architecture = { inputs: 2, layers: [ALL, ALL], outputs: 2, dense: true, gains };
      const expected = (x.arraySync() as number[][]).flatMap((row) => {
        let units = [...row];
        shapes(architecture).forEach(({ rows, columns, offset }, k) => {
          const seen = k === 0 ? [...row, 1] : [...units, ...row, 1];
          const sums = Array.from({ length: columns }, (_, c) =>
            seen.reduce((sum, value, r) => sum + value * weights[offset + r * columns + c], 0),
          );
          assert.equal(seen.length, rows);
          if (k === 2) units = sums;
          else units = ALL.map((unit) => trainedUnit(unit, gains).value(...sums.splice(0, arity(unit))));
        });
        return units;
      });
      close(output, expected, 1e-4);
    }
  });

  it("on plain JavaScript and on WebAssembly too", async () => {
    const before = tf.getBackend();
    const x = uniform([7, 2]);
    const expected = look(new EqlLayer({ seed: 2, deviation: 0.3 }), x);
    try {
      for (const backend of ["cpu", "wasm"]) {
        assert.ok(await tf.setBackend(backend), backend);
        for (const fused of [true, false]) {
          const found = look(new EqlLayer({ seed: 2, deviation: 0.3, fused }), x);
          close(found.output, expected.output);
          close(found.x, expected.x);
        }
      }
    } finally {
      await tf.setBackend(before);
    }
  });

  it("the same numbers from the same seed, and a replica's whatever their number", () => {
    const of = (options: EqlLayerOptions) => {
      const layer = new EqlLayer(options);
      layer.build([null, 2]);
      return numbers(layer.getWeights()[0]);
    };
    assert.deepEqual(of({ seed: 3 }), of({ seed: 3 }));
    assert.notDeepEqual(of({ seed: 3 }), of({ seed: 4 }));
    assert.deepEqual(of({ seed: 3, replicas: 4 }).slice(0, 378), of({ seed: 3 }));
  });
});

describe("EqlLayer trains", () => {
  const x = uniform([128, 2], 2);
  const y = tf.tidy(() => tf.mul(x.slice([0, 0], [-1, 1]), x.slice([0, 1], [-1, 1])));
  const small: EqlLayerOptions = { layers: 1, primitives: ["identity", "square", "square", "product"], deviation: 0.3 };

  it("by compile and fit, gets sparse, and its formula is the law", async () => {
    const model = tf.sequential();
    const eql = new EqlLayer({ ...small, inputShape: [2], penalty: { weight: 5e-3, from: 100, full: 300 } });
    model.add(eql);
    model.compile({ optimizer: tf.train.adam(2e-2), loss: "meanSquaredError" });
    await model.fit(x, y, { epochs: 150, batchSize: 32, verbose: 0 });
    assert.equal(eql.step, 600);
    const left = eql.mask(0.02);
    assert.ok(left < 12, `${left} weights`);
    assert.equal(eql.weightsLeft, left);
    eql.penalty = 0;
    model.compile({ optimizer: tf.train.adam(1e-2), loss: "meanSquaredError" });
    const { history } = await model.fit(x, y, { epochs: 100, batchSize: 32, verbose: 0 });
    assert.ok(Number(history.loss.at(-1)) < 1e-6, String(history.loss.at(-1)));
    assert.equal(eql.weightsLeft, left);
    const formula = eql.expression(["a", "b"], { digits: 3 });
    assert.match(formula, /^(0\.999|1\.00?1?|1\*)?\*?(a\*b|b\*a)$/);
    model.dispose();
  });

  it("in a loop of one's own, behind other layers, without a tensor left over", () => {
    const input = tf.input({ shape: [2] });
    const hidden = tf.layers.dense({ units: 2, activation: "tanh" }).apply(input) as never;
    const eql = new EqlLayer({ ...small, sparsity: "L0", replicas: 3 });
    const model = tf.model({ inputs: input, outputs: eql.apply(hidden) as never });
    const optimizer = tf.train.adam(1e-2);
    const targets = y.expandDims(1).tile([1, 3, 1]);
    const step = () =>
      optimizer.minimize(() => {
        const error = tf.losses.meanSquaredError(targets, model.apply(x, { training: true }) as Tensor);
        return tf.addN([error, ...model.calculateLosses()]).asScalar();
      });
    step();
    const { numTensors } = tf.memory();
    for (let i = 0; i < 1000; i++) step();
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(eql.step, 1001);
    assert.ok(eql.expression(["u", "v"], { replica: 2 }).length > 0);
    assert.equal(tf.memory().numTensors, numTensors);
    optimizer.dispose();
  });

  it("gets smaller by the penalty alone, whichever; the price follows its schedule", () => {
    for (const sparsity of ["L0.5", "L0"] as const) {
      const eql = new EqlLayer({ ...small, sparsity, penalty: { weight: 1, from: 2, full: 4, until: 6 } });
      eql.build([null, 2]);
      const priced = Array.from({ length: 8 }, () => {
        eql.apply(x);
        return eql.calculateLosses()[0].dataSync()[0];
      });
      const full = priced[4];
      close(
        priced.map((price) => price / full),
        [0, 0, 1 / 3, 2 / 3, 1, 1, 0, 0],
      );
      eql.penalty = 1e-2;
      const optimizer = tf.train.adam(1e-2);
      for (let i = 0; i < 400; i++) {
        optimizer.minimize(() => {
          eql.apply(x);
          return eql.calculateLosses()[0];
        });
      }
      refused(() => eql.mask(), /no way from an input to an output\. The largest weight is/);
    }
  });

  it("shows in TensorBoard: tfjs-node's callback writes its event files", {
    skip: tf.getBackend() !== "tensorflow",
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "eqlab-"));
    try {
      const model = tf.sequential({ layers: [new EqlLayer({ ...small, inputShape: [2] })] });
      model.compile({ optimizer: "adam", loss: "meanSquaredError" });
      await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: tf.node.tensorBoard(folder) });
      assert.ok(readdirSync(join(folder, "train")).some((file) => file.includes("tfevents")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("EqlLayer is saved and loaded", () => {
  it("with its weights, what was taken out, its penalty and steps, L0's gates too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "eqlab-"));
    try {
      for (const sparsity of ["L0.5", "L0", "none"] as const) {
        const eql = new EqlLayer({
          inputShape: [2],
          sparsity,
          gains: "unit",
          penalty: { weight: 1e-3, until: 9 },
          name: "law",
        });
        const model = tf.sequential({ layers: [eql, tf.layers.dense({ units: 1 })] });
        eql.mask(0.3);
        eql.calculateLosses();
        await model.save(`file://${folder}`);
        const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
        const again = loaded.getLayer("law") as EqlLayer;
        assert.ok(again instanceof EqlLayer);
        assert.deepEqual(again.getConfig(), eql.getConfig());
        const x = uniform([5, 2]);
        assert.deepEqual(numbers(loaded.predict(x) as Tensor), numbers(model.predict(x) as Tensor));
        assert.equal(again.weightsLeft, eql.weightsLeft);
        assert.equal(again.expression(["x", "y"]), eql.expression(["x", "y"]));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("and disposed of", () => {
    const { numTensors } = tf.memory();
    const model = tf.sequential({ layers: [new EqlLayer({ inputShape: [3], sparsity: "L0" })] });
    assert.ok(tf.memory().numTensors > numTensors);
    model.dispose();
    assert.equal(tf.memory().numTensors, numTensors);
  });

  it("can be made a class of one's own", () => {
    class Own extends EqlLayer {
      static override readonly className: string = "Own";
      twice = 2;
    }
    const own = new Own({ layers: 1 });
    assert.ok(own instanceof Own && own instanceof EqlLayer);
    assert.equal(own.twice, 2);
  });
});

describe("the formula of an EqlLayer", () => {
  it("has the values of the network, for networks with holes of every kind", () => {
    const primitives = ["constant", "identity", "square", "sin", "exp", "sigmoid", "product", "cos", "tanh", "cube"];
    for (let seed = 1; seed <= 12; seed++) {
      const numbersOf = random(seed, 3);
      const eql = new EqlLayer({
        ...{ primitives, deviation: 0.7, seed, outputs: 2, dense: seed % 2 === 0 },
        gains: seed % 3 === 0 ? "paper" : "unit",
      });
      const x = uniform([20, 2], seed);
      eql.apply(x);
      const [weights, kept] = eql.getWeights();
      const holes = Float32Array.from(numbers(kept), () => (numbersOf.uniform() < 0.25 ? 1 : 0));
      eql.setWeights([weights, tf.tensor(holes, kept.shape)]);
      const left = eql.mask(0);
      const values = (eql.apply(x) as Tensor2D).arraySync() as number[][];
      const rows = x.arraySync() as number[][];
      const columns = { a: rows.map(([a]) => a), b: rows.map(([, b]) => b) };
      for (const output of [0, 1]) {
        const formula = eql.expression(["a", "b"], { output, digits: 17 });
        close(
          Array.from(evaluate(parse(formula), columns, 20)),
          values.map((row) => row[output]),
          2e-4,
        );
      }
      assert.ok(left > 0);
    }
  });
});

describe("EqlLayer says what is wrong", () => {
  const make = (options: object) => () => new EqlLayer(options as EqlLayerOptions);
  it("with options", () => {
    refused(make({ primitive: ["sin"] }), /no option "primitive". Did you mean "primitives"/);
    refused(make({ layers: [8, 8] }), /layers is the number of hidden layers/);
    refused(make({ primitives: "sin" }), /primitives must be a list/);
    refused(make({ primitives: [["sin"], ["exp"]], layers: 3 }), /3 hidden layers, and primitives for 2/);
    refused(make({ sparsity: "L1" }), /sparsity must be "L0.5", "L0" or "none", not "L1"/);
    refused(make({ penalty: -1 }), /penalty must be a number from 0 on/);
    refused(make({ penalty: { weight: 1, from: 10, until: 5 } }), /must follow each other/);
    refused(make({ replicas: 0 }), /replicas must be a whole number from 1 on/);
    refused(make({ deviation: [1, 2] }), /deviation must be a number above 0, or 3 of them/);
    refused(() => new EqlLayer({ primitives: ["sine"] }).build([null, 2]), /Hidden layer 1.*Did you mean "sin"/);
  });

  it("with data", () => {
    const eql = new EqlLayer({ name: "law", layers: 1 });
    refused(() => eql.expression(["x"]), /law has no weights yet/);
    eql.apply(tf.zeros([4, 3]));
    refused(() => eql.apply(tf.zeros([4, 2])), /law takes tensors of shape \[rows, 3\]; this one has \[4, 2\]/);
    refused(() => eql.apply([tf.zeros([4, 3]), tf.zeros([4, 3])]), /takes one tensor of inputs, not 2/);
    refused(() => eql.expression(["x", "y"]), /The layer has 3 inputs: give a name for each, such as \["x","y","z"\]/);
    refused(() => eql.expression(["x", "y", "z"], { output: 1 }), /there is no output 1/);
    refused(() => eql.expression(["x", "y", "z"], { replica: 1 }), /there is no replica 1/);
    refused(() => new EqlLayer({ layers: 3 }).apply(tf.zeros([5])), /takes tensors of shape/);
    const replicas = new EqlLayer({ replicas: 4 });
    replicas.apply(tf.zeros([5, 3]));
    refused(() => replicas.apply(tf.zeros([5, 3, 3])), /\[rows, 3\] or \[rows, 4, 3\]; this one has \[5, 3, 3\]/);
  });

  it("with a training that went astray, and with too many weights for a formula", () => {
    const eql = new EqlLayer({ layers: 3 });
    eql.build([null, 3]);
    refused(() => eql.expression(["x", "y", "z"]), /weights at work.*mask\(threshold\)/);
    const [weights, kept] = eql.getWeights();
    eql.setWeights([weights.mul(Number.NaN), kept]);
    refused(() => eql.expression(["x", "y", "z"]), /not numbers any more/);
    refused(() => eql.mask(), /not numbers any more.*lower learning rate/);
  });
});
