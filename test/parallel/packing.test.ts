import assert from "node:assert/strict";
import { test } from "node:test";
import { candidatesOf, findingsOf, jobOf, taskOf } from "../../src/parallel/packing.js";
import { affine } from "../../src/search/network.js";
import type { Job, Problem } from "../../src/search/workbench.js";
import { ALL, randomNetworks } from "../search/help.js";

const networks = [affine([]), affine([], 0), affine([], -0.1), ...randomNetworks(300, 3, ALL)];
const problem: Problem = {
  inputs: [],
  shifts: [],
  scales: [],
  target: Float64Array.of(),
  searchRows: 0,
  primitives: [],
  targetScale: 1,
  resolution: 0,
};

test("candidates come back as they were, to the last digit", () => {
  const candidates = networks.map((root, k) => ({ root, error: k / 7 }));
  assert.deepEqual(candidatesOf(findingsOf(candidates)), candidates);
  assert.deepEqual(candidatesOf(findingsOf([])), []);
});

test("so do jobs", () => {
  const [root] = networks.slice(-1);
  const jobs: Job[] = [
    { kind: "start", start: "peel 3" },
    { kind: "expand", root },
    { kind: "shorten", root, part: 2 },
    { kind: "prune", root, error: 0.3 },
    { kind: "mutate", seed: 5, batch: 7, parents: networks },
    { kind: "finish", root },
  ];
  for (const job of jobs) assert.deepEqual(jobOf(taskOf("1", problem, job)), job, job.kind);
});
