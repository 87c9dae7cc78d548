/**
 * The table: data in whatever form a notebook has them, checked once, so that everything behind can rely on it. What is
 * wrong with them is said with column, row and remedy.
 */
import { largestSize } from "./columns.js";
import { didYouMean, InputError, list } from "./errors.js";
import { count, type Data, type RawColumn, type RawTable, readFrame } from "./frame.js";
import { identifiers, objection } from "./names.js";
import type { Dimensions } from "./units/read.js";

/** One column of a table. */
export interface Column {
  /** The identifier that stands for it in formulas: letters, digits and underscores, no name of a function or constant. */
  readonly name: string;
  /** The name as in the user's own table. */
  readonly label: string;
  readonly values: Float64Array;
  /** Its unit as the user wrote it, if one was given. */
  readonly unit?: string;
}

/** A table of measurements, checked: columns of equal length, all numbers finite. */
export interface Table {
  readonly inputs: readonly Column[];
  readonly target: Column;
  /** The measurement error of the target in each row, all positive, if a column of them was named. */
  readonly sigma?: Column;
  /** Weights of the rows, all positive, their geometric mean 1. */
  readonly weights?: Column;
  readonly rows: number;
  /** Dimensions of inputs and target, if units were given. */
  readonly dimensions?: Dimensions;
  /** What was renamed or left out on the way in, in a scientist's words. */
  readonly warnings: readonly string[];
}

export interface TableOptions {
  /** The column to explain. */
  readonly target: string;
  /** The columns to explain it by; all other numeric columns if not given. */
  readonly inputs?: readonly string[];
  /** The column of the target's measurement errors; it is no input then. */
  readonly sigma?: string;
  /** The column of the rows' weights; it is no input then. */
  readonly weights?: string;
  /** Relative errors need a target of one sign. */
  readonly noise?: "additive" | "relative";
}

/** Sizes of columns farther from 1 than this factor are refused. */
const FARTHEST = 1e60;

/** Two points fit any straight line exactly, so the least number of rows that can speak for a law is three. */
const LEAST_ROWS = 3;

/**
 * @returns the checked table; `inputs` is empty only if the target is constant
 * @throws InputError that names the column, the row (counted from 1, with the line of a file) and the remedy
 */
export function readTable(data: Data, options: TableOptions): Table {
  const { target, inputs, sigma, weights } = options;
  const raw = readFrame(data);
  const chosen = choose(raw, options);
  if (raw.rows < LEAST_ROWS) {
    throw new InputError(
      raw.rows === 0
        ? "The table is empty: it has columns but no rows. Add measurements."
        : `The table has only ${count(raw.rows, "row")}; a law needs at least ${LEAST_ROWS}. Add measurements.`,
    );
  }

  const warnings = [...raw.warnings];
  const targetValues = numbers(raw, chosen.target);
  const sigmaValues = chosen.sigma && positive(raw, chosen.sigma, "measurement error");
  const weightValues = chosen.weights && unitMean(positive(raw, chosen.weights, "weight"));
  const kept: { label: string; values: Float64Array }[] = [];
  for (const column of chosen.inputs) {
    if (!inputs && isMostlyText(column)) {
      warnings.push(`The column "${column.label}" is left out: it holds ${textIn(column)}.`);
      continue;
    }
    const values = numbers(raw, column);
    if (isConstant(values)) {
      warnings.push(
        `The column "${column.label}" is left out: it is ${values[0]} in every row, so its influence cannot be seen.`,
      );
    } else {
      const same = inputs ? undefined : kept.find((other) => equal(other.values, values));
      if (same) {
        warnings.push(
          `The column "${column.label}" is left out: it is the same as "${same.label}" in every row, so that nothing can tell them apart.`,
        );
      } else kept.push({ label: column.label, values });
    }
  }
  const copy = kept.length > 1 ? kept.find((other) => equal(other.values, targetValues)) : undefined;
  if (copy) {
    warnings.push(
      `The column "${copy.label}" is the same as the target "${target}" in every row, so the law can say no more than that. ` +
        "Leave it out of the inputs.",
    );
  }
  if (kept.length === 0 && !isConstant(targetValues)) {
    const why = chosen.inputs.length === 0 ? "" : ` ${warnings.slice(raw.warnings.length).join(" ")}`;
    throw new InputError(`No column is left to explain "${target}" by.${why} Add a numeric column that varies.`);
  }
  if (options.noise === "relative") checkOneSign(raw, target, targetValues);

  const all = [...kept, { label: target, values: targetValues }];
  const names = identifiers(all.map((column) => column.label));
  const columns = all.map((column, i) => ({ ...column, name: names[i] }));
  for (const { label, name } of columns) {
    if (label !== name) warnings.push(`The column "${label}" is called ${name} in formulas: ${objection(label)}.`);
  }
  return {
    inputs: columns.slice(0, -1),
    target: columns[columns.length - 1],
    ...(sigma !== undefined && sigmaValues ? { sigma: { name: sigma, label: sigma, values: sigmaValues } } : {}),
    ...(weights !== undefined && weightValues
      ? { weights: { name: weights, label: weights, values: weightValues } }
      : {}),
    rows: raw.rows,
    warnings,
  };
}

/** Finds the columns that the options name. */
function choose(raw: RawTable, { target, inputs, sigma, weights }: TableOptions) {
  const labels = raw.columns.map((column) => column.label);
  const find = (label: string, role: string): RawColumn => {
    const column = raw.columns.find((candidate) => candidate.label === label);
    if (column) return column;
    throw new InputError(
      `There is no column "${label}"${role}.${didYouMean(label, labels)} The columns are ${list(labels)}.`,
    );
  };
  if (typeof target !== "string" || target === "") {
    throw new InputError(`Say which column is to be explained (target). The columns are ${list(labels)}.`);
  }
  const found = find(target, ", the target");
  if (sigma === target)
    throw new InputError(`"${target}" cannot be both the target and its own measurement error (sigma).`);
  if (weights === target) throw new InputError(`"${target}" cannot be both the target and the weight of its rows.`);
  const error = sigma === undefined ? undefined : find(sigma, " of measurement errors (sigma)");
  const weight = weights === undefined ? undefined : find(weights, " of weights");
  if (!inputs) {
    const others = raw.columns.filter(({ label }) => ![target, sigma, weights].includes(label));
    return { target: found, sigma: error, weights: weight, inputs: others };
  }
  if (inputs.length === 0) {
    throw new InputError(
      `The list of inputs is empty. Name columns among ${list(labels)}, or leave the option out to use all.`,
    );
  }
  if (inputs.includes(target)) {
    throw new InputError(`The target "${target}" is also named among the inputs. Take it out of one of the two.`);
  }
  const twice = inputs.find((label, i) => inputs.indexOf(label) < i);
  if (twice !== undefined) throw new InputError(`The input "${twice}" is named twice. Name each column once.`);
  const named = inputs.map((label) => find(label, " to use as an input"));
  return { target: found, sigma: error, weights: weight, inputs: named };
}

/** Numbers of a column that must all be above 0. */
function positive(raw: RawTable, column: RawColumn, what: string): Float64Array {
  const values = numbers(raw, column);
  const bad = values.findIndex((value) => value <= 0);
  if (bad < 0) return values;
  throw new InputError(
    `Column "${column.label}", ${place(raw, bad)}: a ${what} must be positive, not ${values[bad]}. Correct the cell or remove the row.`,
  );
}

/** Weights mean something only in proportion to each other: their geometric mean is made 1. */
function unitMean(weights: Float64Array): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + Math.log(weight) / weights.length, 0);
  return weights.map((weight) => weight / Math.exp(mean));
}

function checkOneSign(raw: RawTable, target: string, values: Float64Array): void {
  const bad = values.findIndex((value) => !(value * values[0] > 0));
  if (bad < 0) return;
  throw new InputError(
    `Column "${target}", ${place(raw, bad)}: errors in proportion to the value (noise: "relative") need values all of one ` +
      `sign and none of them 0; here it is ${values[bad]}. Leave the option out, or say "additive".`,
  );
}

/** The cells of a column as numbers; truth values count as 0 and 1 if the column holds nothing else. */
function numbers(raw: RawTable, { label, cells }: RawColumn): Float64Array {
  // A million rows take a hundredth of a second by a plain loop, and half a second by Float64Array.from.
  const values = new Float64Array(cells.length);
  for (let row = 0; row < values.length; row++) values[row] = toNumber(cells[row]);
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return inRange(label, values);
  const bad = values.reduce((n, value) => (Number.isFinite(value) ? n : n + 1), 0);
  if (bad === values.length && values.every((_, i) => typeof cells[i] === "boolean")) {
    return Float64Array.from(cells, (cell) => (cell ? 1 : 0));
  }
  const more =
    bad > 1 ? ` ${count(bad - 1, "more cell")} of this column ${bad === 2 ? "is" : "are"} no number either.` : "";
  throw new InputError(`Column "${label}", ${place(raw, first)}: ${problem(cells[first])}${more}`);
}

/** Refuses numbers whose powers float64 can't hold. */
function inRange(label: string, values: Float64Array): Float64Array {
  const largest = largestSize(values);
  if (largest === 0 || (largest > 1 / FARTHEST && largest < FARTHEST)) return values;
  throw new InputError(
    `Column "${label}": its largest value is ${largest}, and powers of such numbers leave the range of computer arithmetic. ` +
      `Give it in other units, such as divided by 1e${Math.round(Math.log10(largest))}.`,
  );
}

function toNumber(cell: unknown): number {
  return typeof cell === "number" || typeof cell === "bigint" ? Number(cell) : Number.NaN;
}

function place(raw: RawTable, row: number): string {
  return `row ${row + 1}${raw.lines ? ` (line ${raw.lines[row]})` : ""}`;
}

const MISSING = /^(n\.?a\.?|n\/a|nan|null|none|missing|[-–—?.]+)$/i;

/** What is wrong with a cell that is no finite number, and the remedy. */
function problem(cell: unknown): string {
  const remedy = "Correct the cell, remove the row, or leave the column out.";
  if (cell === undefined || cell === null || cell === "") return `the cell is empty. ${remedy}`;
  if (typeof cell === "number") return `${cell} is no finite number. ${remedy}`;
  if (
    cell instanceof Date ||
    (typeof cell === "string" && /^\d{4}-\d\d?-\d\d?|^\d\d?[./]\d\d?[./]\d{2,4}$/.test(cell))
  ) {
    return "this is a date. Turn dates into numbers, such as days since the first, or leave the column out.";
  }
  if (typeof cell !== "string") return `a ${Array.isArray(cell) ? "list" : typeof cell} is no number. ${remedy}`;
  if (MISSING.test(cell)) return `"${cell}" stands for a missing value. ${remedy}`;
  const shown = cell.length > 40 ? `${cell.slice(0, 40)}…` : cell;
  if (Number.isFinite(Number(cell)))
    return `"${shown}" is text. Turn the column into numbers, such as Number("${shown}").`;
  if (/^[+-]?[\d.,\s]+$/.test(cell)) {
    return `"${shown}" is no plain number. Write it with a decimal point and without separators of thousands.`;
  }
  return `"${shown}" is text, not a number. ${remedy}`;
}

/** A column of names or remarks, rather than of numbers with a few mistakes. */
function isMostlyText({ cells }: RawColumn): boolean {
  let finite = 0;
  for (let i = 0; i < cells.length; i++) {
    if (typeof cells[i] === "boolean" || Number.isFinite(toNumber(cells[i]))) finite++;
  }
  return finite < cells.length / 2;
}

function textIn({ cells }: RawColumn): string {
  const example = Array.from(cells).find((cell) => typeof cell === "string" && cell !== "");
  if (example !== undefined && Number.isFinite(Number(example))) {
    return `numbers written as text, such as "${example}"; turn them into numbers to use it`;
  }
  if (example !== undefined) return `text such as "${example}", not numbers`;
  return Array.from(cells).some((cell) => cell instanceof Date)
    ? "dates, not numbers"
    : "mostly empty cells, not numbers";
}

function equal(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, row) => value === b[row]);
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0]);
}
