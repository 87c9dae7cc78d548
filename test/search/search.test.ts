import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_PRIMITIVES, PRIMITIVES } from "../../src/primitives.js";
import { affine, input, signature, single } from "../../src/search/network.js";
import { type SearchProgress, search } from "../../src/search/search.js";
import { type Job, type Runner, Workbench } from "../../src/search/workbench.js";
import { map, normal, uniform } from "./help.js";

/** Runners without workers. */
const inProcess =
  (bench: Workbench): Runner =>
  async (jobs) =>
    jobs.map((job) => bench.run(job));

/** Few rows, so that the search gives up soon. */
const N = 36;
const inputs = [uniform(1, N, 0.2, 1), uniform(2, N, -1, 1)];
type Law = (a: number, b: number, noise: number) => number;

function benchFor(law: Law, primitives: readonly string[] = [...DEFAULT_PRIMITIVES, "power"]) {
  const target = map([...inputs, normal(3, N)], law);
  return new Workbench({
    inputs,
    shifts: [0, 0],
    scales: [1, 1],
    target,
    searchRows: N,
    primitives,
    targetScale: 1,
    resolution: 0,
  });
}

/** Something with every phase: no law fits it, and noise is small. */
const hard: Law = (a, b, r) => Math.tanh(3 * a * b) + Math.abs(b) ** 1.3 + 0.02 * r;

test("a job gives the same digits whenever and wherever it is done", async () => {
  const law: Law = (a, b, r) => a * Math.sin(3 * b) + 0.1 * r;
  const [one, other] = [benchFor(law), benchFor(law)];
  const root = single(input(0), 1, 0);
  const jobs: Job[] = [
    { kind: "start", start: "few sprouts" },
    { kind: "expand", root },
    { kind: "mutate", seed: 5, batch: 2, parents: [root] },
    {
      kind: "shorten",
      root: affine(
        [input(0), input(1)].map((unit) => ({ weight: 1, unit })),
        0,
      ),
      part: 1,
    },
    { kind: "finish", root },
  ];
  const results = jobs.map((job) => JSON.stringify(one.run(job)));
  const backwards = [...jobs].reverse().map((job) => JSON.stringify(other.run(job)));
  assert.deepEqual(backwards.reverse(), results);
  assert.deepEqual(
    jobs.map((job) => JSON.stringify(one.run(job))),
    results,
    "again on the same workbench",
  );
  assert.equal(JSON.stringify(root), JSON.stringify(single(input(0), 1, 0)), "a job leaves its network alone");
});

test("an exact law ends the search at once", async () => {
  const phases: SearchProgress[] = [];
  const bench = benchFor((a, b) => a * b + 0.5);
  const pool = await search(bench, inProcess, { seed: 1, onProgress: (progress) => phases.push(progress) });
  assert.equal(signature(pool.exact?.root ?? affine([])), "(x0^1)(x1^1)+1");
  assert.deepEqual(
    phases.map(({ phase }) => phase),
    ["start"],
    "not even all starts",
  );
});

test("without a law the search goes through all its phases, its progress grows, and so does what it has", async () => {
  const steps: SearchProgress[] = [];
  const pool = await search(benchFor(hard, ["identity", "sin", "product", "exp"]), inProcess, {
    seed: 1,
    onProgress: (progress) => steps.push(progress),
  });
  for (const phase of ["start", "grow", "mutate", "compress"])
    assert.ok(
      steps.some((step) => step.phase === phase),
      phase,
    );
  for (let k = 1; k < steps.length; k++) {
    assert.ok(
      steps[k].fraction >= steps[k - 1].fraction,
      `${steps[k - 1].fraction} to ${steps[k].fraction} in ${steps[k].phase}`,
    );
    assert.ok(steps[k].best.length <= steps[k - 1].best.length);
  }
  assert.ok(steps.every(({ fraction }) => fraction > 0 && fraction <= 1));
  assert.equal(pool.best.length, steps[steps.length - 1].best.length);
});

test("the order in which jobs come back does not matter", async () => {
  const law: Law = (a, b, r) => Math.exp(-a) * Math.sin(3 * b) + 0.03 * r;
  const summary = async (runnerFor: typeof inProcess) => {
    const { states } = await search(benchFor(law), runnerFor, { seed: 3, rounds: 4, mutations: false });
    return states.map(({ root, error }) => `${signature(root)} ${error}`);
  };
  const late: typeof inProcess = (bench) => async (jobs) => {
    const results = new Map<Job, ReturnType<Workbench["run"]>>();
    for (const job of [...jobs].reverse()) {
      await new Promise((resolve) => setImmediate(resolve));
      results.set(job, new Workbench(bench.problem).run(job));
    }
    return jobs.map((job) => results.get(job) ?? []);
  };
  assert.deepEqual(await summary(late), await summary(inProcess));
});

test("smaller problems searched at once are taken over as if one after the other", async () => {
  // A function of the product, which may be upside down or stand in front: none of the ways has an exact law at once.
  const columns = [uniform(1, 96, 0.3, 2), uniform(2, 96, 0.3, 2)];
  const target = map([...columns, normal(3, 96)], (a, b, r) => Math.sin(2 * a * b) + Math.sqrt(a * b) + 0.02 * r);
  const problem = { ...benchFor(hard).problem, inputs: columns, target, searchRows: 96 };
  const primitives = ["identity", "product", "sin", "division"];
  const dealt = async (ahead: boolean) => {
    const benches: Workbench[] = [];
    const runnerFor: typeof inProcess = (bench) => async (jobs) => {
      benches.push(bench);
      await new Promise((resolve) => setImmediate(resolve));
      return jobs.map((job) => bench.run(job));
    };
    const { states } = await search(new Workbench({ ...problem, primitives }), runnerFor, {
      seed: 3,
      rounds: 1,
      mutations: false,
      ahead,
    });
    const changes = benches.filter((bench, k) => bench !== benches[k - 1]).length;
    return { changes, found: states.map(({ root, error }) => `${signature(root)} ${error}`) };
  };
  const [inTurn, ahead] = [await dealt(false), await dealt(true)];
  assert.ok(ahead.changes > inTurn.changes, `${ahead.changes} turns, ${inTurn.changes} one after the other`);
  assert.deepEqual(ahead.found, inTurn.found);
});

test("an aborted search gives what it has, without beginning anything new", async () => {
  const controller = new AbortController();
  let runs = 0;
  const counting: typeof inProcess = (bench) => {
    const run = inProcess(bench);
    return (jobs) => {
      if (controller.signal.aborted) runs++;
      if (jobs[0].kind === "expand") controller.abort();
      return run(jobs);
    };
  };
  const pool = await search(benchFor(hard), counting, { seed: 1, signal: controller.signal });
  assert.ok(pool.best.size > 1);
  assert.equal(runs, 0, "rounds after the abort");
});

test("with all primitives the workbench has more starts than with the paper's", () => {
  const starts = (primitives: readonly string[]) =>
    benchFor((a, b) => a + b, primitives)
      .starts()
      .flat();
  assert.ok(starts(Object.keys(PRIMITIVES)).length > starts(DEFAULT_PRIMITIVES).length);
  assert.equal(new Set(starts(Object.keys(PRIMITIVES))).size, starts(Object.keys(PRIMITIVES)).length);
});
