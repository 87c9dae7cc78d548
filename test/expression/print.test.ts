import assert from "node:assert/strict";
import { test } from "node:test";
import nerdamer from "nerdamer";
import { toJavaScript } from "../../src/expression/javascript.js";
import { parse } from "../../src/expression/parse.js";
import { toPython } from "../../src/expression/python.js";
import { toText } from "../../src/expression/text.js";
import type { Expression } from "../../src/expression/tree.js";
import { tameTrees, VARIABLES, valueAt } from "./random-tree.js";

const x: Expression = { kind: "variable", name: "x" };
const a: Expression = { kind: "variable", name: "a" };
const b: Expression = { kind: "variable", name: "b" };
const number = (value: number): Expression => ({ kind: "number", value });
const sum = (...terms: Expression[]): Expression => ({ kind: "sum", terms });
const product = (...factors: Expression[]): Expression => ({ kind: "product", factors });
const power = (base: Expression, exponent: Expression): Expression => ({ kind: "power", base, exponent });
const call = (primitive: string, argument: Expression): Expression => ({
  kind: "call",
  primitive,
  arguments: [argument],
});
const minus = (of: Expression) => product(number(-1), of);

/** How precedence can go wrong, in raw trees: [tree, text, JavaScript, Python]. */
const TRAPS: readonly (readonly [Expression, string, string, string])[] = [
  [power(minus(x), number(2)), "(-x)^2", "Math.pow(-x, 2)", "(-x)**2.0"],
  [minus(power(x, number(2))), "-x^2", "-Math.pow(x, 2)", "-x**2.0"],
  [power(sum(a, b), number(-1)), "1/(a+b)", "1 / (a + b)", "1.0 / (a + b)"],
  [product(a, power(product(b, x), number(-1))), "a/(b*x)", "a / (b * x)", "a / (b * x)"],
  [product(a, power(b, number(-1)), power(x, number(-2))), "a/(b*x^2)", "a / (b * Math.pow(x, 2))", "a / (b * x**2.0)"],
  [sum(a, minus(sum(b, minus(x)))), "a-(b-x)", "a - (b - x)", "a - (b - x)"],
  [power(number(2), x), "2^x", "Math.pow(2, x)", "2.0**x"],
  [power(number(-2), x), "(-2)^x", "Math.pow(-2, x)", "(-2.0)**x"],
  [power(power(x, number(2)), number(3)), "(x^2)^3", "Math.pow(Math.pow(x, 2), 3)", "(x**2.0)**3.0"],
  [power(x, power(a, b)), "x^(a^b)", "Math.pow(x, Math.pow(a, b))", "x**(a**b)"],
  [power(x, number(-2)), "x^(-2)", "Math.pow(x, -2)", "x**(-2.0)"],
  [power(x, number(1 / 3)), "x^(1/3)", "Math.pow(x, 1/3)", "x**(1.0/3.0)"],
  [power(call("sin", x), number(2)), "(sin(x))^2", "Math.pow(Math.sin(x), 2)", "(np.sin(x))**2.0"],
  [
    call("exp", minus(power(sum(x, number(1)), number(2)))),
    "exp(-(x+1)^2)",
    "Math.exp(-Math.pow(x + 1, 2))",
    "np.exp(-(x + 1.0)**2.0)",
  ],
  [product(number(1e-30), x), "1e-30*x", "1e-30 * x", "1e-30 * x"],
  [product(number(-6.626e-34), x), "-6.626e-34*x", "-6.626e-34 * x", "-6.626e-34 * x"],
  [number(1e21), "1e21", "1e21", "1e21"],
  [product(x, number(-2)), "-x*2", "-x * 2", "-x * 2.0"],
  [product(minus(a), minus(b)), "a*b", "a * b", "a * b"],
  [sum(minus(power(x, number(2))), number(1)), "1-x^2", "1 - Math.pow(x, 2)", "1.0 - x**2.0"],
  [product(number(1 / 3), x), "x/3", "x / 3", "x / 3.0"],
  [product(number(2 / 3), x), "2/3*x", "2/3 * x", "2.0/3.0 * x"],
  [power(x, number(0.5)), "sqrt(x)", "Math.sqrt(x)", "np.sqrt(x)"],
  [call("abs", minus(x)), "abs(-x)", "Math.abs(-x)", "np.abs(-x)"],
  [call("asin", x), "asin(x)", "Math.asin(x)", "np.arcsin(x)"],
];

test("precedence traps print as a person would write them", () => {
  for (const [tree, text, javascript, python] of TRAPS) {
    assert.equal(toText(tree), text);
    assert.equal(toJavaScript(tree).replace(/^.*=> /, ""), javascript);
    assert.equal(toPython(tree).replace(/^.*?: /, ""), python);
  }
});

test("parameters of JavaScript and Python are the given ones, else the formula's own variables", () => {
  const tree = sum(x, a);
  assert.equal(toJavaScript(tree), "(x, a) => x + a");
  assert.equal(toJavaScript(tree, ["a", "b", "x"]), "(a, b, x) => x + a");
  assert.equal(toPython(tree, ["a", "x"]), "lambda a, x: x + a");
  assert.equal(toPython(number(3)), "lambda: 3.0");
});

test("numbers keep every digit", () => {
  for (const value of [
    0.1 + 0.2,
    1 / 3,
    6.62607015e-34,
    5e-324,
    Number.MAX_VALUE,
    123456789012345680000,
    1e-6,
    9.9e-7,
  ]) {
    assert.equal(valueAt(parse(toText(number(value))), {}), value);
    assert.equal(new Function(`return (${toJavaScript(number(value))})()`)(), value);
  }
});

test("nerdamer reads the text with the value of the tree", () => {
  for (const { seed, tree, point, scale, value } of tameTrees(150, 3)) {
    const text = toText(tree);
    // nerdamer's own fault: the root of a negative multiple of a function, sqrt(-2*sin(x)), overflows its stack.
    if (/sqrt\(-.*\(/.test(text)) continue;
    const law = nerdamer(text).buildFunction(VARIABLES) as (...args: number[]) => number;
    close(law(...VARIABLES.map((name) => point[name])), value, 1e-9 * scale, `${seed}: ${text}`);
  }
});

function close(actual: number, expected: number, tolerance: number, message: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${message}: ${actual} instead of ${expected}`);
}
