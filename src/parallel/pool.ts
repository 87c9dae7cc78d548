/** Worker threads for the search's jobs. They are kept from one search to the next: starting one takes longer than many searches. */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { Candidate } from "../search/candidates.js";
import type { Problem, Runner } from "../search/workbench.js";
import { candidatesOf, type Task, taskOf } from "./packing.js";

/** Idle workers but one end after this many milliseconds. */
const IDLE = 60_000;

/** One pool for each number of workers asked for: searches that run at once must not end each other's. */
const pools = new Map<number, Piscina>();
/** A problem has one name, so that a worker has one workbench for it. */
const names = new WeakMap<Problem, string>();
let named = 0;

export const defaultWorkers = (): number => Math.max(1, Math.min(8, availableParallelism()));

/**
 * Runs jobs on worker threads. Results don't depend on how many there are.
 * When `signal` aborts, workers busy with these jobs end at once, and jobs not done yet have found nothing.
 */
export function inWorkers(problem: Problem, workers: number, signal: AbortSignal): Runner {
  const session = nameOf(problem);
  return async (jobs) => {
    const tasks = jobs.map((job) => taskOf(session, problem, job));
    const found: Candidate[][] = jobs.map(() => []);
    await Promise.all(
      longestFirst(tasks).map(async (k) => {
        try {
          found[k] = candidatesOf(await poolOf(workers).run(tasks[k], { signal }));
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      }),
    );
    return found;
  };
}

/** Large networks take longest: begun last, they would leave the other workers idle. Of starts the later ones do. */
function longestFirst(tasks: readonly Task[]): number[] {
  return [...tasks.keys()].sort((a, b) => tasks[b].networks.length - tasks[a].networks.length || b - a);
}

function nameOf(problem: Problem): string {
  const name = names.get(problem) ?? `${++named}`;
  names.set(problem, name);
  return name;
}

function poolOf(workers: number): Piscina {
  const known = pools.get(workers);
  if (known) return known;
  const threads = new Piscina({
    filename: new URL("./worker.js", import.meta.url).href,
    minThreads: 1, // with none, jobs left in the queue by an aborted search would wait for ever
    maxThreads: workers,
    idleTimeout: IDLE,
  });
  pools.set(workers, threads);
  return threads;
}

/** Ends all worker threads; the next search starts new ones. */
export async function stopWorkers(): Promise<void> {
  const ending = [...pools.values()];
  pools.clear();
  await Promise.all(ending.map((threads) => threads.destroy()));
}
