/**
 * `npm run bench`: eqlab against pyoperon and gplearn on public laws, and how its time grows. Progress goes to standard
 * error, the tables (or with --json all there is to know) to standard output. Ctrl-C ends it with what was done so far.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { defaultWorkers } from "../../src/parallel/pool.js";
import { eqlab } from "./eqlab.js";
import { type Method, race } from "./race.js";
import { machine, type Outcome, report } from "./report.js";
import { RIVALS, startRival } from "./rivals.js";
import { type Gain, type Growth, gains, growth } from "./scaling.js";
import { stepTimes } from "./step.js";
import { type Law, lawsOf } from "./suites.js";
import { tableOne } from "./table-one.js";
import { unitsTold } from "./units.js";

const OPTIONS = {
  /** One JSON object instead of tables. */
  json: { type: "boolean" },
  /** Every fifth law, 3 seconds each, and no million rows: two minutes. */
  quick: { type: "boolean" },
  /** Only this suite, or "scaling", "units", "step" or "table-one"; its name alone will do. */
  only: { type: "string" },
  /** Seconds a law at most, for every method. */
  seconds: { type: "string" },
  seed: { type: "string", default: "1" },
  /** Without rivals. */
  alone: { type: "boolean" },
  /** Also writes the tables into test/benchmark/results.md. */
  keep: { type: "boolean" },
} as const;

/** What is measured beside the suites. */
const PARTS = ["scaling", "units", "step", "table-one"];
/** Trials for each function and penalty of the paper's table. */
const TRIALS = { full: 20, quick: 2 };
const SECONDS = { full: 10, quick: 3 };
/** Laws on which a second worker is measured: they take long enough to be worth two. */
const WORK = ["I.15.3x", "I.18.4", "I.50.26", "II.6.15b", "III.14.14"];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const { json, quick = false, only = positionals[0], alone, keep } = values;
  const terms = {
    seconds: numberOf("seconds", values.seconds ?? `${quick ? SECONDS.quick : SECONDS.full}`),
    seed: numberOf("seed", values.seed),
    workers: defaultWorkers(),
  };
  const suites = lawsOf();
  if (only !== undefined && !PARTS.includes(only) && !suites.has(only)) {
    throw new RangeError(`There is no suite "${only}". Known are ${[...suites.keys(), ...PARTS].join(", ")}.`);
  }
  const all = [...suites.values()].flat();
  const chosen = all.filter(({ suite }) => only === undefined || only === suite);
  const laws = quick ? chosen.filter((_, place) => place % 5 === 3) : chosen;

  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const before = machine();

  const methods: Method[] = [eqlab(stop.signal)];
  const notes: string[] = [];
  for (const name of alone || laws.length === 0 ? [] : RIVALS) {
    const rival = await startRival(name, stop.signal);
    if (rival) methods.push(rival);
    else notes.push(`${name} did not take part: its environment could not be set up.`);
  }
  const scaling = only === undefined || only === "scaling";
  const laps = laws.length > 0 ? await race(methods, laws, terms, stop.signal, say) : [];
  const grown = scaling ? await finished(growth(quick, stop.signal, say), stop.signal) : [];
  const gained = scaling ? await finished(gains(workLaws(all, quick), stop.signal, say), stop.signal) : [];
  const asked = (part: string) => only === undefined || only === part;
  const { signal } = stop;
  const known = all.filter(({ units }) => units).filter((_, place) => !quick || place % 5 === 3);
  const units = asked("units") ? await wholly(unitsTold(known, terms, signal, say), signal) : undefined;
  const step = asked("step") ? await wholly(stepTimes(quick, signal, say), signal) : undefined;
  const trials = quick ? TRIALS.quick : TRIALS.full;
  const table = asked("table-one") ? await wholly(tableOne(trials, terms, signal, say), signal) : undefined;
  for (const method of methods) await method.stop();

  if (stop.signal.aborted) notes.push("Stopped before its end.");
  const outcome: Outcome = {
    date: new Date().toISOString().slice(0, 10),
    machine: before,
    terms,
    methods: methods.map(({ name }) => name),
    notes,
    laps,
    growth: grown,
    gains: gained,
    units,
    step,
    tableOne: table,
  };
  const tables = report(outcome);
  if (keep) writeFileSync(new URL("../../../test/benchmark/results.md", import.meta.url), tables);
  process.stdout.write(json ? `${JSON.stringify(outcome, null, 2)}\n` : tables);
  return stop.signal.aborted ? 130 : 0;
}

const workLaws = (laws: readonly Law[], quick: boolean) =>
  laws.filter(({ id }) => WORK.slice(0, quick ? 2 : WORK.length).includes(id));

/** What was measured; nothing if it was stopped meanwhile. */
const finished = async <T extends Growth | Gain>(lines: Promise<T[]>, signal: AbortSignal) =>
  (await wholly(lines, signal)) ?? [];

async function wholly<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`--${option} needs a number above 0, not "${text}".`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  const bad = error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`${bad ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = bad ? 2 : 1;
}
