/** A worker of the cluster: takes jobs from Redis, does them in worker threads, gives back what they found. */
import { Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Candidate } from "../search/candidates.js";
import type { Runner } from "../search/workbench.js";
import { PROBLEM_LOST, problemKey } from "./cluster.js";
import { readProblem, readRequest } from "./messages.js";
import { inWorkers } from "./pool.js";
import { connect, queueNamed, readAddress } from "./redis.js";

/** Milliseconds after which a job whose worker has gone silent is given to another; between looks for such jobs; losses at most. */
export const STALLED = { lockDuration: 10_000, stalledInterval: 3_000, maxStalledCount: 10 };
/** Problems whose columns are kept at hand. */
const KEPT = 8;

export interface ServeOptions {
  /** Worker threads, and jobs done at once. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called after each job and each error of the connection, for people who watch. */
  readonly onEvent?: (event: { kind: "job" | "table" | "error"; text: string }) => void;
}

/**
 * Serves the cluster until `signal` aborts; jobs that are being done then are finished first.
 * @throws InputError where no Redis answers at the address
 */
export async function serve(url: string, { workers, signal, onEvent }: ServeOptions): Promise<void> {
  const address = readAddress(url);
  const redis = await connect(address);
  const runners = new Map<string, Runner>();
  const never = new AbortController().signal; // a job that was begun is finished, or goes to another worker

  const runnerOf = async (hash: string): Promise<Runner> => {
    const known = runners.get(hash);
    if (known) return known;
    const runner = inWorkers(await fetchProblem(redis, hash), workers, never);
    runners.set(hash, runner);
    for (const oldest of runners.keys()) if (runners.size > KEPT) runners.delete(oldest);
    return runner;
  };
  const jobs = new Worker<unknown, Candidate[]>(
    queueNamed("jobs"),
    async ({ data }) => {
      const begun = performance.now();
      const { problem, job } = readRequest(data);
      const run = await runnerOf(problem);
      const [found] = await run([job]);
      onEvent?.({
        kind: "job",
        text: `${job.kind}: ${found.length} formulas in ${Math.round(performance.now() - begun)} ms`,
      });
      return found;
    },
    { connection: address.options, concurrency: workers, ...STALLED },
  );
  jobs.on("error", ({ message }) => onEvent?.({ kind: "error", text: message }));

  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
  await jobs.close();
  redis.disconnect();
}

async function fetchProblem(redis: Redis, hash: string) {
  const text = await redis.get(problemKey(hash));
  if (text === null) throw new Error(PROBLEM_LOST);
  return readProblem(text);
}
