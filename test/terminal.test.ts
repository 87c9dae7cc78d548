import assert from "node:assert/strict";
import { test } from "node:test";
import { during } from "../src/command/terminal.js";

/** What is written to the terminal, or to what is none, during the work. */
function written(isTTY: boolean, work: () => unknown): string {
  const { stderr } = process;
  const before = { isTTY: stderr.isTTY, write: stderr.write };
  let text = "";
  stderr.isTTY = isTTY;
  stderr.write = ((piece: string) => {
    text += piece;
    return true;
  }) as typeof stderr.write;
  try {
    work();
  } finally {
    Object.assign(stderr, before);
  }
  return text;
}

test("a terminal says what is done in one piece, and is clean again after it; a file gets nothing", () => {
  let value = 0;
  const say = () => during("Reading a.csv", () => ++value);
  assert.equal(written(true, say), "Reading a.csv …\u001b[2K\u001b[1G");
  assert.equal(written(false, say), "");
  assert.equal(value, 2);
});

test("a terminal is clean after work that failed, too", () => {
  const text = written(true, () =>
    assert.throws(
      () =>
        during("Reading a.csv", () => {
          throw new Error("no such file");
        }),
      /no such file/,
    ),
  );
  assert.ok(text.endsWith("…\u001b[2K\u001b[1G"), text);
});
