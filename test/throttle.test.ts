import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { throttle } from "../src/throttle.js";

test("the first call and the last go through, of a burst only the latest, and a pause lies between", async () => {
  const seen: { value: number; at: number }[] = [];
  const { call, end } = throttle((value: number) => seen.push({ value, at: performance.now() }), 60);
  for (let k = 0; k < 50; k++) call(k);
  assert.deepEqual(
    seen.map(({ value }) => value),
    [0],
  );
  await pause(150);
  assert.deepEqual(
    seen.map(({ value }) => value),
    [0, 49],
    "what waited comes without another call",
  );
  assert.ok(seen[1].at - seen[0].at >= 55);
  for (let k = 100; k < 105; k++) call(k);
  end();
  assert.equal(seen.at(-1)?.value, 104);
  const { length } = seen;
  await pause(100);
  assert.equal(seen.length, length, "nothing comes after the end");
});

test("what the listener throws reaches the caller, also from a call that waited", async () => {
  const fail = (value: number) => {
    throw new Error(`at ${value}`);
  };
  assert.throws(() => throttle(fail, 10).call(1), /at 1/);
  let calls = 0;
  const second = throttle((value: number) => (++calls === 1 ? undefined : fail(value)), 10);
  second.call(1);
  second.call(2);
  await pause(50);
  assert.throws(() => second.end(), /at 2/);
});
