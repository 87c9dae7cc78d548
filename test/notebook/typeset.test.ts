import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jupyterDisplay } from "../../src/notebook/display.js";
import { tex } from "../../src/notebook/formula.js";
import { formulaInHtml } from "../../src/notebook/html.js";
import { mathFromTeX, typesetHtml, typesetMarkdown } from "../../src/notebook/typeset.js";

const formulas = (html: string) => html.match(/<math/g)?.length ?? 0;

describe("typesetMarkdown", () => {
  it("makes formulas in the line and displayed ones MathML", () => {
    const html = typesetMarkdown("The law $T = a^{3/2}$ and\n\n$$E = mc^2$$\n\nare two.");
    assert.equal(formulas(html), 2);
    assert.match(html, /<msup>/);
    assert.match(html, /display="block"/);
    assert.match(html, /^The law <math/);
    assert.ok(!html.includes("$"));
  });

  it("takes a formula over two lines, but none over paragraphs", () => {
    assert.equal(formulas(typesetMarkdown("$a +\nb$")), 1);
    assert.equal(formulas(typesetMarkdown("costs $a\n\nand b$ more")), 0);
  });

  for (const prose of [
    "from $5 to $6",
    "5 $ and 6 $",
    "`$x$`",
    "``a ` $x$``",
    "```\n$x$\n```",
    "~~~ts\n$x$\n~~~",
    "\\$x\\$",
  ]) {
    it(`leaves ${JSON.stringify(prose)} alone`, () => assert.equal(typesetMarkdown(prose), prose));
  }

  it("hides Markdown's signs within a formula", () => {
    const html = typesetMarkdown("$a * b * c$");
    assert.ok(!html.replace(/<[^>]*>/g, "").includes("*"), html);
  });

  it("leaves no empty line, which would end Markdown's paragraph within the formula", () => {
    assert.ok(!typesetMarkdown("$$\n\\begin{pmatrix} a & b \\\\\n c & d \\end{pmatrix}\n$$").includes("\n\n"));
  });
});

describe("formulas in outputs", () => {
  it("keep their signs on the way through HTML", () => {
    const html = formulaInHtml("$a < b \\& c$");
    assert.ok(!html.includes("a < b"));
    assert.equal(typesetHtml(`<td>${html}</td>`), `<td>${mathFromTeX("a < b \\& c", false)}</td>`);
  });

  it("are TeX for JupyterLab", () => {
    assert.deepEqual(tex("x^2")[jupyterDisplay](), { "text/latex": "$\\displaystyle x^2$", "text/plain": "x^2" });
  });

  it("are shown as they are where they are no TeX", () => {
    assert.match(mathFromTeX("\\frac{1}{"), /\\frac/);
  });
});
