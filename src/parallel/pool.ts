/** Worker threads for the search's jobs. They are kept from one search to the next: starting one takes longer than many searches. */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { Candidate } from "../search/candidates.js";
import type { Job, Problem, Runner } from "../search/workbench.js";

/** A job, with the problem it belongs to: a worker that has met the problem keeps its workbench. */
export interface Task {
  readonly session: string;
  readonly problem: Problem;
  readonly job: Job;
}

/** Idle workers end after this many milliseconds. */
const IDLE = 60_000;

let pool: { readonly workers: number; readonly threads: Piscina } | undefined;
let sessions = 0;

export const defaultWorkers = (): number => Math.max(1, Math.min(8, availableParallelism()));

/**
 * Runs jobs on worker threads. Results don't depend on how many there are.
 * When `signal` aborts, the workers end at once, and jobs not done yet have found nothing.
 */
export function inWorkers(problem: Problem, workers: number, signal: AbortSignal): Runner {
  const session = `${++sessions}`;
  return async (jobs) => {
    const threads = started(workers);
    const end = () => void stopWorkers();
    signal.addEventListener("abort", end, { once: true });
    try {
      return await Promise.all(
        jobs.map(async (job): Promise<Candidate[]> => {
          try {
            return await threads.run({ session, problem, job } satisfies Task);
          } catch (error) {
            if (signal.aborted) return [];
            throw error;
          }
        }),
      );
    } finally {
      signal.removeEventListener("abort", end);
    }
  };
}

function started(workers: number): Piscina {
  if (pool?.workers === workers) return pool.threads;
  void stopWorkers();
  const threads = new Piscina({
    filename: new URL("./worker.js", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: IDLE,
  });
  pool = { workers, threads };
  return threads;
}

/** Ends all worker threads; the next search starts new ones. */
export async function stopWorkers(): Promise<void> {
  const ending = pool;
  pool = undefined;
  await ending?.threads.destroy();
}
