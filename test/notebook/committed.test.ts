/** Every notebook file as it is in the repository: executed, fresh, small, and legible where there is no Plotly. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { describe, it } from "node:test";
import { plotlyType } from "../../src/notebook/figure.js";
import {
  type Cell,
  joined,
  notebookNames,
  pathOf,
  readNotebook,
  staleness,
  stampOf,
} from "../../src/notebook/ipynb.js";
import { foreignPath, largest } from "../../src/notebook/refresh.js";

/** Drawn by JupyterLab with plotly's extension, and by VS Code's Jupyter extension with the renderers that come with it. */
const drawable = [plotlyType, "text/html", "text/latex", "text/markdown", "text/plain", "image/png", "image/svg+xml"];

for (const name of notebookNames()) {
  describe(`notebooks/${name}.ipynb as it is in the repository`, () => {
    const path = pathOf(name);
    const notebook = readNotebook(path);
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    const outputs = code.flatMap((cell) => cell.outputs ?? []);

    it("was executed from top to bottom, without error, and not changed since", () => {
      const counts = code.map((cell) => cell.execution_count);
      assert.deepEqual(
        counts,
        code.map((_, i) => i + 1),
      );
      assert.ok(outputs.every(({ output_type: type }) => type !== "error"));
      assert.equal(staleness(notebook), undefined, `npm run notebooks -- ${name} mends it`);
    });

    it("shows results, with a still picture beside each figure", () => {
      if (name !== "index") assert.ok(outputs.length > 0);
      for (const { data = {} } of outputs.filter(({ data = {} }) => plotlyType in data)) {
        const png = Buffer.from(joined(data["image/png"]), "base64");
        assert.equal(png.subarray(1, 4).toString(), "PNG", joined(data["text/plain"]));
      }
    });

    it("shows everything in forms that JupyterLab and VS Code draw, and runs no script there", () => {
      for (const { data } of outputs) {
        if (!data) continue;
        const types = Object.keys(data);
        assert.ok(types.includes("text/plain") && types.every((type) => drawable.includes(type)), types.join());
        assert.doesNotMatch(joined(data["text/html"]), /<script|\son\w+=|javascript:/i);
      }
    });

    it("is small, and names no folder of the machine it was executed on", () => {
      assert.ok(statSync(path).size <= largest);
      assert.equal(foreignPath.exec(readFileSync(path, "utf8"))?.[0], undefined);
    });
  });
}

describe("the index of notebooks", () => {
  const { cells } = readNotebook(pathOf("index"));
  const links = [
    ...cells
      .map(({ source }) => joined(source))
      .join("\n")
      .matchAll(/\]\(([^)]*)\.ipynb\)/g),
  ];

  it("leads to each of them, and to nothing else", () => {
    const others = notebookNames().filter((name) => name !== "index");
    assert.deepEqual(links.map(([, name]) => name).sort(), others.sort());
  });
});

describe("a notebook's stamp", () => {
  const cell = (source: string | string[]): Cell => ({ cell_type: "code", source, metadata: {} });
  const stamped = {
    cells: [cell("const x = 1;\nx")],
    metadata: { eqlab: stampOf({ cells: [cell("const x = 1;\nx")], metadata: {} }, 3.2) },
  };

  it("is that of its sources, however they are kept", () => {
    assert.equal(staleness(stamped), undefined);
    assert.equal(staleness({ ...stamped, cells: [cell(["const x = 1;\n", "x\n"])] }), undefined);
    assert.equal(stamped.metadata.eqlab.seconds, 4);
  });

  it("tells cells that were changed, added or reordered, another version, and none", () => {
    for (const cells of [[cell("const x = 2;\nx")], [...stamped.cells, cell("x")], [cell("x"), cell("const x = 1;")]]) {
      assert.match(staleness({ ...stamped, cells }) ?? "", /changed after it was executed/);
    }
    const older = { eqlab: { ...stamped.metadata.eqlab, version: "0.0.1" } };
    assert.match(staleness({ ...stamped, metadata: older }) ?? "", /executed by eqlab 0\.0\.1, and this is \d/);
    assert.match(staleness({ ...stamped, metadata: {} }) ?? "", /npm run notebooks/);
  });
});
