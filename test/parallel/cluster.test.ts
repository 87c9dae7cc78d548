import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Queue } from "bullmq";
import { discover } from "../../src/discover.js";
import { openQueue } from "../../src/parallel/queue.js";
import { connect, queueNamed, readAddress } from "../../src/parallel/redis.js";
import type { Result } from "../../src/result.js";
import { CLI, freePort, noOpenSsl, noRedis, selfSigned, startWorker, TestRedis, type WorkerProcess } from "./redis.js";
import { noisyTable } from "./table.js";

const table = noisyTable();
const question = { target: "y", primitives: ["identity", "square", "sin", "product"] };
const digits = ({ best, front }: Result) => [best, ...front].map(({ expression, mse }) => `${expression} ${mse}`);

describe("a cluster", { skip: noRedis }, () => {
  let redis: TestRedis;
  let workers: WorkerProcess[] = [];
  let alone: string[];

  before(async () => {
    redis = await TestRedis.start();
    alone = digits(await discover(table, { ...question, workers: 1 }));
  });
  after(async () => {
    for (const worker of workers) await worker.kill("SIGKILL");
    await redis.end();
  });
  const serveWith = async (count: number) => {
    for (const worker of workers) await worker.kill("SIGKILL");
    workers = await Promise.all(Array.from({ length: count }, () => startWorker(redis.url)));
  };
  /** Searches on the cluster, and does something to it once the search is under way. */
  const searched = async (fault?: () => Promise<void>) => {
    let trouble: Promise<void> | undefined;
    const onProgress = ({ fraction }: { fraction: number }) => {
      if (fraction > 0.1) trouble ??= fault?.();
    };
    const result = await discover(table, { ...question, cluster: redis.url, onProgress });
    assert.ok(!fault || trouble, "the search was over before anything happened to it");
    await trouble;
    return digits(result);
  };

  test("finds the same digits as one machine", async () => {
    await serveWith(2);
    assert.deepEqual(await searched(), alone);
  });

  test("a worker killed in the middle: its job goes to another, the result is the same", async () => {
    await serveWith(2);
    assert.deepEqual(await searched(() => workers[0].kill("SIGKILL")), alone);
  });

  test("all workers killed: the search waits for a new one", async () => {
    await serveWith(1);
    const found = searched(async () => {
      await workers[0].kill("SIGKILL");
      await sleep(500);
      workers.push(await startWorker(redis.url));
    });
    assert.deepEqual(await found, alone);
  });

  test("the server killed and started again with nothing in it: jobs and problem are given out anew", async () => {
    await serveWith(2);
    const found = searched(async () => {
      await redis.down();
      await sleep(500);
      await redis.up();
    });
    assert.deepEqual(await found, alone);
  });

  test("stops within a second, with the best so far", async () => {
    await serveWith(1);
    const stop = new AbortController();
    let pressed = 0;
    const onProgress = ({ fraction }: { fraction: number }) => {
      if (fraction < 0.1 || pressed) return;
      pressed = performance.now();
      stop.abort();
    };
    const result = await discover(table, { ...question, cluster: redis.url, onProgress, signal: stop.signal });
    assert.ok(performance.now() - pressed < 1_000, `${performance.now() - pressed} ms`);
    assert.match(result.warnings.join(" "), /stopped/);
  });

  test("a job nobody of eqlab wrote is refused, and the worker goes on", async () => {
    await serveWith(1);
    const { options } = readAddress(redis.url);
    const queue = new Queue(queueNamed("jobs"), { connection: options });
    const strange = [
      { problem: "../../etc", job: { kind: "start", start: "x" } },
      { kind: "eval", code: "1" },
      "x",
      null,
    ];
    const jobs = await queue.addBulk(strange.map((data) => ({ name: "jobs", data })));
    for (const job of jobs) {
      let reason: string | undefined;
      for (let i = 0; i < 200 && !reason; i++) {
        reason = (await queue.getJob(job.id as string))?.failedReason;
        await sleep(20);
      }
      assert.match(reason ?? "", /message that eqlab did not write/);
    }
    await queue.close();
    assert.deepEqual(await searched(), alone);
  });

  test("an answer nobody of eqlab wrote ends the search with an error, not with a law", async () => {
    for (const worker of workers) await worker.kill("SIGKILL");
    const queue = await openQueue<object, never>(redis.url, {
      kind: "tables",
      keep: 10,
      read: () => {
        throw new Error("no reply");
      },
    });
    try {
      const asked = queue.ask(new Map([["a", { file: "t.csv", csv: "x,y\n", options: { target: "y" } }]]));
      const refused = assert.rejects(asked, /no reply/); // the answer may be there before the worker says that it serves
      workers = [await startWorker(redis.url)];
      await refused;
    } finally {
      await queue.close();
    }
  });
});

test("addresses are read, and their passwords never said", async () => {
  const { options, shown } = readAddress("rediss://eva:s3cret%21@example.org/2");
  assert.deepEqual(
    { ...options, retryStrategy: undefined },
    {
      host: "example.org",
      port: 6379,
      username: "eva",
      password: "s3cret!",
      db: 2,
      tls: {},
      maxRetriesPerRequest: null,
      retryStrategy: undefined,
    },
  );
  assert.equal(shown, "rediss://example.org:6379/2");
  const refusal = (url: string) => {
    try {
      readAddress(url);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail(url);
  };
  for (const url of ["s3cret", "http://:s3cret@host", "redis://:s3cret@host/name", "redis://"]) {
    assert.doesNotMatch(refusal(url), /s3cret/, url);
  }
  const nobody = readAddress(`redis://:s3cret@127.0.0.1:${await freePort()}`);
  await assert.rejects(connect(nobody), (error: Error) => {
    assert.match(error.message, /No Redis can be used at redis:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*redis-server/);
    assert.doesNotMatch(error.message, /s3cret/);
    return true;
  });
});

test("a server with a password", { skip: noRedis }, async () => {
  const redis = await TestRedis.start("--requirepass", "s3cret");
  try {
    await assert.rejects(connect(readAddress(redis.url)), /NOAUTH.*user and password/);
    const url = redis.url.replace("//", "//:s3cret@");
    const worker = await startWorker(url);
    const [x, y] = [1, 2].map((power) => Array.from({ length: 20 }, (_, i) => (i + 1) ** power));
    const { best } = await discover({ x, y }, { target: "y", cluster: url });
    assert.equal(best.expression, "x^2");
    await worker.kill("SIGINT");
    assert.match(worker.said(), /Ended after [1-9]/);
    assert.doesNotMatch(worker.said(), /s3cret/);
  } finally {
    await redis.end();
  }
});

test("a server with a password behind TLS", { skip: noRedis || noOpenSsl }, async () => {
  const redis = await TestRedis.start("--requirepass", "s3cret");
  const { certificate, settings, port } = await selfSigned(redis.folder);
  try {
    await redis.down();
    await redis.up(...settings);
    const url = `rediss://:s3cret@127.0.0.1:${port}`;
    // Whoever signed the certificate must be known: by NODE_EXTRA_CA_CERTS here.
    await assert.rejects(connect(readAddress(url)), (error: Error) => {
      assert.match(error.message, /No Redis can be used at rediss:\/\/127\.0\.0\.1:\d+ \(.*certificate/);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
    const trusting = { ...process.env, NODE_EXTRA_CA_CERTS: certificate, EQLAB_REDIS: url };
    const worker = await startWorker(url, 1, trusting);
    const table = join(redis.folder, "t.csv");
    writeFileSync(table, `x,y\n${Array.from({ length: 20 }, (_, i) => `${i + 1},${(i + 1) ** 2}\n`).join("")}`);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [CLI, "discover", table, "--target", "y"], {
      env: trusting,
    });
    assert.match(stdout, /^y = x\^2\n/);
    await worker.kill("SIGTERM"); // as Slurm and Kubernetes end one
    assert.match(worker.said(), /Serving rediss:\/\/127[\s\S]*Ended after [1-9]/);
    assert.doesNotMatch(worker.said() + stdout + stderr, /s3cret/);
  } finally {
    await redis.end();
  }
});
