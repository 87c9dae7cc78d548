/** What happens to a search on the command line when something happens to its process or its disk. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CLI } from "./parallel/redis.js";
import { noisyTable } from "./parallel/table.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-faults-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const { a, b, y } = noisyTable();
writeFileSync(at("data.csv"), `a,b,y\n${a.map((_, i) => `${a[i]},${b[i]},${y[i]}\n`).join("")}`);

const SEARCH = [at("data.csv"), "--target", "y"];
const args = (checkpoint: string, asked = SEARCH) => [CLI, "discover", ...asked, "--json", "--checkpoint", checkpoint];
const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []);
function finished(path: string, asked = SEARCH) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args(path, asked), { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return { ...JSON.parse(stdout), seconds: 0 };
}

/** Runs until the journal has so many lines, then sends the signal. */
async function cut(path: string, signal: NodeJS.Signals, lines = 4, asked = SEARCH) {
  const child = spawn(process.execPath, args(path, asked), { stdio: "ignore" });
  const gone = once(child, "exit");
  while (linesOf(path).length < lines) {
    assert.equal(child.exitCode, null, "the search was over before it could be cut");
    await sleep(5);
  }
  child.kill(signal);
  return (await gone)[0];
}

const whole = finished(at("whole"));

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  test(`the process ended by ${signal} and started again goes on and finds the same`, async () => {
    const path = at(signal);
    const code = await cut(path, signal);
    assert.equal(code, signal === "SIGINT" ? 130 : null);
    const before = linesOf(path);
    assert.deepEqual(finished(path), whole);
    const known = linesOf(at("whole"));
    assert.deepEqual(linesOf(path), known, "every result is there once");
    assert.deepEqual(before, known.slice(0, before.length));
    assert.ok(before.length < known.length);
  });
}

test("the paper's training, killed between its restarts, goes on with the next and finds the same", async () => {
  // So few rows that a training takes a tenth of a second; a line of the journal is eight restarts.
  const rows = a.slice(0, 16).map((u) => `${u},${u * u}\n`);
  writeFileSync(at("square.csv"), `u,t\n${rows.join("")}`);
  const asked = [at("square.csv"), "--target", "t", "--method", "paper", "--sparsity", "L0", "--restarts", "20"];
  const uncut = finished(at("paper-whole"), asked);
  const known = linesOf(at("paper-whole"));
  assert.equal(known.length, 4);
  assert.equal(await cut(at("paper"), "SIGKILL", 2, asked), null);
  const before = linesOf(at("paper"));
  assert.ok(before.length < known.length);
  assert.deepEqual(finished(at("paper"), asked), uncut);
  assert.deepEqual(linesOf(at("paper")), known);
  assert.deepEqual(before, known.slice(0, before.length), "what was trained before was not trained again");
  assert.match(uncut.best.expression, /^u\^2$/);
});

test("a full disk: a clear error, and what was written before is good", { skip: process.platform === "win32" }, () => {
  const path = at("full");
  const size = readFileSync(at("whole")).length;
  // The largest file allowed is half of what the journal needs, in blocks of 1,024 bytes.
  const limited = `ulimit -f ${Math.floor(size / 2048)}; exec "$0" "$@"`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", limited, process.execPath, ...args(path)], {
    encoding: "utf8",
  });
  assert.match(stderr, /The checkpoint .*full can't be written \(.+\)\. Name a file elsewhere\./);
  assert.deepEqual([status, stdout], [2, ""]);
  assert.deepEqual(finished(path), whole);
  assert.deepEqual(linesOf(path), linesOf(at("whole")));
});

test("a folder that can't be written to is said at once", { skip: process.platform !== "linux" }, () => {
  const { status, stderr } = spawnSync(process.execPath, args("/sys/eqlab.checkpoint"), { encoding: "utf8" });
  assert.match(stderr, /The checkpoint \/sys\/eqlab\.checkpoint can't be written \(.+\)\. Name a file elsewhere\./);
  assert.equal(status, 2);
});
