/** The same network in eager PyTorch: a program of test/benchmark in a process of its own, asked a line at a time. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const PYTHON = path(
  process.platform === "win32" ? ".cache/torch-venv/Scripts/python.exe" : ".cache/torch-venv/bin/python",
);

/** Starts a program; undefined where PyTorch is not installed. */
export function startPyTorch<Answer>(program: string, signal?: AbortSignal) {
  if (!existsSync(PYTHON)) return undefined;
  const child: ChildProcess = spawn(PYTHON, [path(`test/benchmark/${program}`)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  signal?.addEventListener("abort", () => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return {
    async ask(task: object): Promise<Answer> {
      child.stdin?.write(`${JSON.stringify(task)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("PyTorch ended before it answered: its own words are above.");
      return JSON.parse(value);
    },
    stop: () => child.stdin?.end(),
  };
}

/**
 * Measures with one thread and with all, and prints the report, or with --json all there is to know. TensorFlow and PyTorch
 * settle their threads when they are loaded: each number of them has a process of its own.
 */
export async function withThreads<Measured>(
  measure: (threads: number) => Promise<Measured>,
  report: (lines: readonly Measured[]) => string,
): Promise<void> {
  const threads = process.env.EQLAB_BENCH_THREADS;
  if (threads) {
    process.stdout.write(`${JSON.stringify(await measure(Number(threads)))}\n`);
    return;
  }
  const lines = [...new Set([1, availableParallelism()])].map((count): Measured => {
    const own = { EQLAB_BENCH_THREADS: `${count}`, TF_NUM_INTRAOP_THREADS: `${count}`, OMP_NUM_THREADS: `${count}` };
    const run = spawnSync(process.execPath, process.argv.slice(1), {
      env: { ...process.env, ...own },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (run.status !== 0) throw new Error(`The measurement with ${count} threads failed: its own words are above.`);
    return JSON.parse(run.stdout.trim().split("\n").at(-1) as string);
  });
  process.stdout.write(process.argv.includes("--json") ? `${JSON.stringify(lines, null, 2)}\n` : `${report(lines)}\n`);
}
