import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { jupyterEnvironment, python, root } from "../../src/notebook/jupyter.js";

describe("Stop in the middle of a search", () => {
  // biome-ignore lint/suspicious/noExplicitAny: Jupyter's messages, as they come
  let said: any[];
  before(async () => {
    const script = join(root, "test", "notebook", "stop.py");
    const options = { cwd: root, env: { ...process.env, ...jupyterEnvironment } };
    const { stdout } = await promisify(execFile)(python(), [script], options);
    said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  });

  it("ends the search soon, and the cell goes on with the best so far", () => {
    const { reply, late, outputs } = said[1];
    assert.equal(reply.status, "ok", reply.evalue);
    const printed = outputs.flatMap(({ text }: { text?: string }) => text ?? []).join("");
    assert.match(printed, /warned: The search was stopped/);
    // A second is the aim; the other tests run at the same time.
    assert.ok(late < 3, `${late} s after Stop`);
  });

  it("shows the search's progress in one place", () => {
    const shown = said[1].outputs.filter(({ data }: { data?: object }) => data);
    const types = shown.map(({ type }: { type: string }) => type);
    assert.equal(types.filter((type: string) => type === "display_data").length, 1);
    assert.ok(types.length >= 2, "updated at least once");
    const { "text/plain": text, "text/html": html } = shown[0].data;
    assert.match(text, /^\d+% · \d+ s · at most \d+ (s|min) more · Stop keeps the best so far: ./);
    assert.match(html, /<progress [\s\S]*(<math|<code)/);
    assert.match(shown.at(-1).data["text/plain"], /^Searched for \d/);
  });

  it("keeps the kernel and the result", () => {
    assert.equal(said[2].reply.status, "ok");
    assert.match(said[2].outputs.flatMap(({ text }: { text?: string }) => text ?? []).join(""), /true/);
  });

  it("leaves no process behind on a restart in the middle of a search", () => {
    assert.deepEqual(said[3], { left: false });
  });
});
