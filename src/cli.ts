#!/usr/bin/env node
/**
 * The command line: `eqlab discover FILE.csv --target COLUMN`. Results go to standard output, everything else to standard
 * error. Exit code 0: done; 1: a fault of eqlab; 2: bad input; 130: stopped by Ctrl-C, with the best so far.
 *
 * Whatever is heavy is imported when it is needed: an answer within two seconds leaves no time for more.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { didYouMean, InputError } from "./errors.js";
import { toText } from "./expression/text.js";
import type { Expression } from "./expression/tree.js";

/** What follows each option in the help; "" for those that take no value. */
const OPTIONS = {
  target: ["COLUMN", "the column to explain"],
  inputs: ["a,b", "the columns to explain it by; all other numeric ones if not given"],
  primitives: ["default,cos", "what formulas are built of: names, default, or all"],
  units: ["m=kg,v=m/s", "units of columns: formulas that break them are not offered"],
  sigma: ["COLUMN", "measurement errors of the target: a column or a number"],
  weights: ["COLUMN", "weights of the rows: one of weight 4 has half the error of one of weight 1"],
  noise: ["KIND", "errors of one size (additive) or in proportion to the value (relative)"],
  loss: ["LOSS", "squares (the default), or robust: rows far from the law count for little"],
  outliers: ["WHAT", "rows far from the law of the others: aside (the default) or keep"],
  seed: ["N", "start of the random numbers; the same seed gives the same result"],
  method: ["paper", "the training of the paper in place of the search"],
  sparsity: ["L0.5", "its penalty: L0.5 or L0"],
  restarts: ["N", "its trainings from other initial weights"],
  layers: ["N", "its hidden layers"],
  budget: ["S", "seconds to search at most"],
  workers: ["N", "worker threads"],
  redis: ["URL", "a Redis whose workers do the work, redis://host:6379; or name it in EQLAB_REDIS"],
  checkpoint: ["FILE", "where to keep the state of the search, to go on from later"],
  out: ["FILE.csv", "sweep: the results table, added to line by line"],
  json: ["", "one JSON object: best, front, verdict, warnings, seconds"],
  help: ["", "this page"],
  version: ["", "the version of eqlab"],
} as const;

type Option = keyof typeof OPTIONS;

const HELP = `Usage: eqlab discover FILE.csv --target COLUMN [options]
       eqlab sweep FILE.csv … --target COLUMN [--out RESULTS.csv] [options]
       eqlab worker --redis redis://host:6379 [--workers N]

discover finds the law by which the target column of a table follows from the other columns; sweep does it for many tables,
and goes on where it was cut; worker serves the searches of other processes, on this machine and others.

${Object.entries(OPTIONS)
  .map(([name, [value, meaning]]) => `  ${`--${name} ${value}`.padEnd(26)}${meaning}`)
  .join("\n")}

Example: eqlab discover data/planets.csv --target period_days
`;

const VERDICTS: Readonly<Record<string, string>> = {
  exact: "it holds to rounding",
  law: "the residuals show nothing but noise",
  approximation: "structure is left in the residuals",
};

const ERRORS: Readonly<Record<string, string>> = {
  additive: "of one size in all rows",
  relative: "in proportion to the value",
  given: "as given",
};

interface Candidate {
  readonly expression: string;
  readonly tree: Expression;
  readonly complexity: number;
  readonly mse: number;
  readonly constants: readonly { readonly value: number; readonly unit?: string }[];
  toTeX(): string;
}

interface Result {
  readonly best: Candidate;
  readonly front: readonly Candidate[];
  readonly verdict: string;
  readonly noise: string;
  readonly warnings: readonly string[];
}

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const { options, words } = readArguments(args);
  if (options.has("version")) {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (options.has("help")) {
    process.stdout.write(HELP);
    return 0;
  }
  const [command, file, stray] = words;
  if (command === undefined) throw new InputError(`Say what to do.\n\n${HELP.trimEnd()}`);
  if (command === "sweep") return sweepFiles(words.slice(1), options);
  if (command === "worker") {
    if (file !== undefined) throw new InputError(`A worker takes no file, but "${file}" is given.`);
    const { serveCluster } = await import("./commands.js");
    return serveCluster({ ...machineOf(options), signal: ctrlC() });
  }
  if (command !== "discover") {
    const near = didYouMean(command, ["discover", "sweep", "worker"]);
    throw new InputError(`There is no command "${command}".${near} Try eqlab --help.`);
  }
  if (file === undefined) throw new InputError("Name a CSV file: eqlab discover FILE.csv --target COLUMN.");
  if (stray !== undefined) {
    throw new InputError(
      `Only one file can be read, but "${stray}" follows ${file}. Put names with spaces in quotation marks.`,
    );
  }
  return discoverFile(file, options);
}

async function discoverFile(file: string, options: ReadonlyMap<Option, string>): Promise<number> {
  const settings = {
    ...questionOf(options),
    ...machineOf(options),
    checkpoint: options.get("checkpoint"),
  };
  const { target } = settings;
  const { readCsv } = await import("./csv.js");
  const data = readCsv(file);
  const { discover } = await import("./discover.js");

  const signal = ctrlC();
  const bar = await progressBar();
  let result: Result;
  try {
    result = await discover(data, { ...given(settings), onProgress: bar.show, signal }).finally(bar.end);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write("Stopped before anything was found.\n");
    return 130;
  }

  for (const warning of result.warnings) process.stderr.write(`Warning: ${warning}\n`);
  process.stdout.write(options.has("json") ? json(result) : report(result, file, target));
  if (!signal.aborted) return 0;
  process.stderr.write("Stopped: this is the best so far.\n");
  return 130;
}

/** What is asked of a table, whoever searches it. */
function questionOf(options: ReadonlyMap<Option, string>) {
  const question = {
    inputs: names(options, "inputs"),
    primitives: names(options, "primitives"),
    units: unitsByColumn(options.get("units")),
    sigma: columnOrNumber(options.get("sigma")),
    weights: options.get("weights"),
    noise: options.get("noise") as "additive" | "relative" | undefined,
    loss: options.get("loss") as "squares" | "robust" | undefined,
    outliers: options.get("outliers") as "aside" | "keep" | undefined,
    seed: numberOf(options, "seed"),
    method: options.get("method") as "search" | "paper" | undefined,
    sparsity: options.get("sparsity") as "L0.5" | "L0" | undefined,
    restarts: numberOf(options, "restarts"),
    layers: numberOf(options, "layers"),
    budget: numberOf(options, "budget"),
  };
  return { target: options.get("target") ?? "", ...given(question) };
}

function machineOf(options: ReadonlyMap<Option, string>) {
  return given({ workers: numberOf(options, "workers"), cluster: options.get("redis") ?? process.env.EQLAB_REDIS });
}

async function sweepFiles(files: readonly string[], options: ReadonlyMap<Option, string>): Promise<number> {
  const commands = await import("./commands.js");
  const bar = await progressBar();
  const asked = {
    ...machineOf(options),
    question: questionOf(options),
    out: options.get("out"),
    json: options.has("json"),
    show: bar.show,
    signal: ctrlC(),
  };
  return commands.sweepFiles(files, asked).finally(bar.end);
}

/** Aborts at the first Ctrl-C; a second one ends the process. */
function ctrlC(): AbortSignal {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  return stop.signal;
}

/** "m=kg,v=m/s" */
function unitsByColumn(given: string | undefined): Record<string, string> | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.split(",").map((pair) => {
      const [, column, unit] = /^(.*?)=(.*)$/.exec(pair.trim()) ?? [];
      if (column !== undefined) return [column.trim(), unit.trim()];
      throw new InputError(`--units needs columns with their units, such as m=kg,v=m/s, not "${pair}".`);
    }),
  );
}

function readArguments(args: readonly string[]): { options: Map<Option, string>; words: string[] } {
  const known = Object.keys(OPTIONS);
  const types = Object.entries(OPTIONS).map(
    ([name, [value]]) => [name, { type: value ? "string" : "boolean" }] as const,
  );
  const { tokens } = parseArgs({ args: [...args], options: Object.fromEntries(types), strict: false, tokens: true });
  const options = new Map<Option, string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    if (!known.includes(token.name)) {
      const near = didYouMean(token.name, known).replace('"', '"--');
      throw new InputError(`There is no option ${token.rawName}.${near} Try eqlab --help.`);
    }
    const name = token.name as Option;
    const [value] = OPTIONS[name];
    if (value !== "" && !token.value) throw new InputError(`--${name} needs a value: --${name} ${value}.`);
    if (value === "" && token.value !== undefined) throw new InputError(`--${name} takes no value.`);
    if (options.has(name)) throw new InputError(`--${name} is given twice. Give it once.`);
    options.set(name, token.value ?? "");
  }
  return { options, words };
}

function names(options: ReadonlyMap<Option, string>, name: Option): string[] | undefined {
  return options
    .get(name)
    ?.split(",")
    .map((part) => part.trim());
}

function numberOf(options: ReadonlyMap<Option, string>, name: Option): number | undefined {
  const text = options.get(name);
  if (text === undefined) return undefined;
  if (text.trim() === "" || !Number.isFinite(Number(text)))
    throw new InputError(`--${name} needs a number, not "${text}".`);
  return Number(text);
}

function columnOrNumber(text: string | undefined): string | number | undefined {
  return text === undefined || Number.isNaN(Number(text)) ? text : Number(text);
}

/** The settings that were given: an absent option must not overrule a default. */
function given<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
}

/** A bar on a terminal; files and pipes get none. */
async function progressBar() {
  if (!process.stderr.isTTY) return { show: () => {}, end: () => {} };
  const { default: library } = await import("cli-progress");
  const bar = new library.SingleBar({
    stream: process.stderr,
    format: "{bar} {percentage}% {best}",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(1, 0, { best: "" });
  return {
    show: ({ fraction, best = "" }: { fraction: number; best?: string }) => bar.update(fraction, { best }),
    end: () => bar.stop(),
  };
}

function json({ best, front, verdict, warnings }: Result): string {
  const plain = (candidate: Candidate) => ({
    expression: candidate.expression,
    complexity: candidate.complexity,
    mse: candidate.mse,
    tex: candidate.toTeX(),
  });
  // performance.now() counts from the start of the process: what the person waited for.
  const seconds = Math.round(performance.now()) / 1000;
  return `${JSON.stringify({ best: plain(best), front: front.map(plain), verdict, warnings, seconds }, null, 2)}\n`;
}

function report({ best, front, verdict, noise }: Result, file: string, target: string): string {
  const rows = front.map((candidate) => [
    `${candidate.expression === best.expression ? "* " : "  "}${candidate.complexity}`,
    candidate.mse.toExponential(3),
    toText(candidate.tree, { digits: 6 }),
  ]);
  return `${target} = ${best.expression}

Verdict: ${verdict} (${VERDICTS[verdict]})
Errors: ${noise} (${ERRORS[noise]})
${natureLine(best)}Mean square error: ${best.mse.toPrecision(4)} (in the units of ${target}, squared)

From the simplest to the most exact:
${alignedTable([["  nodes", "mse", "formula"], ...rows])}

Next: --json for programs, npm run lab for notebooks, and there
  import { discover, readCsv } from "eqlab";
  const result = await discover(readCsv(${JSON.stringify(file)}), { target: ${JSON.stringify(target)} });
  result.plot();
`;
}

/** "Constants with a unit: 9.81 m/s^2", where there are some. */
function natureLine({ constants }: Candidate): string {
  const known = constants.filter(({ unit }) => unit !== undefined);
  if (known.length === 0) return "";
  return `Constants with a unit: ${known.map(({ value, unit }) => `${Number(value.toPrecision(6))} ${unit}`).join(", ")}\n`;
}

function alignedTable(rows: readonly string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const bad = error instanceof InputError;
  process.stderr.write(bad ? `eqlab: ${error.message}\n` : `eqlab has a fault: ${(error as Error)?.stack ?? error}\n`);
  process.exitCode = bad ? 2 : 1;
}
