import assert from "node:assert/strict";
import { after, test } from "node:test";
import { defaultWorkers, inWorkers, stopWorkers } from "../../src/parallel/pool.js";
import { affine } from "../../src/search/network.js";
import { type Job, type Problem, Workbench } from "../../src/search/workbench.js";
import { map, normal, uniform } from "../search/help.js";

after(stopWorkers);

const N = 64;
const inputs = [uniform(1, N), uniform(2, N)];
const problem: Problem = {
  inputs,
  shifts: [0, 0],
  scales: [1, 1],
  target: map([...inputs, normal(3, N)], (a, b, r) => Math.sin(3 * a) * b + 0.1 * r),
  searchRows: N,
  primitives: ["identity", "sin", "product"],
  targetScale: 1,
  resolution: 0,
};
const root = affine([], 0);
const jobs: Job[] = [
  { kind: "expand", root },
  ...Array.from({ length: 5 }, (_, batch): Job => ({ kind: "mutate", seed: 1, batch, parents: [root] })),
  { kind: "start", start: "polynomials" },
];
const never = new AbortController().signal;

test("jobs in workers give what they give in this thread, in the order of the jobs, however many workers", async () => {
  const bench = new Workbench(problem);
  const expected = jobs.map((job) => bench.run(job));
  for (const workers of [1, 3]) assert.deepEqual(await inWorkers(problem, workers, never)(jobs), expected);
});

test("when one search is aborted its jobs end soon, and those of others go on", async () => {
  const long = Array.from({ length: 200 }, (_, batch): Job => ({ kind: "mutate", seed: 2, batch, parents: [root] }));
  const controller = new AbortController();
  // The three workers are there already: they are busy when the search is aborted, with the other's jobs in the queue.
  const aborted = inWorkers(problem, 3, controller.signal)(long);
  const other = inWorkers(problem, 3, never)(jobs);
  setTimeout(() => controller.abort(), 100);
  const begun = performance.now();
  const results = await aborted;
  assert.ok(performance.now() - begun < 3000);
  assert.equal(results.length, long.length);
  assert.ok(results.filter((found) => found.length === 0).length > 100, "jobs not done have found nothing");
  assert.ok((await other).every((found) => found.length > 0));
});

test("an aborted search runs nothing at all, and a fault of a job is not hidden", async () => {
  assert.deepEqual(
    await inWorkers(problem, 2, AbortSignal.abort())(jobs),
    jobs.map(() => []),
  );
  await assert.rejects(inWorkers(problem, 2, never)([{ kind: "expand", root: { broken: true } } as never]));
});

test("after the workers are stopped the next search has new ones", async () => {
  await stopWorkers();
  const [found] = await inWorkers(problem, 2, never)(jobs.slice(0, 1));
  assert.ok(found.length > 0);
});

test("as many workers as processors, but eight at most", () => {
  assert.ok(defaultWorkers() >= 1 && defaultWorkers() <= 8);
});
