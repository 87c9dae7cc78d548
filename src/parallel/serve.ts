/** A worker of the cluster: takes jobs from Redis, does them in worker threads, gives back what they found. */
import { Worker } from "bullmq";
import type { Progress } from "../options.js";
import type { Runner } from "../search/workbench.js";
import { fetchProblem } from "./cluster.js";
import { packCandidates, type Reply, readRequest } from "./messages.js";
import { inWorkers } from "./pool.js";
import { connect, queueNamed, readAddress } from "./redis.js";
import { answer, readTableRequest, type TableReply } from "./tables.js";

/** Milliseconds after which a job whose worker has gone silent is given to another; between looks for such jobs; losses at most. */
export const STALLED = { lockDuration: 10_000, stalledInterval: 3_000, maxStalledCount: 10 };
/** The same for tables: parts of a search that run in the main thread keep it from saying that it is alive. */
const TABLE_LOCK = 30_000;
/** Milliseconds between reports of a table's progress. */
const PROGRESS = 1_000;
/** Problems whose columns are kept at hand. */
const KEPT = 8;

export interface ServeOptions {
  /** Worker threads, and jobs done at once. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called once the server has answered, with its address (without a password). */
  readonly onReady?: (shown: string) => void;
  /** Called after each job and each error of the connection, for people who watch. */
  readonly onEvent?: (event: { kind: "job" | "table" | "error"; text: string }) => void;
}

/**
 * Serves the cluster until `signal` aborts; jobs that are being done then are finished first.
 * @throws InputError where no Redis answers at the address
 */
export async function serve(url: string, { workers, signal, onReady, onEvent }: ServeOptions): Promise<void> {
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
  const jobs = new Worker<unknown, Reply>(
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
      return packCandidates(found);
    },
    { connection: address.options, concurrency: workers, ...STALLED },
  );
  const tables = new Worker<unknown, TableReply>(
    queueNamed("tables"),
    async (message) => {
      const request = readTableRequest(message.data);
      let last = 0;
      const onProgress = ({ best }: Progress) => {
        if (performance.now() < last + PROGRESS) return;
        last = performance.now();
        message.updateProgress(best).catch(() => {}); // live, not vital
      };
      const reply = await answer(request, { workers, signal: never, onProgress });
      onEvent?.({
        kind: "table",
        text: `${request.file}: ${"refused" in reply ? reply.refused : reply.best.expression}`,
      });
      return reply;
    },
    { connection: address.options, concurrency: workers, ...STALLED, lockDuration: TABLE_LOCK },
  );
  for (const worker of [jobs, tables]) worker.on("error", ({ message }) => onEvent?.({ kind: "error", text: message }));
  await Promise.all([jobs.waitUntilReady(), tables.waitUntilReady()]);
  onReady?.(address.shown);

  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
  await Promise.all([jobs.close(), tables.close()]);
  redis.disconnect();
}
