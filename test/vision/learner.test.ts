import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { evaluate } from "../../src/expression/evaluate.js";
import { parse } from "../../src/expression/parse.js";
import { tensorFlow } from "../../src/network/tensorflow.js";
import type { LearnOptions } from "../../src/vision/learn-options.js";
import type { Learned } from "../../src/vision/learned.js";
import { learnBaseline, learnFromImages } from "../../src/vision/learner.js";
import { mnist } from "../../src/vision/mnist.js";
import { bars } from "./bars.js";

const full = process.env.EQLAB_FULL === "1";
const folder = mkdtempSync(join(tmpdir(), "eqlab-learner-"));
after(() => rmSync(folder, { recursive: true }));

const sum = { formula: (a: number, b: number) => a + b, inRange: (y: number) => y < 15 };

/** Is the formula an affine one of both latents, with one slope to within a part of it? */
function isSum({ formula = "0" }: Learned, part: number): boolean {
  const values = evaluate(parse(formula), { z1: [0, 1, 0, 1, 0.5], z2: [0, 0, 1, 1, -0.5] }, 5);
  const [c, a, b, both, middle] = values;
  const [first, second] = [a - c, b - c];
  const bend = Math.max(Math.abs(both - first - second - c), Math.abs(middle - (first - second) / 2 - c));
  return Math.abs(first / second - 1) < part && bend < part * Math.abs(first);
}

/** Stops a course soon after it has come so far in a stage; gives the seconds from then to its end. */
async function stopIn(stage: string, epoch: number, options: LearnOptions): Promise<number> {
  const stop = new AbortController();
  let told: number | undefined;
  const onProgress: LearnOptions["onProgress"] = (now) => {
    if (now.stage !== stage || now.epoch < epoch || told !== undefined) return;
    told = Number.POSITIVE_INFINITY;
    setTimeout(() => {
      told = performance.now();
      stop.abort();
    }, 20);
  };
  const { train } = await mnist();
  const learning = learnFromImages(train, { ...options, signal: stop.signal, onProgress });
  await assert.rejects(learning, /Stopped after \d+ epochs.*goes on from there/);
  return (performance.now() - (told ?? Number.NEGATIVE_INFINITY)) / 1000;
}

test(`digits, read from nothing but sums${full ? ", five seeds" : ": a short course, stopped and gone on with"}`, async () => {
  const { train, validate, test: official } = await mnist();
  for (const seed of full ? [1, 2, 3, 4, 5] : [1]) {
    const options: LearnOptions = { ...sum, seed, epochs: full ? {} : { together: 4 } };
    const checkpoint = join(folder, `digits-${seed}`);
    for (const [stage, epoch] of [
      ["scaffold", 4],
      ["formula", 0],
      ["together", 1],
    ] as const) {
      const seconds = await stopIn(stage, epoch, { ...options, checkpoint });
      assert.ok(seconds < 1, `${stage}: stopped ${seconds} s after it was told to`);
    }
    const learned = await learnFromImages(train, { ...options, checkpoint });
    assert.equal(
      new Set(learned.losses.map(({ attempt, stage, epoch }) => `${attempt} ${stage} ${epoch}`)).size,
      learned.losses.length,
    );
    const judged = learned.judge(full ? official : validate, sum);
    const { inside, outside, correlation } = judged;
    console.log(`seed ${seed}: ${learned.formula} ${JSON.stringify(judged)} ${learned.seconds} s`);
    assert.ok(isSum(learned, 0.01), learned.formula);
    for (const { accuracy } of [inside, outside]) assert.ok(accuracy > (full ? 0.97 : 0.93), `accuracy ${accuracy}`);
    for (const { meanError } of [inside, outside]) assert.ok(meanError < (full ? 0.1 : 0.25), `error ${meanError}`);
    assert.ok(Math.abs(correlation) > (full ? 0.99 : 0.97), `correlation ${correlation}`);
    learned.dispose();
  }
});

const small = { formula: (a: number, b: number) => a - b, epochs: { scaffold: 2, together: 1 } };

test("an interrupted course gives the losses that one in a piece gives; a checkpoint is of one course only", async () => {
  const images = bars(640);
  const whole = await learnBaseline(images, small);
  const checkpoint = join(folder, "bars");
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  const stopped = learnBaseline(images, { ...small, checkpoint, signal: stop.signal, onProgress });
  await assert.rejects(stopped, /Stopped after 1 epochs/);
  const again = await learnBaseline(images, { ...small, checkpoint });
  // So short a scaffold tells nothing apart, and is begun anew.
  assert.equal(again.restarts, 2);
  assert.equal(again.losses.length, 2 + 3 + 5 + 1);
  assert.equal(whole.losses.length, again.losses.length);
  again.losses.forEach(({ loss }, i) => {
    assert.ok(Math.abs(loss - whole.losses[i].loss) < 1e-5, `epoch ${i}: ${loss} instead of ${whole.losses[i].loss}`);
  });
  again.slots.forEach((value, k) => {
    assert.ok(Math.abs(value - whole.slots[k]) < 1e-4, `slot ${k}: ${value} instead of ${whole.slots[k]}`);
  });
  const refused = (options: object, message: RegExp) =>
    assert.rejects(learnBaseline(images, { ...small, checkpoint, ...options }), { name: "InputError", message });
  await refused({ seed: 2 }, /belongs to other images, another formula/);
  await refused({ formula: (a: number, b: number) => a + b }, /belongs to other images, another formula/);
  const bytes = readFileSync(checkpoint);
  writeFileSync(checkpoint, bytes.subarray(0, bytes.length - 1000));
  await refused({}, /cut off/);
  writeFileSync(checkpoint, "something else");
  await refused({}, /is no checkpoint/);
});

test("after dispose, and after a stop, no tensor is left", async () => {
  const tensors = () => tensorFlow().memory().numTensors;
  const before = tensors();
  // A formula is found in it: the whole way.
  const learned = await learnFromImages(bars(2560), {
    ...sum,
    inRange: () => true,
    epochs: { scaffold: 12, together: 1 },
  });
  assert.notEqual(learned.formula, undefined);
  learned.read(bars(10));
  assert.ok(tensors() > before);
  learned.dispose();
  assert.equal(tensors(), before);
  const stop = new AbortController();
  const stopped = learnFromImages(bars(256), { ...sum, signal: stop.signal, onProgress: () => stop.abort() });
  await assert.rejects(stopped, /Stopped after 1 epochs/);
  assert.equal(tensors(), before);
});

test("options that can't be used are named", async () => {
  const refused = (options: object, message: RegExp) =>
    assert.throws(() => learnFromImages(bars(10), options as LearnOptions), { name: "InputError", message });
  refused({}, /formula must be a function/);
  refused({ ...sum, inrange: 3 }, /no option "inrange".*"inRange"/);
  refused({ ...sum, inRange: 15 }, /inRange must be a function/);
  refused({ ...sum, resolution: 0 }, /resolution must be/);
  refused({ ...sum, seed: 0.5 }, /seed must be/);
  refused({ ...sum, epochs: { together: 0 } }, /epochs.together must be/);
});

test("without the native library it learns as well, and says so", () => {
  const program = `
    const { learnBaseline } = await import(${JSON.stringify(new URL("../../src/index.js", import.meta.url).href)});
    const images = { count: 256, height: 10, width: 10, pixels: new Uint8Array(25600).map((_, i) => (i * 97) % 256),
      values: Array.from({ length: 256 }, (_, i) => i % 5) };
    const { losses } = await learnBaseline(images, { formula: (a, b) => a + b, epochs: { scaffold: 1, together: 1 } });
    console.log(losses.map(({ loss }) => loss.toFixed(3)).join(" "));`;
  const run = (backend: string) =>
    spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
      env: { ...process.env, EQLAB_TFJS: backend },
    });
  const [native, wasm] = [run("native"), run("wasm")];
  assert.match(wasm.stderr, /computes in WebAssembly/);
  assert.doesNotMatch(native.stderr, /WebAssembly/);
  const [expected, found] = [native, wasm].map(({ stdout }) =>
    stdout.trim().split("\n").at(-1)?.split(" ").map(Number),
  );
  // Such images can't be told apart: four beginnings, and the epoch together.
  assert.equal(found?.length, 1 + 2 + 2 + 3 + 1, wasm.stderr);
  assert.equal(expected?.length, found?.length);
  found?.forEach((loss, i) => {
    assert.ok(Math.abs(loss - (expected?.[i] ?? Number.NaN)) < 0.02, `${found} instead of ${expected}`);
  });
});
