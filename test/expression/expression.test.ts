import assert from "node:assert/strict";
import { test } from "node:test";
import {
  call,
  difference,
  negative,
  number,
  power,
  product,
  quotient,
  sum,
  variable,
  variables,
} from "../../src/expression/build.js";
import { complexity } from "../../src/expression/complexity.js";
import { differentiate } from "../../src/expression/differentiate.js";
import { evaluate } from "../../src/expression/evaluate.js";
import { FUNCTIONS } from "../../src/expression/functions.js";
import { parse } from "../../src/expression/parse.js";
import { toText } from "../../src/expression/text.js";
import { randomTree, scaleAt, tameTrees, valueAt } from "./random-tree.js";

const x = variable("x");
const y = variable("y");

test("constructors flatten, fold numbers, and drop 0 and 1", () => {
  assert.deepEqual(sum(x, number(1), sum(y, number(2))), { kind: "sum", terms: [x, number(3), y] });
  assert.deepEqual(sum(x, number(0)), x);
  assert.deepEqual(sum(), number(0));
  assert.deepEqual(product(x, number(2), product(number(0.5), y)), { kind: "product", factors: [x, y] });
  assert.deepEqual(product(x, number(3)), { kind: "product", factors: [number(3), x] });
  assert.deepEqual(product(x, number(0)), number(0));
  assert.deepEqual(power(x, number(1)), x);
  assert.deepEqual(power(x, number(0)), number(1));
  assert.deepEqual(power(power(x, number(2)), number(3)), power(x, number(6)));
  assert.deepEqual(call("sqrt", x), power(x, number(0.5)));
  assert.deepEqual(negative(negative(x)), x);
  assert.deepEqual(difference(x, number(1)), sum(x, number(-1)));
  assert.deepEqual(quotient(product(number(5), x), number(6)), product(number(5 / 6), x));
  assert.throws(() => number(Number.NaN), RangeError);
});

test("constructors leave alone what would change a value", () => {
  assert.equal(valueAt(power(power(x, number(2)), number(0.5)), { x: -3 }), 3);
  assert.equal(valueAt(power(number(0), number(-1)), {}), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(valueAt(power(power(x, number(0.5)), number(2)), { x: -3 })));
  assert.equal(valueAt(product(number(1e200), number(1e200), x), { x: 1e-300 }), Number.POSITIVE_INFINITY);
});

test("evaluate works on columns, and gives NaN and infinities as float64 does", () => {
  const tree = parse("2*x^2-y/x+sqrt(y)");
  assert.deepEqual([...evaluate(tree, { x: [1, 2, 0], y: new Float32Array([4, 9, -1]) }, 3)], [0, 6.5, Number.NaN]);
  assert.deepEqual([...evaluate(parse("1/x"), { x: [0, -4] }, 2)], [Number.POSITIVE_INFINITY, -0.25]);
  assert.deepEqual([...evaluate(parse("sqrt(x)"), { x: [-Infinity, 9] }, 2)], [Number.NaN, 3]);
  assert.deepEqual([...evaluate(number(7), {}, 2)], [7, 7]);
});

test("evaluate leaves the columns it is given as they were", () => {
  const column = new Float64Array([1, 2]);
  evaluate(parse("x+x^2+x*x"), { x: column }, 2);
  assert.deepEqual([...column], [1, 2]);
});

test("evaluate names what is missing", () => {
  assert.throws(() => evaluate(x, { y: [1] }, 1), /needs a column "x"; given are y/);
  assert.throws(() => evaluate(variable("toString"), {}, 1), /needs a column "toString"/);
  assert.throws(() => evaluate(x, { x: [1] }, 2), /"x" has 1 values; the formula needs 2/);
  assert.throws(() => evaluate(call("sine", x), { x: [1] }, 1), /no function "sine".*sin, cos/);
});

test("variables are named once, as they are met", () => {
  assert.deepEqual(variables(parse("y*sin(x)+y^x")), ["y", "x"]);
});

test("derivatives agree with finite differences", () => {
  let checked = 0;
  for (const { seed, tree, point } of tameTrees(400, 3)) {
    const slope = valueAt(differentiate(tree, "x"), point);
    const at = (shift: number) => valueAt(tree, { ...point, x: point.x + shift });
    const central = (h: number) => (at(h) - at(-h)) / (2 * h);
    // Richardson's two differences also tell where the function is too rough to say anything.
    const [coarse, fine] = [central(2e-4), central(1e-4)];
    const numeric = (4 * fine - coarse) / 3;
    const scale = Math.max(1, Math.abs(numeric), scaleAt(tree, point));
    if (!(Math.abs(fine - coarse) < 1e-4 * scale)) continue;
    checked++;
    assert.ok(Math.abs(slope - numeric) < 1e-6 * scale, `${seed}: ${toText(tree)}: ${slope} instead of ${numeric}`);
  }
  assert.ok(checked > 300, `only ${checked} trees were smooth enough`);
});

test("the derivative of each function agrees with finite differences", () => {
  for (const name of Object.keys(FUNCTIONS)) {
    for (const u of [0.15, 0.4, 0.83]) {
      const { value, derivative } = FUNCTIONS[name];
      const h = 1e-4;
      const numeric = (8 * (value(u + h) - value(u - h)) - (value(u + 2 * h) - value(u - 2 * h))) / (12 * h);
      assert.ok(
        Math.abs(valueAt(derivative(x), { x: u }) - numeric) < 1e-9 * Math.max(1, Math.abs(numeric)),
        `${name} at ${u}`,
      );
    }
  }
});

/** Counted by hand; those of the suites are the numbers of nodes given there. */
const SIZES: Readonly<Record<string, number>> = {
  x: 1,
  "-x": 1,
  "3.5": 1,
  "2*x": 3,
  "-2*x": 3,
  "2/3*x": 3,
  "x^2": 3,
  "x^(-2)": 3,
  "1/x": 3,
  "a/x": 3,
  "a-b": 3,
  "-x-y": 3,
  "sqrt(x)": 2,
  "sin(x)": 2,
  "sin(6.283185307179586*x)": 4,
  "1/(1+exp(-x))": 6,
  "x^2+sin(6.283185307179586*y)": 8,
  "x^2+y-2*z": 9,
  "(x+y*z)^3": 7,
  "0.5*x*y+0.5*z": 9,
  "exp(-v1^2/2)/sqrt(2*3.141592653589793)": 8,
  "sqrt((v2-v1)^2+(v4-v3)^2)": 12,
  "v3*v1*v2/((v5-v4)^2+(v7-v6)^2+(v9-v8)^2)": 23,
  "v1/sqrt(1-v2^2/v3^2)": 12,
  "365.25*a^1.5": 5,
};

test("complexity counts the nodes of the printed formula", () => {
  for (const [text, size] of Object.entries(SIZES)) assert.equal(complexity(parse(text)), size, text);
});

test("complexity is the number of names, numbers and operators in the text", () => {
  for (let seed = 0; seed < 300; seed++) {
    const tree = randomTree(seed);
    const text = toText(tree).replace(/(^|\()-/g, "$1");
    // 2/3 may be one number or a quotient of two: the text alone does not tell.
    if (/\d\/\d/.test(text)) continue;
    const tokens = text.match(/[a-z]\w*|\d+(\.\d+)?(e[+-]?\d+)?|[-+*/^]/g) ?? [];
    assert.equal(complexity(tree), tokens.length, toText(tree));
  }
});
