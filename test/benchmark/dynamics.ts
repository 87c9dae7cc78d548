/**
 * `npm run bench -- dynamics`: a step of stage A of src/dynamics (an encoder and eight heads on 64 series with two windows
 * each) beside the same in eager PyTorch, turn by turn in one run, on one thread and on all.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { oscillator } from "../../src/dynamics/generate.js";
import { HEADS_DEFAULTS, Heads } from "../../src/dynamics/heads.js";
import { readSeries, spreadOf } from "../../src/dynamics/series.js";

/** Turns, and steps in each. */
const TURNS = 6;
const STEPS = 30;

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const PYTHON = path(
  process.platform === "win32" ? ".cache/torch-venv/Scripts/python.exe" : ".cache/torch-venv/bin/python",
);

interface Measured {
  readonly threads: number;
  /** Milliseconds a step, median. */
  readonly eqlab: number;
  readonly pytorch?: number;
}

async function measure(threads: number): Promise<Measured> {
  const { series, dt } = oscillator({ count: HEADS_DEFAULTS.batch, steps: 500 });
  const { list } = readSeries(series, { states: ["x", "v"], dt }, 40);
  const heads = new Heads({
    series: list,
    spread: spreadOf(list),
    rates: [0.4, 0.3],
    form: "field",
    dt,
    latents: 1,
    seed: 1,
  });
  const rival = startRival();
  const starts = series.map((rows, s) => [s, 2 * s].map((k) => k % (rows.length - HEADS_DEFAULTS.length)));
  const times = { eqlab: [] as number[], pytorch: [] as number[] };
  for (let turn = 0; turn < TURNS; turn++) {
    const ours = Array.from({ length: STEPS }, () => {
      const begun = performance.now();
      heads.train();
      return performance.now() - begun;
    });
    const theirs = await rival?.take({ series, starts, steps: STEPS });
    if (turn === 0) continue; // to warm up
    times.eqlab.push(...ours);
    times.pytorch.push(...(theirs ?? []));
  }
  rival?.stop();
  heads.dispose();
  return { threads, eqlab: median(times.eqlab), ...(rival && { pytorch: median(times.pytorch) }) };
}

function startRival() {
  if (!existsSync(PYTHON)) return undefined;
  const child = spawn(PYTHON, [path("test/benchmark/dynamics.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async take(task: object): Promise<number[]> {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("PyTorch ended before it answered: its own words are above.");
      return JSON.parse(value).times;
    },
    stop: () => child.stdin.end(),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function report(lines: readonly Measured[]): string {
  const row = ({ threads, eqlab, pytorch }: Measured) =>
    pytorch === undefined
      ? `| ${threads} | ${eqlab.toFixed(1)} | not there | |`
      : `| ${threads} | ${eqlab.toFixed(1)} | ${pytorch.toFixed(1)} | ${(pytorch / eqlab).toFixed(1)} |`;
  return [
    "| threads | eqlab, ms a step | PyTorch, ms a step | PyTorch : eqlab |",
    "|---|---|---|---|",
    ...lines.map(row),
  ].join("\n");
}

// TensorFlow and PyTorch settle their threads when they are loaded: each number of them has a process of its own.
const threads = process.env.EQLAB_BENCH_THREADS;
if (threads) {
  process.stdout.write(`${JSON.stringify(await measure(Number(threads)))}\n`);
} else {
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
