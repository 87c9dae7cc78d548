/** The workforce of all workers connected to a Redis, on this machine and others: a problem goes there once, its jobs one by one. */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { packProblem, packRequest, type Request, readCandidates, readProblem } from "./messages.js";
import { LOST, openQueue } from "./queue.js";
import type { Workforce } from "./workforce.js";

/** Seconds the server keeps a problem after its last use, and what was found where nobody fetched it. */
const KEPT = { problem: 3_600, reply: 600 };

const keyOf = (hash: string): string => `eqlab:problem:${hash}`;

/** @throws InputError where no Redis answers at the address (see `readAddress`) */
export async function openCluster(url: string, signal: AbortSignal): Promise<Workforce> {
  const problems = new Map<string, string>();
  const queue = await openQueue(url, {
    kind: "jobs",
    read: readCandidates,
    keep: KEPT.reply,
    async prepare(redis, { problem }: Request) {
      const there = await redis.expire(keyOf(problem), KEPT.problem);
      if (there === 0) await redis.set(keyOf(problem), problems.get(problem) ?? "", "EX", KEPT.problem);
    },
  });
  const session = randomUUID(); // names of jobs only: two searches must not get each other's answers
  let count = 0;
  signal.addEventListener("abort", queue.abandon);
  return {
    runnerFor(problem) {
      const { text, hash } = packProblem(problem);
      problems.set(hash, text);
      return async (jobs) => {
        if (signal.aborted) return jobs.map(() => []);
        const requests = new Map(jobs.map((job) => [`${session}-${++count}`, packRequest(hash, job)]));
        return (await queue.ask(requests)).map((found) => found ?? []);
      };
    },
    close() {
      signal.removeEventListener("abort", queue.abandon);
      return queue.close();
    },
  };
}

/** The problem of a job, for its worker. */
export async function fetchProblem(redis: Redis, hash: string) {
  const text = await redis.get(keyOf(hash));
  if (text === null) throw new Error(LOST);
  return readProblem(text);
}
