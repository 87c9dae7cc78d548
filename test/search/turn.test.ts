import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { inTurn, type Turn } from "../../src/search/turn.js";

/** Runs searches of some milliseconds each, which tell when they begin, end and are taken over. */
async function run(milliseconds: number[], { slow = true, most = 99, signal = undefined as AbortSignal | undefined }) {
  const said: string[] = [];
  const turns: Turn[] = [];
  await inTurn([...milliseconds.keys()], {
    async search(k, turn) {
      said.push(`begin ${k}`);
      turns[k] = turn;
      if (slow) turn.slow();
      await pause(milliseconds[k], undefined, { signal: turn.signal }).catch(() => said.push(`ended ${k}`));
      if (milliseconds[k] === 13) throw new Error(`search ${k}`);
      return 10 * k;
    },
    takeOver: (k, result) => {
      assert.equal(result, 10 * k);
      assert.ok(turns.every((turn, other) => turn.isMine() === (other === k)));
      said.push(`take ${k}`);
    },
    needed: async () => said.filter((text) => text.startsWith("take")).length < most,
    signal,
  });
  return said;
}

test("one after the other, where none calls itself slow", async () => {
  assert.deepEqual(await run([3, 1], { slow: false }), ["begin 0", "take 0", "begin 1", "take 1"]);
});

test("slow ones are under way at once, and taken over in their order", async () => {
  const said = await run([30, 1, 1], {});
  assert.deepEqual(said.slice(0, 3), ["begin 0", "begin 1", "begin 2"]);
  assert.deepEqual(said.slice(3), ["take 0", "take 1", "take 2"]);
});

test("what is needless is ended and not taken over", async () => {
  assert.deepEqual(await run([5, 10_000], { most: 1 }), ["begin 0", "begin 1", "take 0", "ended 1"]);
  assert.deepEqual(await run([5], { most: 0 }), []);
});

test("a stop ends all; an error is that of its turn, and leaves nothing running", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 5);
  const said = await run([10_000, 10_000], { signal: stop.signal });
  assert.deepEqual(said.slice(0, 2), ["begin 0", "begin 1"]);
  assert.deepEqual(said.slice(2, 4).sort(), ["ended 0", "ended 1"]);
  assert.deepEqual(said.slice(4), ["take 0", "take 1"]);
  await assert.rejects(run([20, 13, 10_000], {}), /search 1/);
});
