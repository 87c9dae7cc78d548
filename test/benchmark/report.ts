/** The benchmark's outcome as aligned Markdown tables: they read the same on a terminal and in results.md. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { brief, type Found, type Lap, type Terms } from "./race.js";
import { type Gain, type Growth, median } from "./scaling.js";
import { type StepOutcome, stepParts } from "./step.js";
import { type TableOne, tableOneParts } from "./table-one.js";
import { type UnitsLine, unitsParts } from "./units.js";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly node: string;
  /** Processes that wanted a core before the benchmark began: much above 0, and times are too long. */
  readonly load: number;
}

export interface Outcome {
  readonly date: string;
  readonly machine: Machine;
  readonly terms: Terms;
  readonly methods: readonly string[];
  /** What did not take part, and why. */
  readonly notes: readonly string[];
  readonly laps: readonly Lap[];
  readonly growth: readonly Growth[];
  readonly gains: readonly Gain[];
  readonly units?: readonly UnitsLine[];
  readonly step?: StepOutcome;
  readonly tableOne?: TableOne;
}

export function machine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.versions.node,
    load: Math.round(10 * loadavg()[0]) / 10,
  };
}

export function report(outcome: Outcome): string {
  const { date, terms, notes, laps, growth, gains, units, step, tableOne } = outcome;
  const { processor, cores, memory, node, load } = outcome.machine;
  const parts = [
    "# Benchmark",
    `${date}; ${processor}, ${cores} cores, ${memory}; Node ${node}; load before it began ${load}.`,
    ...notes,
  ];
  if (laps.length > 0) parts.push(...raceParts(outcome, terms));
  if (growth.length > 0) {
    parts.push("## Growth", "eqlab's seconds for x0² + sin(2π·x1): medians of three data sets. Rows 256, inputs 2 and");
    parts[parts.length - 1] += " primitives `default` unless that is what grows; further inputs are noise.";
    parts.push(aligned(["growth of", "value", "seconds", "exact 3 of 3"], growth.map(growthCells)));
  }
  if (gains.length > 0) {
    const total = (key: "one" | "two") => gains.reduce((sum, gain) => sum + gain[key], 0);
    const cells = gains.map(({ law, one, two, same }) => [law, fixed(one), fixed(two), fixed(one / two), yes(same)]);
    cells.push(["together", fixed(total("one")), fixed(total("two")), fixed(total("one") / total("two")), ""]);
    parts.push("## Two workers against one", "Medians of three runs each, in turn.");
    parts.push(aligned(["law", "one, s", "two, s", "gain", "same formula"], cells));
  }
  if (units) parts.push(...unitsParts(units));
  if (step) parts.push(...stepParts(step));
  if (tableOne) parts.push(...tableOneParts(tableOne));
  return `${parts.join("\n\n")}\n`;
}

function raceParts({ laps, methods }: Outcome, { seconds, seed, workers }: Terms): string[] {
  const suites = [...new Set(laps.map(({ suite }) => suite))];
  const summary = suites.flatMap((suite) => {
    const of = laps.filter((lap) => lap.suite === suite);
    return methods.map((name) => {
      const found = of.map((lap) => lap.found[name]);
      const solved = found.filter(({ exact }) => exact);
      const count = (key: "curve" | "exact") => `${found.filter((one) => one[key]).length} of ${found.length}`;
      const seconds = (list: Found[]) => (list.length > 0 ? fixed(median(list.map((one) => one.seconds))) : "");
      return [suite, name, count("exact"), count("curve"), seconds(solved), seconds(found)];
    });
  });
  const failures = methods.map((name) => {
    const missed = laps.filter((lap) => !lap.found[name].exact);
    const names = missed.map(({ suite, id, found }) => `${suite} ${id}${found[name].curve ? " (long)" : ""}`);
    return `- **${name}**: ${names.join(", ") || "none"}`;
  });
  return [
    "## Laws",
    `256 rows without noise, seed ${seed}, ${workers} workers or threads (gplearn one process: it is slower with two), at ` +
      `most ${seconds} s a law, the same data and operators for all. ` +
      "Exact: the relative squared error on the range doubled outwards is below 1e-6, and the formula has at most 2·nodes + 2 " +
      "nodes; curve: the error alone. Rivals' formulas are tidied before " +
      "they are counted. eqlab ends when it thinks it is done. Its rivals are looked at every second (so 1.0 is their shortest " +
      "time) and ended when they have the law, which they could not know: it is the best that can be said of them. pyoperon has the settings of its authors' example, gplearn " +
      "its defaults with as many generations as the time allows.",
    aligned(["suite", "method", "exact", "curve", "median s, exact ones", "median s, all"], summary),
    `Not exact (long: the curve is right, the formula too long):\n\n${failures.join("\n")}`,
    aligned(
      ["law", "formula", ...methods],
      laps.map(({ suite, id, law, found }) => [
        `${suite} ${id}`,
        `\`${law}\``,
        ...methods.map((name) => brief(found[name])),
      ]),
    ),
  ];
}

const growthCells = ({ of, value, seconds, exact }: Growth) => [of, value, fixed(seconds), yes(exact)];
const yes = (is: boolean) => (is ? "yes" : "no");
const fixed = (value: number) => value.toFixed(2);

export function aligned(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...[head, ...rows].map((row) => row[column].length));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(width(i))).join(" | ")} |`;
  const rule = `| ${head.map((_, i) => "-".repeat(width(i))).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
