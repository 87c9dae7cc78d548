import assert from "node:assert/strict";
import { test } from "node:test";
import { arrowFormula } from "../../src/expression/arrow.js";

test("a function of one expression is the formula of its body, whatever its parameters are called", () => {
  const formula = (of: (...inputs: number[]) => number) => arrowFormula(of, ["u", "v"]);
  assert.equal(
    formula((t) => 1 / (1 + t ** 2)),
    "1/(1+u^2)",
  );
  assert.equal(
    formula((a, b) => Math.sqrt(a * a + b * b)),
    "sqrt(u*u+v*v)",
  );
  assert.equal(
    formula((v, u) => v / (v + u)),
    "u/(u+v)",
    "by place, not by name",
  );
  assert.equal(
    formula((x) => Math.sin(Math.PI * x)),
    "sin(3.141592653589793*u)",
  );
  assert.equal(
    formula((x) => {
      return 2 * x;
    }),
    "2*u",
  );
  assert.equal(
    // biome-ignore lint/complexity/useArrowFunction: how a function is written is what is tested
    formula(function (x) {
      return Math.exp(-x);
    }),
    "exp(-u)",
  );
});

test("what is no formula, or another one than its text, is refused", () => {
  const width = 2;
  const refused: [(...inputs: number[]) => number, RegExp][] = [
    [(x) => x / width, /width is no parameter/],
    [Math.sin, /is not one expression/],
    [(x) => (x > 0 ? x : -1), /not understood/],
    [(x) => Math.max(x, 1), /not understood/],
    [
      (x) => {
        const y = x * x;
        return y;
      },
      /is not one expression/,
    ],
  ];
  for (const [of, what] of refused) assert.throws(() => arrowFormula(of, ["u", "v"]), what);
  // The parser's sin is the true one; a function that calls another of that name is not what its text says.
  const Shadow = { sin: (x: number) => x };
  const shadowed = new Function("Math", "return (x) => Math.sin(x)")(Shadow);
  assert.throws(() => arrowFormula(shadowed, ["u"]), /gives .* where its text says/);
});
