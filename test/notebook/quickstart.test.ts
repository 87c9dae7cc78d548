import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { executeNotebook } from "../../src/notebook/execute.js";
import { root } from "../../src/notebook/jupyter.js";

interface Cell {
  cell_type: string;
  source: string[];
  execution_count?: number | null;
  outputs?: { output_type: string; text?: string | string[]; data?: Record<string, unknown> }[];
}

const path = join(root, "notebooks", "quickstart.ipynb");
const text = readFileSync(path, "utf8");
const cells: Cell[] = JSON.parse(text).cells;
const code = cells.filter((cell) => cell.cell_type === "code");

describe("notebooks/quickstart.ipynb as it is in the repository", () => {
  it("shows the law as text and typeset, tables and a figure", () => {
    const outputs = code.flatMap((cell) => cell.outputs ?? []);
    // npm start repeats this line.
    assert.match(
      [outputs.find((output) => output.text)?.text].flat().join(""),
      /^Law: period_days = 365\.\d+\*axis_au\^1\.5$/m,
    );
    for (const type of ["text/latex", "text/html", "application/vnd.plotly.v1+json"]) {
      assert.ok(
        outputs.some(({ data = {} }) => type in data),
        type,
      );
    }
  });
});

describe("README.md", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");

  it("has a cell that works as pasted", async () => {
    const source = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? "";
    assert.ok(source.trim().split("\n").length <= 10, "about ten lines");
    // dist/ lies beside data/ as notebooks/ does, and is no part of the repository.
    const notebook = join(root, "dist", `readme-${process.pid}.ipynb`);
    try {
      const metadata = { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } };
      const cell = { cell_type: "code", id: "readme", metadata: {}, source, execution_count: null, outputs: [] };
      writeFileSync(notebook, JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }));
      const executed = await executeNotebook(notebook);
      const { outputs } = JSON.parse(readFileSync(executed.path, "utf8")).cells[0];
      const types = (outputs as Required<Cell>["outputs"]).flatMap(({ data = {} }) => Object.keys(data));
      for (const type of ["text/latex", "text/html", "application/vnd.plotly.v1+json"])
        assert.ok(types.includes(type), type);
    } finally {
      rmSync(notebook, { force: true });
    }
  });

  it("names only scripts, files and options that there are", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const [, script] of readme.matchAll(/npm run ([\w:]+)/g)) assert.ok(script in scripts, script);
    for (const [, file] of readme.matchAll(/\]\(([\w./]+)\)/g)) statSync(join(root, file));
    const options = readFileSync(join(root, "src", "command", "arguments.ts"), "utf8");
    for (const [, option] of readme.matchAll(/`--(\w+)/g)) assert.match(options, new RegExp(`^  ${option}: `, "m"));
  });
});
