/** How eqlab's time grows with rows, inputs and primitives, and what a second worker gains. */
import { availableParallelism } from "node:os";
import { discover } from "../../src/discover.js";
import { checkOptions, type DiscoverOptions } from "../../src/options.js";
import { dataOf, judge, type Law } from "./suites.js";

/** One line of a growth table: median seconds, and whether the law was found every time. */
export interface Growth {
  readonly of: string;
  readonly value: string;
  readonly seconds: number;
  readonly exact: boolean;
}

/** Two workers against one on one law: median seconds of each, and whether the formulas are the same to the last digit. */
export interface Gain {
  readonly law: string;
  readonly one: number;
  readonly two: number;
  readonly same: boolean;
}

const REPEATS = 3;
/** Not counted: threads start and code is compiled. */
const WARM_UP = "warm-up";

const PRIMITIVES: readonly (readonly string[])[] = [
  ["constant", "identity", "square", "sin", "product"],
  ["default"],
  ["default", "cos", "tanh", "log"],
  ["default", "cos", "tanh", "log", "sqrt", "cube", "division"],
  ["all"],
];

/** x0² + sin(2π·x1) among `count` inputs; of one input, all in it. */
const lawOf = (count: number): Law => ({
  suite: "growth",
  id: "growth",
  formula: `x0^2+sin(6.283185307179586*x${count === 1 ? 0 : 1})`,
  nodes: 8,
  ranges: Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, [-1, 1] as const])),
  primitives: "default",
});

export async function growth(quick: boolean, signal: AbortSignal, say: (line: string) => void): Promise<Growth[]> {
  const lines: Growth[] = [];
  const measure = async (of: string, value: string, law: Law, rows: number, options: Partial<DiscoverOptions> = {}) => {
    const times: number[] = [];
    let exact = true;
    for (let seed = 1; seed <= REPEATS; seed++) {
      const data = dataOf(law, seed, rows);
      const begun = performance.now();
      const table = { ...data.inputs, y: data.target };
      const { best } = await discover(table, { target: "y", seed, signal, ...options });
      times.push((performance.now() - begun) / 1000);
      exact &&= judge(law, data, best.predict(data.testInputs), best.complexity).exact;
      signal.throwIfAborted();
    }
    if (of === WARM_UP) return;
    lines.push({ of, value, seconds: median(times), exact });
    say(`growth with ${of}, ${value}: ${median(times).toPrecision(2)} s`);
  };

  const rows = [64, 256, 1000, 10_000, 100_000, ...(quick ? [] : [1_000_000])];
  await measure(WARM_UP, "", lawOf(2), 256);
  for (const count of rows) await measure("rows", `${count}`, lawOf(2), count);
  for (const count of [1, 2, 5, 10, 20]) await measure("inputs", `${count}`, lawOf(count), 256);
  for (const primitives of PRIMITIVES) {
    const { length } = checkOptions({ target: "y", primitives }).primitives;
    const name = primitives.length === 1 ? `${length} (${primitives[0]})` : `${length}`;
    await measure("primitives", name, lawOf(2), 256, { primitives });
  }
  return lines;
}

/** The two in turn, each law as often as any other; where there is but one processor there is nothing to gain. */
export async function gains(laws: readonly Law[], signal: AbortSignal, say: (line: string) => void): Promise<Gain[]> {
  if (availableParallelism() < 2) return [];
  const lines: Gain[] = [];
  for (const law of laws) {
    const { inputs, target } = dataOf(law, 1);
    const { primitives } = law;
    const times: Record<number, number[]> = { 1: [], 2: [] };
    const formulas = new Set<string>();
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      for (const workers of repeat % 2 === 0 ? [1, 2] : [2, 1]) {
        const begun = performance.now();
        const { best } = await discover({ ...inputs, target }, { target: "target", primitives, workers, signal });
        times[workers].push((performance.now() - begun) / 1000);
        formulas.add(best.expression);
        signal.throwIfAborted();
      }
    }
    const gain = {
      law: `${law.suite} ${law.id}`,
      one: median(times[1]),
      two: median(times[2]),
      same: formulas.size === 1,
    };
    lines.push(gain);
    say(`workers, ${gain.law}: ${gain.one.toPrecision(2)} s by one, ${gain.two.toPrecision(2)} s by two`);
  }
  return lines;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
