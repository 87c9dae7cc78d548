/**
 * The step runner: done once, skipped while its inputs stay, redone after an interruption, and a failure in words.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

// Set-up is plain JavaScript, run from its source: nothing is compiled yet when it runs.
const source = (name: string) => new URL(`../../../src/setup/${name}`, import.meta.url).href;
const { doSteps } = await import(source("step.js"));
const { run } = await import(source("command.js"));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "eqlab-step-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A step that counts how often it worked. */
function counting(change: object = {}) {
  const step = {
    name: "counting",
    stamp: join(folder, "product", "stamp"),
    worked: 0,
    inputs: () => ["same"],
    async work(): Promise<string> {
      step.worked++;
      return `note ${step.worked}`;
    },
    cure: "count again",
    ...change,
  };
  return step;
}

test("a step is done once, and its note is kept", async () => {
  const step = counting();
  assert.deepEqual(await doSteps([step]), { counting: "note 1" });
  assert.deepEqual(await doSteps([step]), { counting: "note 1" });
  assert.equal(step.worked, 1);
});

test("other inputs, a product that is gone or the caller's wish have it done again", async () => {
  const step = counting();
  await doSteps([step]);
  step.inputs = () => ["other"];
  await doSteps([step]);
  assert.equal(step.worked, 2);
  rmSync(join(folder, "product"), { recursive: true });
  await doSteps([step]);
  assert.equal(step.worked, 3);
  await doSteps([Object.assign(step, { intact: (note: string) => note !== "note 3" })]);
  assert.equal(step.worked, 4);
  await doSteps([step], (_: unknown, note: string) => note === "note 4");
  assert.equal(step.worked, 5);
});

test("inputs are told apart where they end", async () => {
  const step = counting({ inputs: () => ["ab", "c"] });
  await doSteps([step]);
  step.inputs = () => ["a", "bc"];
  await doSteps([step]);
  assert.equal(step.worked, 2);
});

test("an interrupted step is redone, though its last success is stamped for the same inputs", async () => {
  const step = counting();
  await doSteps([step]);
  // Dies in the middle of the work, as by a power cut: no code of the runner runs after that.
  const script = `
    import { doSteps } from ${JSON.stringify(source("step.js"))};
    const work = () => process.kill(process.pid, "SIGKILL");
    await doSteps([{ name: "dying", stamp: ${JSON.stringify(step.stamp)}, inputs: () => ["same"], intact: () => false, work, cure: "" }]);`;
  writeFileSync(join(folder, "dying.mjs"), script);
  await assert.rejects(run(process.execPath, [join(folder, "dying.mjs")]), /SIGKILL/);
  assert.ok(!existsSync(step.stamp));
  await doSteps([step]);
  assert.equal(step.worked, 2);
});

test("a failing command's message names command, cause and cure, and what was done stays done", async () => {
  const first = counting();
  const script =
    'for (let i = 0; i < 100; i++) console.log("line", i); console.error("no space on the moon"); process.exit(3)';
  const second = counting({
    name: "failing",
    stamp: join(folder, "never"),
    work: () => run(process.execPath, ["-e", script]),
    cure: "make room on the moon",
  });
  await assert.rejects(doSteps([first, second]), ({ message }: Error) => {
    assert.match(message, /step: failing/);
    assert.match(message, new RegExp(`command: ${process.execPath.replaceAll("\\", "\\\\")} -e`));
    assert.match(message, /ended with code 3/);
    assert.match(message, /line 99\n.*no space on the moon/);
    assert.doesNotMatch(message, /line 50\n/);
    assert.match(message, /cure: make room on the moon/);
    return true;
  });
  assert.ok(existsSync(first.stamp));
  assert.ok(!existsSync(second.stamp));
});

test("a command that is not there or takes too long fails too", async () => {
  await assert.rejects(run("no-such-program", []), /no-such-program: .*ENOENT/);
  const forever = ["-e", "setInterval(() => {}, 1000)"];
  await assert.rejects(run(process.execPath, forever, { seconds: 0.3 }), /stopped after 0.3 s/);
});
