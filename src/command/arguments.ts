/** What the command line says: its options, the help that lists them, and what they ask of a table and of the machine. */
import { parseArgs } from "node:util";
import { didYouMean, InputError } from "../errors.js";

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

/** The options given, by name. */
export type Options = ReadonlyMap<Option, string>;

type Option = keyof typeof OPTIONS;

export const HELP = `Usage: eqlab discover FILE.csv --target COLUMN [options]
       eqlab sweep FILE.csv … --target COLUMN [--out RESULTS.csv] [options]
       eqlab worker --redis redis://host:6379 [--workers N]

discover finds the law by which the target column of a table follows from the other columns; sweep does it for many tables,
and goes on where it was cut; worker serves the searches of other processes, on this machine and others.

${Object.entries(OPTIONS)
  .map(([name, [value, meaning]]) => `  ${`--${name} ${value}`.padEnd(26)}${meaning}`)
  .join("\n")}

Example: eqlab discover data/planets.csv --target period_days
`;

/** What is asked of a table, whoever searches it. */
export function questionOf(options: Options) {
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

export function machineOf(options: Options) {
  return given({
    workers: numberOf(options, "workers"),
    cluster: options.get("redis") ?? (process.env.EQLAB_REDIS || undefined),
  });
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

export function readArguments(args: readonly string[]): { options: Options; words: string[] } {
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

function names(options: Options, name: Option): string[] | undefined {
  return options
    .get(name)
    ?.split(",")
    .map((part) => part.trim());
}

function numberOf(options: Options, name: Option): number | undefined {
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
export function given<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
}
