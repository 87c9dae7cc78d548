import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { jupyterDisplay, mimeBundle, show } from "../../src/notebook/display.js";

const bundle = { "text/html": "<b>hi</b>", "text/plain": "hi" };

describe("mimeBundle", () => {
  it("knows a value that knows how to show itself, and calls its method as a method", () => {
    const value = {
      text: "hi",
      [jupyterDisplay]() {
        return { "text/plain": this.text };
      },
    };
    assert.deepEqual(mimeBundle(value), { "text/plain": "hi" });
    assert.equal(Symbol.for("Jupyter.display"), jupyterDisplay);
  });

  it("is undefined for everything else", () => {
    for (const value of [undefined, null, 1, "text", {}, [], { [jupyterDisplay]: "no method" }]) {
      assert.equal(mimeBundle(value), undefined);
    }
  });
});

describe("show, outside a notebook", () => {
  it("prints plain text, of a burst of updates little, and always the last", async (test) => {
    const lines: unknown[] = [];
    const log = mock.method(console, "log", (line: unknown) => lines.push(line));
    test.after(() => log.mock.restore());
    show({ [jupyterDisplay]: () => bundle });
    show({ a: 1 });
    const handle = show("start");
    for (let i = 1; i <= 1000; i++) handle.update(`${i}`);
    await new Promise((done) => setTimeout(done, 400));
    assert.deepEqual(lines.slice(0, 3), ["hi", "{ a: 1 }", "start"]);
    assert.equal(lines.at(-1), "1000");
    assert.ok(lines.length < 20, `${lines.length} lines`);
  });

  it("keeps the order of values that take their time", async (test) => {
    const lines: unknown[] = [];
    const log = mock.method(console, "log", (line: unknown) => lines.push(line));
    test.after(() => log.mock.restore());
    const slow = { [jupyterDisplay]: () => new Promise<typeof bundle>((done) => setTimeout(done, 300, bundle)) };
    const handle = show(slow);
    await new Promise((done) => setTimeout(done, 260));
    handle.update("fast");
    await new Promise((done) => setTimeout(done, 100));
    assert.deepEqual(lines, ["hi", "fast"]);
  });
});
