/** What happens to learning from images when something happens to its process. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

const full = process.env.EQLAB_FULL === "1";
const folder = mkdtempSync(join(tmpdir(), "eqlab-vision-faults-"));
after(() => rmSync(folder, { recursive: true }));

/** Learns small pictures, with or without a formula, and says where it is: a line of JSON for each epoch, then what was learned. */
const program = `
  const [index, bars] = ${JSON.stringify(["../../src/index.js", "./bars.js"].map((at) => new URL(at, import.meta.url).href))};
  const vision = await import(index);
  const images = (await import(bars)).bars(640);
  const [way, epochs, checkpoint] = process.argv.slice(-3);
  const say = (line) => console.log(JSON.stringify(line));
  const learned = await vision[way](images, {
    formula: (a, b) => a + b,
    inRange: (y) => y < 7,
    epochs: JSON.parse(epochs),
    checkpoint,
    onProgress: ({ stage, epoch }) => say({ stage, epoch }),
  });
  const { formula, slots, losses } = learned;
  say({ formula, slots, losses, y: Array.from(learned.predict(slots, slots)) });`;

interface Line {
  readonly stage?: string;
  readonly epoch?: number;
  readonly [name: string]: unknown;
}

/** In fewer the images are not told apart, and the scaffold is begun anew. */
const EPOCHS = { scaffold: 30, together: 4 };
type Way = "learnBaseline" | "learnFromImages";

/** Runs it in a process of its own; after that epoch the process is killed. The last line is given back. */
async function run(way: Way, checkpoint: string, kill?: { stage: string; epoch: number }): Promise<Line> {
  const args = [way, JSON.stringify(EPOCHS), join(folder, checkpoint)];
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = once(child, "exit");
  let last: Line = {};
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as Line;
    if (kill && last.stage === kill.stage && last.epoch === kill.epoch) child.kill("SIGKILL");
  }
  const [code, signal] = await gone;
  assert.deepEqual([code, signal], kill ? [null, "SIGKILL"] : [0, null]);
  return last;
}

const ways: Way[] = full ? ["learnBaseline", "learnFromImages"] : ["learnBaseline"];
for (const way of ways) {
  test(`${way} in a process that is killed twice goes on, and learns the same to the last digit`, async () => {
    const whole = await run(way, `${way}-whole`);
    await run(way, way, { stage: "scaffold", epoch: 3 });
    await run(way, way, { stage: "together", epoch: 2 });
    assert.deepEqual(await run(way, way), whole);
    assert.equal((whole.losses as unknown[]).length, EPOCHS.scaffold + EPOCHS.together);
    assert.equal(typeof whole.formula, way === "learnBaseline" ? "undefined" : "string");
  });
}
