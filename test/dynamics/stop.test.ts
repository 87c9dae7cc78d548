/** Laws of motion when somebody presses Stop, or the process is killed. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { oscillator, pendulum, withNoise } from "../../src/dynamics/generate.js";
import { EqlDynamics } from "../../src/dynamics/learner.js";
import { InputError } from "../../src/errors.js";

/** Seconds from an abort to the end. */
function stopper() {
  const controller = new AbortController();
  let at = Number.NaN;
  const abort = (late: number) =>
    setTimeout(() => {
      if (Number.isNaN(at)) at = performance.now();
      controller.abort();
    }, late);
  return { signal: controller.signal, abort, seconds: () => (performance.now() - at) / 1000 };
}

const { series, dt } = pendulum({ count: 25, steps: 400, damping: [0, 0.2] });
const noisy = withNoise(series, 0.01);

for (const { where, from, method } of [
  { where: "in the search", from: -1, method: "search" },
  { where: "among structures", from: 0.3, method: "search" },
  { where: "in multiple shooting", from: 0.8, method: "search" },
  { where: "in training", from: 0.001, method: "network" },
] as const) {
  test(`a fit stopped ${where} gives the best so far within a second, and not as a law`, async () => {
    const { signal, abort, seconds } = stopper();
    if (from < 0) abort(300);
    const learner = new EqlDynamics({ states: ["theta", "v"], dt, method });
    const result = await learner.fit(noisy, { signal, onProgress: ({ fraction }) => fraction >= from && abort(30) });
    assert.ok(signal.aborted && seconds() < 1, `${seconds()} s`);
    assert.equal(result.ok, false);
    assert.equal(result.law.length, 2);
    assert.match(result.warnings.join(), /stopped/);
  });
}

test("infer and polish stop within a second, and say that it is not the end", async () => {
  const small = oscillator({ count: 15, steps: 120 });
  const learner = new EqlDynamics({ states: ["x", "v"], dt: small.dt });
  await learner.fit(small.series);
  const large = withNoise(oscillator({ count: 400, steps: 500, seed: 2 }).series, 0.01);
  for (const work of ["infer", "polish"] as const) {
    const { signal, abort, seconds } = stopper();
    abort(200);
    const { ok } = await learner[work](large, { signal });
    assert.ok(signal.aborted && seconds() < 1, `${work}: ${seconds()} s`);
    assert.equal(ok, false);
  }
});

const folder = mkdtempSync(join(tmpdir(), "eqlab-dynamics-"));
after(() => rmSync(folder, { recursive: true }));
const program = fileURLToPath(new URL("./fit-in-process.js", import.meta.url));
const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []);
function finished(path: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, path], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("a fit that was killed goes on where it was, to the same digits", async () => {
  const whole = finished(join(folder, "whole"));
  const path = join(folder, "cut");
  const all = linesOf(join(folder, "whole"));
  for (const part of [0.3, 0.95]) {
    const child = spawn(process.execPath, [program, path], { stdio: "ignore" });
    const gone = once(child, "exit");
    while (linesOf(path).length < part * all.length) {
      assert.equal(child.exitCode, null, "the fit was over before it could be cut");
      await sleep(5);
    }
    child.kill("SIGKILL");
    await gone;
  }
  const before = linesOf(path);
  assert.ok(before.length < all.length);
  assert.equal(finished(path), whole);
  assert.deepEqual(linesOf(path).slice(0, before.length), before, "what was known is not computed again");
  assert.deepEqual(linesOf(path), all);
  // Other series or options have no business with it.
  const other = new EqlDynamics({ states: ["x", "v"], dt: 0.2 }).fit(series, { checkpoint: path });
  await assert.rejects(
    other,
    (error) => error instanceof InputError && /other data, other options/.test(error.message),
  );
});
