/** A real redis-server of the test's own, and worker processes that serve it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const CLI = fileURLToPath(new URL("../../src/cli.js", import.meta.url));

/** Why tests with Redis are skipped, if they are. */
export const noRedis =
  spawnSync("redis-server", ["--version"]).status === 0 ? false : "redis-server is not installed (Debian's package)";

/** Why tests with TLS are skipped, if they are. */
export const noOpenSsl = spawnSync("openssl", ["version"]).status === 0 ? false : "openssl is not installed";

export class TestRedis {
  readonly folder = mkdtempSync(join(tmpdir(), "eqlab-redis-"));
  private server: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly settings: readonly string[],
  ) {}

  /** @param settings further ones for redis-server's command line */
  static async start(...settings: string[]): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), settings);
    await redis.up();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** @param more settings for this time */
  async up(...more: readonly string[]): Promise<void> {
    const fixed = ["--port", `${this.port}`, "--bind", "127.0.0.1", "--dir", this.folder, "--save", ""];
    this.server = spawn("redis-server", [...fixed, ...this.settings, ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: this.server.stdout as NodeJS.ReadableStream })) {
      if (line.includes("Ready to accept connections")) break;
    }
    this.server.stdout?.resume();
  }

  /** Ends the server at once: whatever it had in memory is gone. */
  async down(): Promise<void> {
    if (!this.server || this.server.exitCode !== null) return;
    const gone = once(this.server, "exit");
    this.server.kill("SIGKILL");
    await gone;
  }

  async end(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true });
  }
}

export interface WorkerProcess {
  readonly process: ChildProcess;
  /** What it has said so far. */
  said(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** A worker process, once it is ready. */
export async function startWorker(
  url: string,
  threads = 1,
  env: NodeJS.ProcessEnv = process.env,
): Promise<WorkerProcess> {
  // The address in the environment: so no password is seen among the processes.
  const worker = spawn(process.execPath, [CLI, "worker", "--workers", `${threads}`], {
    env: { ...env, EQLAB_REDIS: url },
  });
  let said = "";
  worker.stderr.on("data", (chunk) => {
    said += chunk;
  });
  while (!said.includes("Serving")) {
    if (worker.exitCode !== null) throw new Error(`The worker ended: ${said}`);
    await sleep(20);
  }
  return {
    process: worker,
    said: () => said,
    async kill(signal) {
      if (worker.exitCode !== null || worker.signalCode !== null) return;
      const gone = once(worker, "exit");
      worker.kill(signal);
      await gone;
    },
  };
}

/** A certificate for 127.0.0.1 in a folder, and the settings by which redis-server speaks TLS with it. */
export async function selfSigned(folder: string) {
  const [certificate, key] = ["cert.pem", "key.pem"].map((name) => join(folder, name));
  const { status, stderr } = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", "/CN=eqlab", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
  ]);
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  const port = await freePort();
  const settings = [
    ...["--port", "0", "--tls-port", `${port}`, "--tls-auth-clients", "no"],
    ...["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate],
  ];
  return { certificate, settings, port };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
