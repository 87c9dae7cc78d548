import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { InputError } from "../../src/errors.js";
import { openCheckpoint } from "../../src/parallel/journal.js";
import { affine, input, single } from "../../src/search/network.js";
import type { Job, Problem } from "../../src/search/workbench.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-journal-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${++files}.checkpoint`);

const problem: Problem = {
  inputs: [Float64Array.of(0.1, 0.2, 0.3)],
  shifts: [0],
  scales: [1],
  target: Float64Array.of(1, 2, 4),
  searchRows: 3,
  primitives: ["identity"],
  targetScale: 1,
  resolution: 0,
};
const jobs: Job[] = [{ kind: "expand", root: affine([], 0) }];

/** Opens a checkpoint around a runner whose results count its runs. */
function open(path: string, changes: Partial<Problem> = {}, seed = 1, signal = new AbortController().signal) {
  let runs = 0;
  const run = openCheckpoint(path, [{ ...problem, ...changes }], { seed, signal }).wrap(async () => {
    runs++;
    return [[{ root: single(input(0), 1 / 3, runs), error: runs / 7 }]];
  });
  return { run, runs: () => runs };
}

test("results are read while there are any, then computed and added", async () => {
  const path = fresh();
  const first = open(path);
  const computed = [await first.run(jobs), await first.run(jobs)];
  const second = open(path);
  assert.deepEqual([await second.run(jobs), await second.run(jobs)], computed, "to the last digit");
  assert.equal(second.runs(), 0);
  const more = await second.run(jobs);
  assert.equal(second.runs(), 1);
  const third = open(path);
  assert.deepEqual([await third.run(jobs), await third.run(jobs), await third.run(jobs)], [...computed, more]);
  assert.equal(third.runs(), 0);
  assert.ok(!readdirSync(folder).some((name) => name.endsWith("part")), "nothing else is written");
});

test("a line that a cut has left unfinished is dropped, whole ones stay", async () => {
  const path = fresh();
  const first = open(path);
  const computed = await first.run(jobs);
  appendFileSync(path, '[[{"root":{"bias":0,"µ');
  const second = open(path);
  assert.deepEqual(await second.run(jobs), computed);
  await second.run(jobs);
  assert.equal(second.runs(), 1);
  const third = open(path);
  for (let k = 0; k < 2; k++) await third.run(jobs);
  assert.equal(third.runs(), 0, "what came after the cut is there too");
});

test("results of an aborted batch are not kept", async () => {
  const path = fresh();
  const controller = new AbortController();
  const first = open(path, {}, 1, controller.signal);
  await first.run(jobs);
  controller.abort();
  await first.run(jobs);
  const second = open(path);
  for (let k = 0; k < 2; k++) await second.run(jobs);
  assert.equal(second.runs(), 1);
});

test("a checkpoint of other data, options, units or another seed is refused and left alone", async () => {
  const path = fresh();
  await open(path).run(jobs);
  const before = readFileSync(path, "utf8");
  const others: [Partial<Problem>, number][] = [
    [{ target: Float64Array.of(1, 2, 5) }, 1],
    [{ inputs: [Float64Array.of(0.1, 0.2, 0.4)] }, 1],
    [{ weights: Float64Array.of(1, 1, 2) }, 1],
    [{ primitives: ["identity", "sin"] }, 1],
    [{ targetScale: 2 }, 1],
    [{ shifts: [3] }, 1],
    [{}, 2],
  ];
  for (const [changes, seed] of others) {
    assert.throws(
      () => open(path, changes, seed),
      (error) => error instanceof InputError && /other data, other options or another seed/.test(error.message),
    );
  }
  assert.equal(readFileSync(path, "utf8"), before);
  open(path);
});

test("a checkpoint of another version of the search is refused and left alone", async () => {
  const path = fresh();
  await open(path).run(jobs);
  const written = readFileSync(path, "utf8");
  const { search } = JSON.parse(written.split("\n")[0]);
  assert.match(search, /^[0-9a-f]{64}$/);
  for (const other of [`"${"0".repeat(64)}"`, "null"]) {
    const older = written.replace(`"${search}"`, other);
    writeFileSync(path, older);
    assert.throws(
      () => open(path),
      (error) =>
        error instanceof InputError && /another version of eqlab's search.*the search starts anew/.test(error.message),
    );
    assert.equal(readFileSync(path, "utf8"), older);
  }
});

test("files that are no checkpoint are refused and left alone", () => {
  for (const content of ["", "{", "x,y\n1,2\n", "null\n", '{"eqlab":1}\n', "\0\u0001\n"]) {
    const path = fresh();
    writeFileSync(path, content);
    assert.throws(
      () => open(path),
      (error) => error instanceof InputError && /is no checkpoint of eqlab\. Name another file/.test(error.message),
      JSON.stringify(content),
    );
    assert.equal(readFileSync(path, "utf8"), content);
  }
});

test("a damaged journal, a folder, or a place that can't be written to is said before the search begins", async () => {
  const damaged = fresh();
  await open(damaged).run(jobs);
  const whole = readFileSync(damaged, "utf8");
  writeFileSync(damaged, whole.replace('"weight":0.3', '"weight":0.4'));
  assert.throws(
    () => open(damaged),
    (error) => error instanceof InputError && /can't be read \(line 2 is damaged\)/.test(error.message),
  );
  const path = fresh();
  mkdirSync(path);
  assert.throws(
    () => open(path),
    (error) => error instanceof InputError && /can't be read/.test(error.message),
  );
  const nowhere = join(folder, "missing", "file");
  assert.throws(
    () => open(nowhere),
    (error) => error instanceof InputError && /can't be written/.test(error.message),
  );
  assert.ok(!existsSync(join(folder, "missing")));
});
