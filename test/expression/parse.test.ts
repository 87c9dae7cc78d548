import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/expression/parse.js";
import { valueAt } from "./random-tree.js";

test("operators bind as in mathematics", () => {
  const point = { x: 2, a: 3, b: 5 };
  const cases: Readonly<Record<string, number>> = {
    "-x^2": -4,
    "(-x)^2": 4,
    "2^3^2": 512,
    "2^-x": 0.25,
    "-2^-2": -0.25,
    "a-b-x": -4,
    "a-(b-x)": 0,
    "60/a/b": 4,
    "60/a*b": 100,
    "60/(a*b)": 4,
    "a+b*x^2": 23,
    "--x": 2,
    "+x": 2,
    "a*-x": -6,
    "x**3": 8,
    " 1.5e1 * x ": 30,
    ".5*x": 1,
    "2.*x": 4,
    "1E-2*x": 0.02,
    "sqrt(x+7)*abs(-x)": 6,
    "log(exp(x))": 2,
    pi: Math.PI,
  };
  for (const [text, value] of Object.entries(cases)) {
    assert.ok(Math.abs(valueAt(parse(text), point) - value) < 1e-12, `${text} = ${valueAt(parse(text), point)}`);
  }
});

test("a formula of the benchmark suites has its value", () => {
  const value = valueAt(parse("exp(-(v2/v1)^2/2)/(sqrt(2*3.141592653589793)*v1)"), { v1: 1.3, v2: 2.1 });
  assert.ok(Math.abs(value - Math.exp(-((2.1 / 1.3) ** 2) / 2) / (Math.sqrt(2 * Math.PI) * 1.3)) < 1e-15);
});

test("mistakes are shown where they are", () => {
  assert.throws(() => parse(""), /a number, a name or a bracket is missing/);
  assert.throws(() => parse("x+"), /after "x\+".*is missing/);
  assert.throws(() => parse("2*(x+1"), /after "2\*\(x\+1": "\)" is missing/);
  assert.throws(() => parse("2x"), /after "2": an operator is missing/);
  assert.throws(() => parse("x)"), /after "x": an operator is missing/);
  assert.throws(() => parse("x+$"), /after "x\+": this is not understood/);
  assert.throws(() => parse("sine(x)"), /no function "sine"/);
  assert.throws(() => parse("constructor(x)"), /no function "constructor"/);
});
