/**
 * `npm run bench -- dynamics`: a step of stage A of src/dynamics (an encoder and eight heads on 64 series with two windows
 * each) beside the same in eager PyTorch, turn by turn in one run, on one thread and on all.
 */
import { oscillator } from "../../src/dynamics/generate.js";
import { HEADS_DEFAULTS, Heads } from "../../src/dynamics/heads.js";
import { readSeries, spreadOf } from "../../src/dynamics/series.js";
import { startPyTorch, withThreads } from "./pytorch.js";
import { median } from "./scaling.js";

/** Turns, and steps in each. */
const TURNS = 6;
const STEPS = 30;

interface Measured {
  readonly threads: number;
  /** Milliseconds a step, median. */
  readonly eqlab: number;
  readonly pytorch?: number;
}

async function measure(threads: number): Promise<Measured> {
  const { series, dt } = oscillator({ count: HEADS_DEFAULTS.batch, steps: 500 });
  const { list } = readSeries(series, { states: ["x", "v"], dt }, 40);
  const rest = { rates: [0.4, 0.3], form: "field" as const, dt, latents: 1, seed: 1 };
  const heads = new Heads({ series: list, spread: spreadOf(list), ...rest }, HEADS_DEFAULTS, threads);
  const rival = startPyTorch<{ times: number[] }>("dynamics.py");
  const starts = series.map((rows, s) => [s, 2 * s].map((k) => k % (rows.length - HEADS_DEFAULTS.length)));
  const times = { eqlab: [] as number[], pytorch: [] as number[] };
  for (let turn = 0; turn < TURNS; turn++) {
    const ours = Array.from({ length: STEPS }, () => {
      const begun = performance.now();
      heads.train();
      return performance.now() - begun;
    });
    const theirs = await rival?.ask({ series, starts, steps: STEPS });
    if (turn === 0) continue; // to warm up
    times.eqlab.push(...ours);
    times.pytorch.push(...(theirs?.times ?? []));
  }
  rival?.stop();
  heads.close();
  return { threads, eqlab: median(times.eqlab), ...(rival && { pytorch: median(times.pytorch) }) };
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

await withThreads(measure, report);
