/**
 * What a cluster's queue carries, and how many workers it can feed: `node dist/test/benchmark/cluster.js`. A real redis-server;
 * the crowd of workers is simulated: each holds a table for a second and answers without searching it.
 */
import { Worker } from "bullmq";
import { discover } from "../../src/discover.js";
import { openQueue } from "../../src/parallel/queue.js";
import { connect, queueNamed, readAddress } from "../../src/parallel/redis.js";
import { readTableReply, type TableReply, type TableRequest } from "../../src/parallel/tables.js";
import { startWorker, TestRedis } from "../parallel/redis.js";
import { noisyTable } from "../parallel/table.js";
import { median } from "./scaling.js";

/** Seconds a simulated worker holds a table, and tables for each worker. */
const HOLD = 1;
const EACH = 5;
const CROWDS = [10, 100, 1000];
/** BullMQ workers that stand for a crowd; each holds its share of the tables at once. */
const PROCESSES = 10;

const redis = await TestRedis.start();
try {
  await oneSearch();
  for (const crowd of CROWDS) await manyTables(crowd);
} finally {
  await redis.end();
}
process.exit();

/** One search's jobs on two worker processes: number, size, and what the queue adds to their time. */
async function oneSearch(): Promise<void> {
  const workers = [await startWorker(redis.url), await startWorker(redis.url)];
  const server = await connect(readAddress(redis.url));
  const table = noisyTable();
  const timed = async (options: object) => {
    const begun = performance.now();
    await discover(table, { target: "y", ...options });
    return (performance.now() - begun) / 1000;
  };
  const rounds = { threads: [] as number[], cluster: [] as number[] };
  let traffic = { jobs: 0, bytes: 0 };
  for (let round = 0; round < 4; round++) {
    rounds.threads.push(await timed({ workers: 2 }));
    const before = await counts(server);
    rounds.cluster.push(await timed({ cluster: redis.url }));
    const after = await counts(server);
    traffic = { jobs: after.jobs - before.jobs, bytes: after.bytes - before.bytes };
  }
  const [threads, cluster] = [rounds.threads, rounds.cluster].map((times) => median(times.slice(1)));
  console.log(`one search: ${traffic.jobs} jobs, ${(traffic.bytes / 1e6).toFixed(1)} MB to and from the server`);
  console.log(`  two worker threads ${threads.toFixed(2)} s, two worker processes ${cluster.toFixed(2)} s`);
  server.disconnect();
  for (const worker of workers) await worker.kill("SIGKILL");
}

async function counts(server: Awaited<ReturnType<typeof connect>>) {
  const number = (text: string, name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(text)?.[1] ?? 0);
  const stats = await server.info("stats");
  const bytes = number(stats, "total_net_input_bytes") + number(stats, "total_net_output_bytes");
  return { bytes, jobs: Number((await server.get(`bull:${queueNamed("jobs")}:id`)) ?? 0) };
}

async function manyTables(crowd: number): Promise<void> {
  const { options } = readAddress(redis.url);
  const found: TableReply = {
    best: { expression: "x^2", complexity: 3, mse: 0, tex: "x^{2}" },
    front: [],
    verdict: "exact",
    warnings: [],
    seconds: HOLD,
  };
  const hold = () => new Promise<TableReply>((resolve) => setTimeout(() => resolve(found), HOLD * 1000));
  const workers = Array.from(
    { length: PROCESSES },
    () => new Worker(queueNamed("tables"), hold, { connection: options, concurrency: crowd / PROCESSES }),
  );
  const queue = await openQueue<TableRequest, TableReply>(redis.url, {
    kind: "tables",
    read: readTableReply,
    keep: 60,
  });
  const csv = `x,y\n${Array.from({ length: 256 }, (_, i) => `${i / 256},${(i / 256) ** 2}\n`).join("")}`;
  const tables = Array.from({ length: crowd * EACH }, (_, i): [string, TableRequest] => [
    `t-${crowd}-${i}`,
    { file: `${i}.csv`, csv, options: { target: "y" } },
  ]);
  const begun = performance.now();
  await queue.ask(new Map(tables));
  const seconds = (performance.now() - begun) / 1000;
  const rate = tables.length / seconds;
  console.log(
    `${crowd} workers, ${tables.length} tables of ${HOLD} s: ${seconds.toFixed(1)} s, ` +
      `${rate.toFixed(0)} tables a second, ${((100 * rate * HOLD) / crowd).toFixed(0)}% of the workers busy`,
  );
  await queue.close();
  await Promise.all(workers.map((worker) => worker.close(true)));
}
