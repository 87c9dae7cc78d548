import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/expression/parse.js";
import type { Expression } from "../../src/expression/tree.js";
import { constantsOfNature, dimensionsOfNumbers } from "../../src/units/check.js";
import { type Dimension, inUnits, PURE, times } from "../../src/units/dimension.js";

const base = (unit: string, place: number): Dimension => ({
  powers: Array.from({ length: 3 }, (_, k) => (k === place ? 1 : 0)),
  units: { [unit]: 1 },
});
const [kg, m, s] = ["kg", "m", "s"].map(base);
const UNITS: Record<string, Dimension> = {
  m: kg,
  x: m,
  y: m,
  t: s,
  v: times(m, s, -1),
  c: times(m, s, -1),
  a: times(m, s, -2),
  phi: PURE,
};
const of = (name: string) => UNITS[name];
const cost = (formula: string, target?: Dimension) => constantsOfNature(parse(formula), target, of);
const NEVER = Number.POSITIVE_INFINITY;

test("formulas that hold in any units need no constant of nature", () => {
  assert.equal(cost("m*v^2/2", times(kg, UNITS.v, 2)), 0);
  assert.equal(cost("x+v*t+a*t^2/2", m), 0);
  assert.equal(cost("m/sqrt(1-v^2/c^2)", kg), 0);
  assert.equal(cost("2*pi*sqrt(x/a)", s), 0);
  assert.equal(cost("(x+y)^(1/3)*x^(2/3)", m), 0);
  assert.equal(cost("exp(-x/y)*sin(2*phi)+log(v/c)", PURE), 0);
  assert.equal(cost("abs(x)", m), 0);
  assert.equal(cost("(v/c)^phi", PURE), 0);
  assert.equal(cost("x/y"), 0, "of any dimension");
});

test("where an implied 1 would have to carry a dimension, a formula is broken", () => {
  assert.equal(cost("x+t", m), NEVER);
  assert.equal(cost("x+t"), NEVER, "whatever the target is");
  assert.equal(cost("x", s), NEVER);
  assert.equal(cost("x*y", m), NEVER);
  assert.equal(cost("sin(x)", PURE), NEVER);
  assert.equal(cost("exp(-t)", PURE), NEVER);
  assert.equal(cost("log(x)", PURE), NEVER);
  assert.equal(cost("phi^x", PURE), NEVER);
  assert.equal(cost("x^phi", m), NEVER);
  assert.equal(cost("1/(1+x)", PURE), NEVER, "a written 1 is as pure");
  assert.equal(cost("x-1.0000000000000002*t", m), NEVER, "and one that is off by rounding");
});

test("a written constant can carry a dimension: each that does is counted", () => {
  assert.equal(cost("4.905*t^2", m), 1);
  assert.equal(cost("x+2.5*t", m), 1);
  assert.equal(cost("3*sin(2*t)", m), 2);
  assert.equal(cost("3*sin(2*t)", PURE), 1);
  assert.equal(cost("3*sin(2*phi)", PURE), 0);
  assert.equal(cost("x+3", m), 1);
  assert.equal(cost("2*(x+3)", m), 1);
  assert.equal(cost("0.5*x*y+1.2*x^3", times(m, m)), 1, "the cheaper way");
  assert.equal(cost("0.5*x+1.2*t+0.3*m", kg), 2);
  assert.equal(cost("7", m), 1);
  assert.equal(cost("1", m), 1, "the mean is always a formula");
});

test("a column without a unit may have any dimension", () => {
  assert.equal(cost("x+q", m), 0);
  assert.equal(cost("q*t", m), 0);
  assert.equal(cost("sin(q)+x/y", PURE), 0);
  assert.equal(cost("q*(x+t)", m), NEVER);
});

test("the constants' dimensions come out in the columns' own units", () => {
  const units = (formula: string, target: Dimension) => {
    const found = dimensionsOfNumbers(parse(formula), target, of);
    return [...found].map(([node, dimension]) => [
      (node as Extract<Expression, { kind: "number" }>).value,
      inUnits(dimension),
    ]);
  };
  assert.deepEqual(units("4.905*t^2", m), [[4.905, "m/s^2"]]);
  assert.deepEqual(units("x+2.5*t", m), [[2.5, "m/s"]]);
  assert.deepEqual(units("3*sin(2*t+0.5)", m), [
    [3, "m"],
    [2, "1/s"],
  ]);
  assert.deepEqual(units("m*v^2/2", times(kg, UNITS.v, 2)), []);
  assert.deepEqual(units("0.5*(x+3)^2", times(m, m)), [[3, "m"]]);
  assert.deepEqual(units("x/(y+1.3)*2", m), [
    [2, "m"],
    [1.3, "m"],
  ]);
});
