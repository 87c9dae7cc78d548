import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sweep } from "../src/sweep.js";
import { noRedis, startWorker, TestRedis } from "./parallel/redis.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-sweep-"));
after(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
function table(name: string, y: (x: number) => number): string {
  const rows = Array.from({ length: 20 }, (_, i) => `${i + 1},${y(i + 1)}\n`);
  writeFileSync(at(name), `x,y\n${rows.join("")}`);
  return at(name);
}
const files = [
  table("square.csv", (x) => x ** 2),
  table("line.csv", (x) => 3 * x + 1),
  table("empty.csv", () => Number.NaN),
  table("square-again.csv", (x) => x ** 2),
];
const laws = ["x^2", "3*x+1", "", "x^2"];
const idle = new AbortController().signal;
const question = { target: "y" };

test("each table's law, in the order of the files; a table that can't be used says why", async () => {
  const out = at("laws.csv");
  const rows = await sweep(files, { question, out, signal: idle });
  assert.deepEqual(
    rows.map(({ expression }) => expression),
    laws,
  );
  assert.match(rows[2].refused, /y/);
  assert.deepEqual(
    rows.map(({ file }) => file),
    files,
  );
  assert.equal(readFileSync(out, "utf8").split("\n").length, files.length + 2);
});

test("a second run asks only for what is not in the results table", async () => {
  const out = at("again.csv");
  await sweep(files.slice(0, 1), { question, out, signal: idle });
  const before = readFileSync(out, "utf8");
  appendFileSync(out, "cut off in the mid"); // by the end of the first run
  const asked: string[] = [];
  const onProgress = ({ file }: { file: string }) => asked.push(file);
  const rows = await sweep(files.slice(0, 2), { question, out, signal: idle, onProgress });
  assert.deepEqual(
    rows.map(({ expression }) => expression),
    laws.slice(0, 2),
  );
  assert.deepEqual([...new Set(asked)], [files[1]]);
  assert.ok(readFileSync(out, "utf8").startsWith(before));

  const other = await sweep(files.slice(0, 1), { question: { ...question, seed: 2 }, out, signal: idle });
  assert.notEqual(other[0].key, rows[0].key, "another question is asked anew");
});

test("what is no results table is left as it is", async () => {
  const out = table("data.csv", (x) => x);
  const before = readFileSync(out, "utf8");
  await assert.rejects(sweep(files, { question, out, signal: idle }), /data\.csv is no results table of eqlab/);
  assert.equal(readFileSync(out, "utf8"), before);
  await assert.rejects(sweep([at("none.csv")], { question, signal: idle }), /no file/);
});

test("stopped: the tables that are done stay, the others are left for the next run", async () => {
  const stop = new AbortController();
  const out = at("stopped.csv");
  const onProgress = ({ done }: { done: number }) => done > 0 && stop.abort();
  const rows = await sweep(files, { question, out, signal: stop.signal, onProgress });
  assert.deepEqual(
    rows.map(({ expression }) => expression),
    laws.slice(0, 1),
  );
  const rest = await sweep(files, { question, out, signal: idle });
  assert.deepEqual(
    rest.map(({ expression }) => expression),
    laws,
  );
});

test("by the workers of a cluster", { skip: noRedis }, async () => {
  const redis = await TestRedis.start();
  const worker = await startWorker(redis.url, 2);
  try {
    const rows = await sweep(files, { question, redis: redis.url, signal: idle });
    assert.deepEqual(
      rows.map(({ expression }) => expression),
      laws,
    );
    const here = await sweep(files, { question, signal: idle });
    const digits = (row: (typeof rows)[number]) => ({ ...row, seconds: "" });
    assert.deepEqual(rows.map(digits), here.map(digits));
    await worker.kill("SIGTERM");
    assert.match(worker.said(), new RegExp(`Ended after ${files.length} jobs`));
  } finally {
    await worker.kill("SIGKILL");
    await redis.end();
  }
});
