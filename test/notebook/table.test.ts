import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCsv } from "../../src/csv.js";
import { jupyterDisplay, type MimeBundle } from "../../src/notebook/display.js";
import { tex } from "../../src/notebook/formula.js";
import { type Tabular, table } from "../../src/notebook/table.js";

const shown = (rows: Tabular, options = {}) =>
  table(rows, options)[jupyterDisplay]() as MimeBundle & Record<string, string>;
const cells = (html: string | undefined) =>
  [...(html ?? "").matchAll(/<t[dh]\b[^>]*>(.*?)<\/t[dh]>/g)].map((match) => match[1]);

describe("table", () => {
  it("shows records, columns and a data frame alike", () => {
    const records = [
      { planet: "Earth", axis: 1 },
      { planet: "Mars", axis: 1.523662 },
    ];
    const columns = { planet: ["Earth", "Mars"], axis: Float64Array.of(1, 1.523662) };
    const frame = {
      columns: ["planet", "axis"],
      values: [
        ["Earth", 1],
        ["Mars", 1.523662],
      ],
    };
    const expected = "planet     axis\nEarth         1\nMars    1.52366";
    const file = parseCsv("planet,axis\nEarth,1\nMars,1.523662\n", "planets.csv");
    for (const rows of [records, columns, frame, file]) {
      assert.equal(shown(rows)["text/plain"], expected);
      assert.deepEqual(cells(shown(rows)["text/html"]), ["planet", "axis", "Earth", "1", "Mars", "1.52366"]);
    }
  });

  it("leaves out the middle of a long table, and says how much", () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ i }));
    const lines = shown(rows, { rows: 4 })["text/plain"]?.split("\n");
    assert.deepEqual(
      lines?.map((line) => line.trim()),
      ["i", "0", "1", "… 96 more rows …", "98", "99"],
    );
  });

  it("writes numbers shortly, with a true minus", () => {
    const { "text/plain": text } = shown([{ a: -0.000012345678, b: 299792458, c: Number.NaN, d: 0 }]);
    assert.match(text ?? "", /−1\.23457e−5 +2\.99792e\+8 +NaN +0$/);
  });

  it("escapes text, and takes formulas as cells", () => {
    const { "text/html": html, "text/plain": text } = shown([{ "a<b": "<script>", law: tex("x^2") }]);
    assert.ok(html?.includes("a&lt;b") && html.includes("&lt;script&gt;"));
    assert.ok(html?.includes('<span class="eqlab-tex">$\\displaystyle x^2$</span>'), html);
    assert.match(text ?? "", /x\^2$/);
  });

  it("takes records of different keys, and an empty table", () => {
    assert.match(shown([{ a: 1 }, { b: 2 }])["text/plain"] ?? "", /^a +b\n1\n +2$/);
    assert.equal(shown([])["text/plain"], "");
  });
});
