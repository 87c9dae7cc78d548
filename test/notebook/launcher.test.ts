import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { executeNotebook } from "../../src/notebook/execute.js";
import { jupyterEnvironment, python, root } from "../../src/notebook/jupyter.js";

interface Output {
  output_type: string;
  name?: string;
  text?: string[];
  data?: Record<string, unknown>;
}

const text = (source: unknown) => (Array.isArray(source) ? source.join("") : String(source));

describe("outputs of cells", () => {
  let outputs: Output[][];
  before(async () => {
    const { path } = await executeNotebook(join(root, "test", "notebook", "bursts.ipynb"));
    const { cells }: { cells: { outputs?: Output[] }[] } = JSON.parse(readFileSync(path, "utf8"));
    outputs = cells.flatMap((cell) => (cell.outputs ? [cell.outputs] : []));
  });

  it("keep every line of a burst", () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`);
    assert.equal(outputs[0]?.map((output) => text(output.text)).join(""), lines.join(""));
  });

  it("keep every display of a burst", () => {
    const shown = outputs[1]?.map((output) => text(output.data?.["text/plain"]));
    assert.deepEqual(
      shown,
      Array.from({ length: 1500 }, (_, i) => `display ${i}`),
    );
  });

  it("are updated in place, to the last value", () => {
    assert.deepEqual(
      outputs[2]?.map((output) => text(output.data?.["text/plain"])),
      ["3000 of 3000"],
    );
  });

  it("come in the order of the program", () => {
    const order = outputs[3]?.map((output) => output.name ?? text(output.data?.["text/plain"]));
    assert.deepEqual(order, ["stdout", "between", "stderr"]);
  });

  it("show a last expression by its Jupyter.display method", () => {
    assert.deepEqual(
      outputs[4]?.map(({ data }) => [text(data?.["text/html"]), text(data?.["text/plain"])]),
      [["<b>later</b>", "later"]],
    );
  });

  it("print another last expression as tslab does", () => {
    assert.deepEqual(
      outputs[5]?.map((output) => text(output.text)),
      ["[ 1, 2, 3 ]\n"],
    );
  });
});

describe("the kernel's protocol", () => {
  // biome-ignore lint/suspicious/noExplicitAny: messages of Jupyter, as they come
  let said: any[];
  before(async () => {
    const script = join(root, "test", "notebook", "kernel.py");
    const { stdout } = await promisify(execFile)(python(), [script], { env: jupyterEnvironment(), cwd: root });
    said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  });

  it("publishes the input and the error, and replies with the error", () => {
    const { reply, outputs } = said[1];
    assert.equal(reply.status, "error");
    assert.equal(reply.ename, "RangeError");
    assert.deepEqual(
      outputs.map((output: { type: string }) => output.type),
      ["execute_input", "error"],
    );
    assert.equal(outputs[0].execution_count, 2);
    assert.equal(outputs[1].evalue, "too fast");
    assert.match(outputs[1].traceback.join("\n"), /RangeError.*too fast\n {4}at In \[2\]$/);
  });

  it("stops a waiting and a busy cell on interrupt, and lives on", () => {
    assert.equal(said[2].reply.ename, "Interrupted");
    assert.equal(said[3].reply.ename, "Interrupted");
    assert.equal(said[4].reply.status, "ok");
    assert.equal(said[4].outputs[1].text, "43\n");
  });

  it("completes and explains as tslab does", () => {
    assert.deepEqual(said[5].matches, ["toFixed"]);
    assert.match(said[6].data["text/plain"], /const speed: number/);
  });

  it("keeps the order of writes to either stream", () => {
    const writes: [name: string, text: string][] = [];
    for (const { type, name, text } of said[7].outputs) {
      const last = writes.at(-1);
      if (last && last[0] === name) last[1] += text;
      else if (type === "stream") writes.push([name, text]);
    }
    assert.deepEqual(writes, [
      ["stdout", "a\nb\nc\n"],
      ["stderr", "d\n"],
      ["stdout", "e\n"],
    ]);
  });

  it("shows the last of a display's values before the cell ends", () => {
    const shown = said[8].outputs.filter(({ data }: { data?: object }) => data);
    const values = shown.map(({ data }: { data: Record<string, string> }) => data["text/plain"]);
    assert.deepEqual([values[0], values.at(-1), shown.at(-1).type], ["first", "last", "update_display_data"]);
  });

  it("knows earlier cells' variables in shorthand properties, and columns as they are written", () => {
    assert.equal(said[10].outputs[1].text, '[{"speed":42,"red":1,"blue":4},{"red":5,"speed":42}]\n');
    assert.equal(said[11].reply.evalue, "line 1, column 24: Type 'number' is not assignable to type 'string'.");
  });

  it("stops a cell at an error in a callback, and skips what was sent with it", () => {
    assert.equal(said[12].reply.ename, "TypeError");
    assert.equal(said[13].reply.status, "aborted");
  });

  it("completes members and options of eqlab's own", () => {
    assert.equal(said[14].reply.status, "ok", said[14].reply.evalue);
    for (const member of ["best", "front", "plot", "verdict", "warnings"]) assert.ok(said[15].matches.includes(member));
    assert.deepEqual(said[16].matches, ["toJavaScript"]);
    assert.ok(said[17].matches.includes("target"), `${said[17].matches}`);
  });

  it("explains functions, members and values of eqlab's own", () => {
    const texts = said.slice(18, 21).map(({ data }) => data["text/plain"]);
    assert.match(texts[0], /discover\(data: Data, options: DiscoverOptions\): Promise<Result>\n[\s\S]*Finds the law/);
    assert.match(texts[1], /Result\.verdict: Verdict\n+"exact"/);
    assert.match(texts[2], /const law: Result/);
  });
});
