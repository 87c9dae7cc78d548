/**
 * Workers on other machines, through BullMQ on Redis. A job is a pure function of its problem, so whoever does it gives the
 * same digits, and a job that got lost is simply given out again: with the worker that died, or with the server.
 */
import { randomUUID } from "node:crypto";
import { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { Candidate } from "../search/candidates.js";
import type { Job, Problem, Runner } from "../search/workbench.js";
import { packProblem, type Request, readCandidates } from "./messages.js";
import { connect, queueNamed, readAddress } from "./redis.js";

/** Milliseconds between looks at the jobs that are still out. */
const WATCH = 2_000;
/** Looks without a worker after which it is said. */
const LOOKS_ALONE = 3;
/** Seconds the server keeps a problem after its last use, and a result that was not fetched. */
const KEPT = { problem: 3_600, result: 600 };
/** How a worker says that the server has lost the problem. */
export const PROBLEM_LOST = "the problem is not on the server";

export const problemKey = (hash: string): string => `eqlab:problem:${hash}`;

export interface Cluster {
  /** Runs jobs of a problem on whatever workers are connected; after `signal` aborts, jobs find nothing. */
  runnerFor(problem: Problem): Runner;
  close(): Promise<void>;
}

interface Pending {
  readonly request: Request;
  readonly text: string;
  resolve(found: Candidate[]): void;
  reject(error: Error): void;
}

/**
 * @param url see `readAddress`
 * @throws InputError where no Redis answers there
 */
export async function openCluster(url: string, signal: AbortSignal): Promise<Cluster> {
  const address = readAddress(url);
  const redis = await connect(address);
  const queue = new Queue<Request>(queueNamed("jobs"), { connection: redis });
  const events = new QueueEvents(queue.name, { connection: address.options });
  queue.on("error", () => {}); // they come back by themselves
  events.on("error", () => {});
  await events.waitUntilReady();

  const session = randomUUID();
  const pending = new Map<string, Pending>();
  let count = 0;

  const give = async (jobs: readonly Pending[]) => {
    for (const { hash, text } of new Map(
      jobs.map(({ request, text }) => [request.problem, { hash: request.problem, text }]),
    ).values()) {
      await keepProblem(redis, hash, text);
    }
    const named = jobs.map((job) => [`${session}-${++count}`, job] as const);
    for (const [id, job] of named) pending.set(id, job);
    await queue.addBulk(
      named.map(([jobId, { request }]) => ({
        name: request.job.kind,
        data: request,
        opts: { jobId, removeOnComplete: { age: KEPT.result }, removeOnFail: { age: KEPT.result } },
      })),
    );
  };
  const again = (id: string) => {
    const job = pending.get(id);
    if (job && pending.delete(id)) give([job]).catch(job.reject);
  };
  const arrived = (id: string, message: unknown) => {
    const job = pending.get(id);
    if (!job) return;
    pending.delete(id);
    try {
      job.resolve(readCandidates(message));
    } catch (error) {
      job.reject(error as Error);
    }
  };
  const failed = (id: string, reason: string) => {
    if (reason === PROBLEM_LOST) return again(id);
    pending.get(id)?.reject(new Error(`A worker of the cluster failed: ${reason}`));
    pending.delete(id);
  };
  events.on("completed", ({ jobId, returnvalue }) => arrived(jobId, returnvalue));
  events.on("failed", ({ jobId, failedReason }) => failed(jobId, failedReason));

  /** A server that was restarted has lost events, and perhaps jobs. */
  const watch = async () => {
    for (const id of [...pending.keys()]) {
      const job = await queue.getJob(id);
      if (!job) again(id);
      else if (job.finishedOn && job.failedReason) failed(id, job.failedReason);
      else if (job.finishedOn) arrived(id, job.returnvalue);
    }
  };
  let alone = 0;
  const lonely = async () => {
    alone = pending.size > 0 && (await queue.getWorkersCount()) === 0 ? alone + 1 : 0;
    if (alone !== LOOKS_ALONE) return;
    process.emitWarning(
      `No worker of this version of eqlab is connected to ${address.shown}; the search waits. Start one: npx eqlab worker --redis ${address.shown}`,
    );
  };
  let watching = false;
  const timer = setInterval(async () => {
    if (watching) return; // a server that is away keeps commands waiting
    watching = true;
    await Promise.all([watch(), lonely()]).catch(() => {});
    watching = false;
  }, WATCH);

  const abandon = () => {
    const left = [...pending];
    pending.clear();
    for (const [id, { resolve }] of left) {
      resolve([]);
      queue.remove(id).catch(() => {}); // one that is being done is finished in vain
    }
  };
  signal.addEventListener("abort", abandon);

  return {
    runnerFor(problem) {
      const { text, hash } = packProblem(problem);
      return (jobs: readonly Job[]) => {
        if (signal.aborted) return Promise.resolve(jobs.map(() => []));
        const out: Pending[] = [];
        const results = jobs.map(
          (job) =>
            new Promise<Candidate[]>((resolve, reject) => {
              out.push({ request: { problem: hash, job }, text, resolve, reject });
            }),
        );
        give(out).catch((error) => out.forEach(({ reject }) => void reject(error)));
        return Promise.all(results);
      };
    },
    async close() {
      clearInterval(timer);
      signal.removeEventListener("abort", abandon);
      abandon();
      await Promise.all([queue.close(), events.close()]).catch(() => {});
      redis.disconnect();
    },
  };
}

/** Puts a problem on the server, or keeps it there for longer. */
async function keepProblem(redis: Redis, hash: string, text: string): Promise<void> {
  const there = await redis.expire(problemKey(hash), KEPT.problem);
  if (there === 0) await redis.set(problemKey(hash), text, "EX", KEPT.problem);
}
