/**
 * Requests to whatever workers are connected to a Redis, through a BullMQ queue. A request is a pure function of its data, so
 * whoever answers gives the same digits, and one that got lost, with its worker or with the server, is simply given out again.
 */
import { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { connect, queueNamed, readAddress } from "./redis.js";

/** Milliseconds between looks at the requests that are still out. */
const WATCH = 2_000;
/** Looks without a worker after which it is said. */
const LOOKS_ALONE = 3;

export interface Requests<Request, Reply> {
  readonly kind: "jobs" | "tables";
  /** Reads what a worker answered; throws where it is no reply. */
  readonly read: (message: unknown) => Reply;
  /** What must be on the server before a worker sees the request. */
  readonly prepare?: (redis: Redis, request: Request) => Promise<void>;
  /** Seconds the server keeps an answer that was not fetched. */
  readonly keep: number;
  readonly onProgress?: (id: string, progress: unknown) => void;
}

export interface RequestQueue<Request, Reply> {
  /** Answers, in the order of the requests. The same id never is done twice at once; undefined after `abandon`. */
  ask(requests: ReadonlyMap<string, Request>): Promise<(Reply | undefined)[]>;
  /** Gives up all that is out: it is answered with undefined. What a worker has begun is finished in vain. */
  abandon(): void;
  close(): Promise<void>;
}

interface Pending<Request, Reply> {
  readonly request: Request;
  resolve(reply: Reply | undefined): void;
  reject(error: Error): void;
}

/** A worker fails with this where what `prepare` put on the server is gone; the request is then made anew. */
export const LOST = "what belongs to the job is no longer on the server";

/**
 * @param url see `readAddress`
 * @throws InputError where no Redis answers there
 */
export async function openQueue<Request, Reply>(
  url: string,
  { kind, read, prepare, keep, onProgress }: Requests<Request, Reply>,
): Promise<RequestQueue<Request, Reply>> {
  const address = readAddress(url);
  const redis = await connect(address);
  const queue = new Queue(queueNamed(kind), { connection: redis });
  const events = new QueueEvents(queue.name, { connection: address.options });
  queue.on("error", () => {}); // both come back by themselves
  events.on("error", () => {});
  await events.waitUntilReady();

  const pending = new Map<string, Pending<Request, Reply>>();

  const give = async (ids: readonly string[]) => {
    const jobs = [];
    for (const id of ids) {
      const request = pending.get(id)?.request;
      if (request === undefined) continue;
      await prepare?.(redis, request);
      const opts = { jobId: id, removeOnComplete: { age: keep }, removeOnFail: true };
      jobs.push({ name: kind, data: request, opts });
    }
    await queue.addBulk(jobs);
  };
  const take = (id: string) => {
    const taken = pending.get(id);
    pending.delete(id);
    return taken;
  };
  const completed = (id: string, message: unknown) => {
    const taken = take(id);
    try {
      taken?.resolve(read(message));
    } catch (error) {
      taken?.reject(error as Error);
    }
  };
  const failed = (id: string, reason: string) => {
    if (reason !== LOST) take(id)?.reject(new Error(`A worker failed: ${reason}`));
    else give([id]).catch((error) => take(id)?.reject(error));
  };
  events.on("completed", ({ jobId, returnvalue }) => completed(jobId, returnvalue));
  events.on("failed", ({ jobId, failedReason }) => failed(jobId, failedReason));
  events.on("progress", ({ jobId, data }) => onProgress?.(jobId, data));

  /** A server that was restarted has lost events, and perhaps requests. */
  const look = async () => {
    for (const id of [...pending.keys()]) {
      const job = await queue.getJob(id);
      if (!job) await give([id]);
      else if (job.finishedOn && !job.failedReason) completed(id, job.returnvalue);
    }
  };
  let alone = 0;
  const count = async () => {
    alone = pending.size > 0 && (await queue.getWorkersCount()) === 0 ? alone + 1 : 0;
    if (alone !== LOOKS_ALONE) return;
    process.emitWarning(
      `No worker of this version of eqlab is connected to ${address.shown}; the work waits. ` +
        `Start one: npx eqlab worker --redis ${address.shown}`,
    );
  };
  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return; // commands wait for a server that is away
    looking = true;
    await Promise.all([look(), count()]).catch(() => {});
    looking = false;
  }, WATCH);

  const abandon = () => {
    for (const id of [...pending.keys()]) {
      take(id)?.resolve(undefined);
      queue.remove(id).catch(() => {});
    }
  };
  return {
    ask(requests) {
      const replies = [...requests].map(
        ([id, request]) =>
          new Promise<Reply | undefined>((resolve, reject) => void pending.set(id, { request, resolve, reject })),
      );
      give([...requests.keys()]).catch((error) => {
        for (const id of requests.keys()) take(id)?.reject(error);
      });
      return Promise.all(replies);
    },
    abandon,
    async close() {
      clearInterval(timer);
      abandon();
      await Promise.all([queue.close(), events.close()]).catch(() => {});
      redis.disconnect();
    },
  };
}
