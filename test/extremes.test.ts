import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/expression/parse.js";
import { extremes } from "../src/extremes.js";
import { uniform } from "./search/help.js";

const rows = 100;
const columns = { x: uniform(1, rows), y: uniform(2, rows, 1, 3), t: uniform(3, rows, 1000, 1001) };
const warned = (formula: string) => extremes(parse(formula), columns, rows, "z");

test("a function that hardly bends is named, wherever it stands", () => {
  for (const formula of [
    "2746456.75*sin(3.64e-7*x)*y",
    "exp(x*y*1e-6)",
    "y*(1+1e-6*x)^0.5",
    "3/(1+exp(-1e-5*x))",
    "sin(tanh(1e-4*x))",
    "cos(1.5707963+1e-5*x)/y",
  ]) {
    assert.match(warned(formula).join(), /hardly bends over these data: a straight line/, formula);
  }
  assert.match(warned("2e6*sin(5e-7*x)*y").join(), /^sin\(5e-7\*x\) hardly/);
});

test("terms that cancel are named, inside too, but no shift of an input", () => {
  for (const formula of ["1e4*sin(x)-1e4*sin(x)*1.0001", "y*(2000*exp(x*0.01)-2000-19*x)", "exp(t*0.01)-t*t*0.022"]) {
    assert.match(warned(formula).join(), /Constants run to extremes: terms up to \d/, formula);
  }
});

test("nothing is said of laws as people write them", () => {
  for (const formula of [
    "x^2+sin(6.28*x)",
    "y^1.5",
    "1/(1+exp(-10*x))",
    "(t-1000.5)^2*y",
    "sqrt(t-999)",
    "x*y/2",
    "3",
    "exp(-x^2)",
  ]) {
    assert.deepEqual(warned(formula), [], formula);
  }
});
