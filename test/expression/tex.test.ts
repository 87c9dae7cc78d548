import assert from "node:assert/strict";
import { test } from "node:test";
import { toMathML } from "../../src/expression/mathml.js";
import { parse } from "../../src/expression/parse.js";
import { nameInTeX, toTeX } from "../../src/expression/tex.js";
import { randomTree } from "./random-tree.js";

test("formulas in TeX", () => {
  const cases: Readonly<Record<string, string>> = {
    "(-x)^2": "\\left(-x\\right)^{2}",
    "-x^2": "-x^{2}",
    "1/(a+b)": "\\frac{1}{a+b}",
    "(a+b)*(c-d)/(a*x)": "\\frac{\\left(a+b\\right)\\,\\left(c-d\\right)}{a\\,x}",
    "(a+b)/(c-d)": "\\frac{a+b}{c-d}",
    "a-(b-c)": "a-\\left(b-c\\right)",
    "2*3^x": "2\\cdot 3^{x}",
    "sqrt(abs(x))": "\\sqrt{\\left|x\\right|}",
    "exp(-(x+1)^2)": "\\exp\\left(-\\left(x+1\\right)^{2}\\right)",
    "log(x)": "\\ln\\left(x\\right)",
    "sin(6.283185307179586*omega_0*t)": "\\sin\\left(2\\pi\\,\\omega_{0}\\,t\\right)",
    "1.5707963267948966*x": "\\frac{\\pi}{2}\\,x",
    "2/3*x^(1/3)": "\\frac{2}{3}\\,x^{1/3}",
    "x^(-1/3)": "x^{-1/3}",
    "365.256*axis_au^1.5": "365.256\\,\\mathrm{axis}_{\\mathrm{au}}^{1.5}",
    "x1^2": "x_{1}^{2}",
    "6.62607015e-34*nu": "6.62607\\cdot10^{-34}\\,\\nu",
    "1e-7*x": "10^{-7}\\,x",
    "0.00123*x": "0.00123\\,x",
    "123456789*x": "1.23457\\cdot10^{8}\\,x",
    "31415.92653*x": "31415.9\\,x",
  };
  for (const [text, tex] of Object.entries(cases)) assert.equal(toTeX(parse(text)), tex, text);
});

test("as many digits as asked for", () => {
  assert.equal(toTeX(parse("1.23456789*x"), { digits: 3 }), "1.23\\,x");
  assert.equal(toTeX(parse("0.30000000000000004*x"), { digits: 17 }), "0.30000000000000004\\,x");
  assert.equal(toTeX(parse("6.62607015e-34*x"), { digits: 17 }), "6.62607015\\cdot10^{-34}\\,x");
});

test("names are Greek letters, indices and words", () => {
  const names: Readonly<Record<string, string>> = {
    x: "x",
    x1: "x_{1}",
    x_0: "x_{0}",
    alpha: "\\alpha",
    Omega: "\\Omega",
    Delta_v: "\\Delta_{v}",
    v_max: "v_{\\mathrm{max}}",
    orbital_period_yr: "\\mathrm{orbital}_{\\mathrm{period},\\mathrm{yr}}",
    e_: "e",
    pi_: "\\mathrm{pi}",
    _x: "\\mathrm{\\_x}",
  };
  for (const [name, tex] of Object.entries(names)) assert.equal(nameInTeX(name), tex);
});

test("TeX and MathML of random formulas are well formed", () => {
  for (let seed = 0; seed < 300; seed++) {
    const tree = randomTree(seed);
    const tex = toTeX(tree);
    assertBalanced(tex, /[{}]/g, (mark) => (mark === "{" ? "}" : undefined));
    assertBalanced(tex, /\\(left|right)(?![a-z])/g, (mark) => (mark === "\\left" ? "\\right" : undefined));
    // Temml throws on TeX it does not understand.
    const mathml = toMathML(tree);
    assert.match(mathml, /^<math xmlns=.*<\/math>$/s);
    assertBalanced(mathml, /<\/?\w+(?=[\s>/])/g, (tag) => (tag.startsWith("</") ? undefined : tag.replace("<", "</")));
  }
});

test("MathML of a power law", () => {
  const mathml = toMathML(parse("365.256*a^1.5/omega"));
  assert.match(
    mathml,
    /<mfrac><mrow><mn>365.256<\/mn>.*<msup><mi>a<\/mi><mn>1.5<\/mn><\/msup><\/mrow><mi>ω<\/mi><\/mfrac>/,
  );
});

/** Every opening mark is closed by its own closing mark, in order. */
function assertBalanced(text: string, marks: RegExp, closing: (mark: string) => string | undefined): void {
  const open: string[] = [];
  for (const [mark] of text.matchAll(marks)) {
    const expected = closing(mark);
    if (expected) open.push(expected);
    else assert.equal(open.pop(), mark, text);
  }
  assert.deepEqual(open, [], text);
}
