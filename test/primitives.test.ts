import assert from "node:assert/strict";
import { test } from "node:test";
import { variable } from "../src/expression/build.js";
import { differentiate } from "../src/expression/differentiate.js";
import { evaluate } from "../src/expression/evaluate.js";
import { DEFAULT_PRIMITIVES, PRIMITIVES, trainedUnit, type UnitFunction } from "../src/primitives.js";
import { Memory } from "../src/search/kernel/memory.js";
import { close } from "./search/help.js";

/** Pairs of inputs; a primitive of one input takes the first. Only where the real value exists. */
const POINTS = [
  [0.3, 0.7],
  [1.9, -1.3],
  [0.85, 2.4],
  [-0.6, 1.2],
  [-2.1, -0.4],
] as const;

const units = new Map<string, UnitFunction>();
for (const { unit } of Object.values(PRIMITIVES)) if (unit) units.set(unit.name, unit);

/** Every primitive at every point where it is finite: name, primitive, inputs. */
function* eachPoint() {
  for (const [name, primitive] of Object.entries(PRIMITIVES)) {
    let defined = 0;
    for (const point of POINTS) {
      const inputs = point.slice(0, Math.max(1, primitive.value.length));
      if (!Number.isFinite(primitive.value(...inputs))) continue;
      if (name === "power" && inputs[0] < 0) continue;
      defined++;
      yield { name, primitive, inputs };
    }
    assert.ok(defined >= 3, `${name} has a value at ${defined} points only`);
  }
}

/** Richardson's central difference, good to about 1e-11. */
function slope(f: (u: number) => number, u: number, h = 1e-3): number {
  const central = (step: number) => (f(u + step) - f(u - step)) / (2 * step);
  return (64 * central(h / 4) - 20 * central(h / 2) + central(h)) / 45;
}

test("gradients agree with finite differences", () => {
  for (const { name, primitive, inputs } of eachPoint()) {
    const gradient = primitive.gradient(...inputs);
    assert.equal(gradient.length, primitive.value.length, name);
    gradient.forEach((derivative, k) => {
      const along = (u: number) => primitive.value(...inputs.map((v, i) => (i === k ? u : v)));
      close(derivative, slope(along, inputs[k]), 1e-9, `${name}(${inputs}) by input ${k}`);
    });
  }
});

test("gradients of trained units agree with finite differences, at poles and edges too", () => {
  for (const [name, { value, trained }] of Object.entries(PRIMITIVES)) {
    if (!trained) continue;
    for (const gains of ["paper", "unit"] as const) {
      const unit = trainedUnit(name, gains);
      for (const point of [...POINTS, [0, 0], [0.004, 0.003], [-0.002, 1.5]] as const) {
        const inputs = point.slice(0, value.length);
        unit.gradient(...inputs).forEach((derivative, k) => {
          const along = (u: number) => unit.value(...inputs.map((v, i) => (i === k ? u : v)));
          close(derivative, slope(along, inputs[k], 1e-4), 1e-6, `${name}(${inputs}) by input ${k}, ${gains}`);
        });
      }
    }
  }
});

test("far from poles and edges a trained unit is its primitive", () => {
  for (const { name, primitive, inputs } of eachPoint()) {
    const { trained, value } = primitive;
    if (!trained || (name === "asin" && Math.abs(inputs[0]) > 0.99)) continue;
    const { inner, outer, offset } = trained.paper;
    const wanted = outer * value(...inputs) + offset;
    close(trainedUnit(name, "paper").value(...inputs.map((u) => u / inner)), wanted, 2e-3, `${name}(${inputs})`);
  }
});

test("gradients agree with TensorFlow's", async () => {
  const tf = await import("@tensorflow/tfjs-node");
  type Tensor = ReturnType<typeof tf.sin>;
  const inTensorFlow: Record<string, (u: Tensor, v: Tensor) => Tensor> = {
    constant: (u) => tf.onesLike(u),
    identity: (u) => tf.mul(u, 1),
    square: (u) => tf.square(u),
    sin: (u) => tf.sin(u),
    exp: (u) => tf.exp(u),
    sigmoid: (u) => tf.sigmoid(u),
    product: (u, v) => tf.mul(u, v),
    cos: (u) => tf.cos(u),
    tanh: (u) => tf.tanh(u),
    log: (u) => tf.log(u),
    sqrt: (u) => tf.sqrt(u),
    cube: (u) => tf.mul(u, tf.square(u)),
    asin: (u) => tf.asin(u),
    inverse: (u) => tf.reciprocal(u),
    division: (u, v) => tf.div(u, v),
    power: (u, v) => tf.pow(u, v),
  };
  assert.deepEqual(Object.keys(inTensorFlow).sort(), Object.keys(PRIMITIVES).sort(), "a primitive has no line here");
  for (const { name, primitive, inputs } of eachPoint()) {
    const tensors = inputs.map((v) => tf.scalar(v));
    const f = (...of: Tensor[]) => inTensorFlow[name](of[0], of[1]);
    close(f(...tensors).dataSync()[0], primitive.value(...inputs), 1e-6, `value of ${name}(${inputs})`);
    if (name === "constant") continue;
    const gradients = tf.grads(f)(tensors);
    primitive.gradient(...inputs).forEach((derivative, k) => {
      close(gradients[k].dataSync()[0], derivative, 3e-6, `${name}(${inputs}) by input ${k}`);
    });
  }
});

test("the symbolic form has the value, and its derivative is the gradient", () => {
  for (const { name, primitive, inputs } of eachPoint()) {
    const names = ["u", "v"].slice(0, inputs.length);
    const tree = primitive.expression(...names.map(variable));
    const columns = Object.fromEntries(names.map((n, i) => [n, [inputs[i]]]));
    close(evaluate(tree, columns, 1)[0], primitive.value(...inputs), 1e-15, name);
    primitive.gradient(...inputs).forEach((derivative, k) => {
      close(evaluate(differentiate(tree, names[k]), columns, 1)[0], derivative, 1e-14, `${name} by ${names[k]}`);
    });
  }
});

test("the default primitives are the paper's, and all of them are known", () => {
  assert.deepEqual(DEFAULT_PRIMITIVES, ["constant", "identity", "square", "sin", "exp", "sigmoid", "product"]);
  for (const name of DEFAULT_PRIMITIVES) assert.ok(Object.hasOwn(PRIMITIVES, name), name);
});

test("inverse functions undo their functions, with the right derivative, where they say they are defined", () => {
  let inverses = 0;
  for (const { name, value, inverse } of units.values()) {
    if (!inverse) continue;
    inverses++;
    for (const y of [-40, -2, -1, -0.9, -0.2, 0, 0.1, 0.5, 0.99, 1, 3, 20]) {
      if (!inverse.defined(y)) {
        // log leaves out what would overflow when it is squared.
        const undone = Math.abs(y) < 30 && Math.abs(value(inverse.value(y)) - y) < 1e-9;
        assert.ok(!undone || !Number.isFinite(inverse.value(y)), `${name} could invert ${y}`);
        continue;
      }
      close(value(inverse.value(y)), y, 1e-12, `${name} of its inverse at ${y}`);
      close(
        inverse.derivative(y) / slope(inverse.value, y, 1e-4 * Math.max(0.1, Math.abs(y))),
        1,
        1e-7,
        `${name}⁻¹′(${y})`,
      );
    }
  }
  assert.ok(inverses >= 4);
});

test("only functions that swallow a bias as a factor have none", () => {
  for (const { name, value, biased } of units.values()) {
    const ratio = (u: number) => value(u + 0.7) / value(u);
    const swallows = Math.abs(ratio(0.4) / ratio(1.3) - 1) < 1e-12;
    assert.equal(biased, !swallows, name);
  }
});

/** Distance in units of the spacing of float64 numbers at `expected`. */
function ulps(actual: number, expected: number): number {
  if (Object.is(actual, expected) || (Number.isNaN(actual) && Number.isNaN(expected))) return 0;
  const spacing = 2 ** (Math.max(-1022, Math.floor(Math.log2(Math.abs(expected)))) - 52);
  return Math.abs(actual - expected) / spacing;
}

/** Ordinary arguments, ones where reductions change over, and ones near the ends of the range. */
const ORDINARY = Array.from({ length: 401 }, (_, i) => (i - 200) / 8.7);
const EDGES = [
  0,
  1e-300,
  -1e-300,
  1e-9,
  -1e-9,
  Math.PI,
  -Math.PI / 4,
  1e3,
  -650,
  650,
  12345.678,
  -99999.5,
  1e-5,
  Math.SQRT1_2,
];
const ARGUMENTS = [...ORDINARY, ...EDGES];
/** Largest error in ulps of value and derivative; where two numbers near 1 are subtracted, of 1 (`absolute`). */
const PRECISION: Record<string, { value: number; derivative: number; absolute?: true }> = {
  sin: { value: 2, derivative: 2 },
  exp: { value: 2, derivative: 2 },
  sigmoid: { value: 4, derivative: 4, absolute: true },
  tanh: { value: 4, derivative: 4, absolute: true },
  log: { value: 2, derivative: 1 },
};
const inRange: Record<string, (u: number) => boolean> = {
  exp: (u) => Math.abs(u) <= 700,
  sigmoid: (u) => Math.abs(u) <= 700,
  log: (u) => u > 0,
};

test("the kernel's functions agree with Math's to a few units in the last place", () => {
  const memory = new Memory();
  const inKernel = [...units.values()].flatMap(({ column, ...unit }) => (column ? [{ column, ...unit }] : []));
  assert.deepEqual(inKernel.map(({ name }) => name).sort(), Object.keys(PRECISION).sort());
  for (const { name, value, derivative, column } of inKernel) {
    const { absolute, ...allowed } = PRECISION[name];
    const x = Float64Array.from(ARGUMENTS.filter(inRange[name] ?? (() => true)));
    const [at, h, d] = [memory.store(x), memory.column(x.length), memory.column(x.length)];
    column(memory.kernel)(at, h, d, x.length);
    const values = memory.view(h, x.length);
    const derivatives = memory.view(d, x.length);
    x.forEach((u, i) => {
      const unit = (expected: number) => (absolute ? Math.max(1, Math.abs(expected)) : expected);
      const off = (actual: number, expected: number) =>
        absolute ? Math.abs(actual - expected) / 2 ** -52 / unit(expected) : ulps(actual, expected);
      for (const [actual, expected, most, what] of [
        [values[i], value(u), allowed.value, "value"],
        [derivatives[i], derivative(u), allowed.derivative, "derivative"],
      ] as const) {
        assert.ok(off(actual, expected) <= most, `${what} of ${name}(${u}): ${actual}, not ${expected}`);
      }
    });
  }
});

test("the kernel's functions treat every row alike, whatever the number of rows", () => {
  const memory = new Memory();
  const x = Float64Array.from([0.3, 1.7, 2.9, 0.01, 5.5, 0.6, 3.3, 1.1, 0.2]);
  for (const { name, column } of units.values()) {
    if (!column) continue;
    const [at, h, d] = [memory.store(x), memory.column(10), memory.column(10)];
    column(memory.kernel)(at, h, d, 8);
    const all = [...memory.view(h, 8), ...memory.view(d, 8)];
    for (let n = 1; n <= 8; n++) {
      memory.view(h, 10).fill(77);
      memory.view(d, 10).fill(77);
      column(memory.kernel)(at, h, d, n);
      assert.deepEqual([...memory.view(h, n)], all.slice(0, n), `${name} of ${n} rows`);
      assert.deepEqual([...memory.view(d, n)], all.slice(8, 8 + n), `${name}′ of ${n} rows`);
      assert.deepEqual([memory.view(h, 10)[n], memory.view(d, 10)[n]], [77, 77], `${name} writes past row ${n}`);
    }
  }
});

test("outside its range a function of the kernel gives what a fit refuses, and never a wrong number", () => {
  const memory = new Memory();
  const at = (name: "sin" | "exp" | "log" | "sigmoid" | "tanh", u: number) => {
    const [x, h, d] = [memory.store([u]), memory.column(1), memory.column(1)];
    memory.kernel[name](x, h, d, 1);
    return memory.f64[h >> 3];
  };
  assert.ok(at("exp", 1e4) > 1e300);
  assert.equal(at("exp", -1e4), Math.exp(-700));
  for (const u of [0, -1, Number.NaN]) assert.ok(Number.isNaN(at("log", u)), `log(${u})`);
  for (const u of [1e6, -1e9, Number.NaN]) assert.ok(Number.isNaN(at("sin", u)), `sin(${u})`);
  assert.deepEqual([at("sigmoid", 1e5), at("tanh", 1e5), at("tanh", -1e5)], [1, 1, -1]);
});
