/** Tables as they come: each is either understood, with a word about it, or refused with what to do. None gives a wrong law in silence. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readCsv } from "../src/csv.js";
import { discover } from "../src/discover.js";
import { InputError } from "../src/errors.js";
import type { Data } from "../src/frame.js";
import { stopWorkers } from "../src/parallel/pool.js";
import { close } from "./search/help.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-broken-"));
after(async () => {
  rmSync(folder, { recursive: true });
  await stopWorkers();
});

const find = (data: unknown, target = "y") => discover(data as Data, { target });
function csv(text: string | Uint8Array): Data {
  const path = join(folder, "table.csv");
  writeFileSync(path, text);
  return readCsv(path);
}

const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const y = x.map((v) => 3 * v * v + 1);

test("what can be understood is, and a warning says how", async () => {
  const kinds: [string, () => unknown, string, RegExp | undefined, string?][] = [
    ["three rows", () => ({ x: [1, 2, 3], y: [2, 4, 6] }), "2*x", undefined],
    ["three rows of a square", () => ({ x: [1, 2, 3], y: [1, 4, 9] }), "x^2", undefined],
    ["repeated rows", () => ({ x: [1, 1, 2, 2, 3, 3], y: [2, 2, 4, 4, 6, 6] }), "2*x", undefined],
    ["truth values", () => ({ x, b: x.map((v) => v > 6), y: x.map((v) => v + (v > 6 ? 5 : 0)) }), "x+5*b", undefined],
    ["integers of any size", () => ({ x: x.map(BigInt), y }), "3*x^2+1", undefined],
    ["the same column twice", () => ({ x, z: x, y }), "3*x^2+1", /"z" is left out: it is the same as "x" in every row/],
    ["the target among inputs", () => ({ x, z: y, y }), "z", /"z" is the same as the target "y" in every row/],
    [
      "dates",
      () => ({ d: x.map((v) => new Date(2020, 1, v)), x, y }),
      "3*x^2+1",
      /"d" is left out: it holds dates, not numbers/,
    ],
    [
      "numbers as text",
      () => ({ s: x.map(String), x, y }),
      "3*x^2+1",
      /"s" is left out: it holds numbers written as text, such as "1"; turn/,
    ],
    [
      "negative zero",
      () => ({ x: x.map((v) => v - 6), y: x.map((v) => (v === 6 ? -0 : (v - 6) ** 3)) }),
      "x^3",
      undefined,
    ],
    [
      "a row of units",
      () => csv(`t,y\ns,m\n${x.map((v) => `${v},${2 * v}`).join("\n")}\n`),
      "2*t",
      /Line 2 of .* seems to hold units \(s, m\)/,
    ],
    ["decimal commas", () => csv("t;y\n1,5;3\n2,5;5\n3,5;7\n4,5;9\n"), "2*t", /decimal comma/],
    [
      "byte order mark, quoted names",
      () => csv('\ufeff"time, s",y\n1,2\n2,4\n3,6\n4,8\n'),
      "2*time_s",
      /"time, s" is called time_s/,
    ],
  ];
  for (const [kind, data, expression, warning] of kinds) {
    const { best, verdict, warnings } = await find(data());
    assert.equal(best.expression, expression, kind);
    assert.equal(verdict, "exact", kind);
    if (warning) assert.match(warnings.join("\n"), warning, kind);
    else assert.deepEqual(warnings, [], kind);
  }
});

test("what can't be used is refused with place and remedy", async () => {
  const kinds: [string, () => unknown, RegExp][] = [
    ["one row", () => ({ x: [1], y: [2] }), /only 1 row; a law needs at least 3/],
    ["two rows", () => ({ x: [1, 2], y: [2, 4] }), /only 2 rows; a law needs at least 3/],
    ["a missing value", () => ({ x: [1, null, 3, 4], y: [1, 2, 3, 4] }), /"x", row 2: the cell is empty/],
    ["not a number", () => ({ x: [1, Number.NaN, 3, 4], y: [1, 2, 3, 4] }), /"x", row 2: NaN is no finite number/],
    [
      "infinity",
      () => ({ x, y: y.map((v, i) => (i === 2 ? -Infinity : v)) }),
      /"y", row 3: -Infinity is no finite number/,
    ],
    ["huge values", () => ({ x: x.map((v) => v * 1e200), y }), /"x": its largest value is 1.2e\+201.*divided by 1e201/],
    ["denormal values", () => ({ x: x.map((v) => v * 1e-310), y }), /"x": its largest value.*divided by 1e-309/],
    [
      "numbers as text alone",
      () => ({ x: x.map(String), y }),
      /numbers written as text, such as "1"; turn them into numbers/,
    ],
    [
      "a cell for a missing value",
      () => csv("t,y\n1,2\n2,NA\n3,6\n4,8\n"),
      /"y", row 2 \(line 3\): "NA" stands for a missing value/,
    ],
    ["an empty cell of a file", () => csv("t,y\n1,2\n2,\n3,6\n4,8\n"), /"y", row 2 \(line 3\): the cell is empty/],
    ["two columns of one name", () => csv("t,t,y\n1,2,3\n2,4,5\n3,6,7\n"), /Two columns .* are called "t"/],
    ["another encoding", () => csv(Buffer.from("L\xe4nge,y\n1,2\n2,4\n3,6\n", "latin1")), /is not text in UTF-8/],
  ];
  for (const [kind, data, message] of kinds) {
    await assert.rejects(
      async () => find(data()),
      (error) => error instanceof InputError && message.test(error.message),
      kind,
    );
  }
});

test("a DataFrame with a missing value names it, and one without it is read", async () => {
  const { DataFrame } = await import("danfojs-node");
  const whole = new DataFrame({ x, y });
  assert.equal((await find(whole)).best.expression, "3*x^2+1");
  const gap = new DataFrame({ x: x.map((v) => (v === 4 ? Number.NaN : v)), y });
  await assert.rejects(find(gap), /Column "x", row 4: NaN is no finite number/);
});

test("a target of truth values, and one that is nearly always the same, are no rounded measurements", async () => {
  const step = await find({ x, y: x.map((v) => (v > 6 ? 1 : 0)) });
  const values = step.best.predict({ x });
  values.forEach((v, i) => {
    close(v, x[i] > 6 ? 1 : 0, 0.05, step.best.expression);
  });
  const sigma = await discover({ x, y, s: x.map(() => 1e9) }, { target: "y", sigma: "s" });
  close(sigma.best.mse, y.reduce((sum, v) => sum + (v - y.reduce((a, b) => a + b) / 12) ** 2, 0) / 12, 1e-6);
  assert.match(sigma.warnings.join(), /no input explains y, and the best formula is its mean/);
});
