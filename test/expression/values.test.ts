/**
 * Every printed form of thousands of random formulas, read by a reader that is not eqlab's own, has the value of the tree to
 * the last digits: that is, to REORDERED times the rounding of its operations. It is printed in another order than it is
 * computed in, so the last place may differ.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { toJavaScript } from "../../src/expression/javascript.js";
import { toMathML } from "../../src/expression/mathml.js";
import { parse } from "../../src/expression/parse.js";
import { toPython } from "../../src/expression/python.js";
import { toText } from "../../src/expression/text.js";
import { valueOfMathML } from "./mathml-reader.js";
import { roundingAt, tameTrees, VARIABLES, valueAt } from "./random-tree.js";

const REORDERED = 4;
/** SymPy takes 10 ms for a formula. */
const FOR_SYMPY = process.env.EQLAB_FULL ? 3_000 : 300;

const trees = [...tameTrees(3_000)].map((one) => ({ ...one, rounding: roundingAt(one.tree, one.point) }));
const arguments_ = trees.map(({ point }) => VARIABLES.map((name) => point[name]));

/** @param found the value of each formula as a reader of a printed form finds it */
function compare(found: readonly number[], print: (tree: (typeof trees)[number]["tree"]) => string): void {
  for (const [i, value] of found.entries()) {
    const { seed, tree, value: its, rounding } = trees[i];
    const off = Math.abs(value - its);
    assert.ok(off <= REORDERED * rounding, `tree ${seed}: ${print(tree)} is ${value} instead of ${its}, off by ${off}`);
  }
}

test("most of the formulas are known to twelve digits or more", () => {
  const known = trees.filter(({ value, rounding }) => rounding < 1e-12 * Math.max(1, Math.abs(value)));
  assert.ok(known.length > 0.95 * trees.length, `${known.length} of ${trees.length}`);
});

test("text", () => {
  compare(
    trees.map(({ tree, point }) => valueAt(parse(toText(tree)), point)),
    toText,
  );
  for (const { tree } of trees) {
    const text = toText(parse(toText(tree)));
    assert.equal(toText(parse(text)), text, "reading and printing comes to rest");
  }
});

test("JavaScript", () => {
  const laws: ((...of: number[]) => number)[] = runInNewContext(
    `"use strict"; [${trees.map(({ tree }) => toJavaScript(tree, VARIABLES)).join(",\n")}]`,
  );
  compare(
    laws.map((law, i) => law(...arguments_[i])),
    toJavaScript,
  );
});

test("TeX as Temml reads it, and so MathML", () => {
  const printed = ({ tree }: Pick<(typeof trees)[number], "tree">) => toMathML(tree, { digits: 17 });
  compare(
    trees.map(({ tree, point: { x, y_1, omega } }) => valueOfMathML(printed({ tree }), { x, y1: y_1, ω: omega })),
    (tree) => printed({ tree }),
  );
});

test("Python with NumPy, and SymPy", (t) => {
  const python = pythonWith("numpy", "sympy");
  if (!python) return t.skip("there is no Python with NumPy and SymPy: npm run setup");
  const input = {
    names: VARIABLES,
    points: arguments_,
    numpy: trees.map(({ tree }) => toPython(tree, VARIABLES)),
    whole: toPython(parse("(x^-2+2^(-x)+x^3/7)/x")),
    sympy: trees.slice(0, FOR_SYMPY).map(({ tree }) => toText(tree)),
  };
  const { status, stdout, stderr } = spawnSync(python, ["-c", PROGRAM], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, stderr);
  const { numpy, sympy, whole } = JSON.parse(stdout);
  assert.deepEqual([numpy.length, sympy.length], [trees.length, FOR_SYMPY]);
  compare(numpy, toPython);
  compare(sympy, toText);
  assert.ok(Math.abs(whole - (1 / 9 + 1 / 8 + 27 / 7) / 3) < 1e-15, "columns of whole numbers");
});

/** SymPy computes the value to 30 digits, from the numbers as they are in float64. */
const PROGRAM = `
import json, sys
import numpy as np, sympy
np.seterr(all="ignore")
given = json.load(sys.stdin)
names, points = given["names"], given["points"]
symbols = [sympy.Symbol(name) for name in names]
def by_numpy(source, point):
    return float(np.ravel(eval(source)(*[np.array([value]) for value in point]))[0])
def by_sympy(text, point):
    formula = sympy.sympify(text, locals=dict(zip(names, symbols)))
    return float(formula.evalf(30, subs=dict(zip(symbols, point))))
json.dump({
    "numpy": [by_numpy(*one) for one in zip(given["numpy"], points)],
    "sympy": [by_sympy(*one) for one in zip(given["sympy"], points)],
    "whole": by_numpy(given["whole"], [3]),
}, sys.stdout)
`;

function pythonWith(...modules: string[]): string | undefined {
  const candidates = [".venv/bin/python", ".venv\\Scripts\\python.exe"].filter(existsSync);
  const imports = `import ${modules.join(", ")}`;
  return [...candidates, "python3"].find((one) => spawnSync(one, ["-c", imports]).status === 0);
}
