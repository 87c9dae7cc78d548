/** A CSV file as columns of numbers and text. What kind of CSV it is (separator, decimal comma) is seen from the file. */
import { readFileSync } from "node:fs";
import Papa from "papaparse";
import { InputError, list } from "./errors.js";
import { count, type Frame } from "./frame.js";

const NEWLINE = 10;

interface Records {
  readonly records: string[][];
  /** The line on which each record ends, from 1. */
  readonly lines: number[];
}

/**
 * Reads a file whose first line names the columns. Cells that read as numbers become numbers, others stay text; lines that begin
 * with # and empty lines are skipped.
 * @throws InputError that names the file, the line and the remedy
 */
export function readCsv(path: string): Frame {
  return parseCsv(readText(path), path);
}

/** The same for a file's text; `path` is for messages. */
export function parseCsv(text: string, path: string): Frame {
  const unix = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  const separator = separatorOf(unix);
  const { records, lines } = split(unix, separator, path);
  if (records.length === 0) throw new InputError(`The file ${path} is empty. Its first line must name the columns.`);
  const [header, ...lower] = dropEmptyLastColumn(records);
  const warnings =
    separator === "," ? [] : [`${path} is read as separated by ${separator === ";" ? "semicolons" : "tabs"}.`];
  const labels = name(header, path, warnings);
  const units = holdsUnits(lower);
  if (units) {
    warnings.push(`Line ${lines[1]} of ${path} is left out: it seems to hold units (${lower[0].join(", ")}).`);
    lines.splice(1, 1);
  }
  const rows = units ? lower.slice(1) : lower;
  rows.forEach((row, i) => {
    if (row.length !== labels.length) {
      throw new InputError(
        `Line ${lines[i + 1]} of ${path} (row ${i + 1}) has ${count(row.length, "cell")}, but the first line names ` +
          `${count(labels.length, "column")}: ${list(labels)}. Complete the row or remove it.`,
      );
    }
  });
  if (rows.length === 0) {
    throw new InputError(`The file ${path} names columns (${list(labels)}) but holds no rows. Add measurements.`);
  }
  if (labels.length === 1 && records.every(([cell]) => /\S\s+\S/.test(cell))) {
    throw new InputError(`${path} seems to be separated by spaces ("${labels[0]}"). Separate the columns by commas.`);
  }
  const toNumber =
    separator !== "," && hasDecimalComma(rows, path, lines, warnings) ? fromDecimalComma : fromDecimalPoint;
  const columns = new Map(labels.map((label, i) => [label, rows.map((row) => toNumber(row[i]) ?? row[i])]));
  return {
    columns: labels,
    column: (label) => ({ values: columns.get(label) ?? [] }),
    lines: lines.slice(1),
    warnings,
  };
}

/** A CSV file's text, decoded. */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new InputError(`There is no file ${path}. Check the name and the folder.`);
    if (code === "EISDIR") throw new InputError(`${path} is a folder. Name a CSV file in it.`);
    if (code === "EACCES") throw new InputError(`The file ${path} may not be read. Check its permissions.`);
    throw new InputError(`The file ${path} cannot be read: ${message}`);
  }
  const remedy = "Save the table as CSV in UTF-8.";
  if (bytes.subarray(0, 2).toString("latin1") === "PK") {
    throw new InputError(`The file ${path} is a workbook or an archive, not CSV. ${remedy}`);
  }
  if (bytes.includes(0)) throw new InputError(`The file ${path} is binary, not text. ${remedy}`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`The file ${path} is not text in UTF-8. ${remedy}`);
  }
}

function split(text: string, delimiter: string, path: string): Records {
  const records: string[][] = [];
  const lines: number[] = [];
  // Blanks before a remark or a quoted cell are no part of it. The parser drops those behind a cell by itself.
  const before = delimiter === "\t" ? /^ +(?=#)|(?<=^|\t) +(?=")/gm : /^[ \t]+(?=#)|(?<=^|[,;]) +(?=")/gm;
  const tidy = /["#]/.test(text) ? text.replace(before, "") : text;
  let line = 1;
  let from = 0;
  Papa.parse<string[]>(tidy, {
    delimiter,
    newline: "\n",
    comments: "#",
    step({ data, errors, meta }) {
      for (; from < meta.cursor - 1; from++) if (tidy.charCodeAt(from) === NEWLINE) line++;
      if (errors.some(({ type }) => type === "Quotes")) {
        throw new InputError(
          `The quotation marks of ${path} do not match, as seen on line ${line}. Put a cell with quotation marks wholly in quotation marks, and double those inside.`,
        );
      }
      const cells = data.map((cell) => cell.trim());
      if (cells.every((cell) => cell === "")) return;
      records.push(cells);
      lines.push(line);
    },
  });
  return { records, lines };
}

/** The separator of the first line with content, outside quotation marks: a tab, else a semicolon, else a comma. */
function separatorOf(text: string): string {
  const header = /^(?![ \t]*#).*\S.*$/m.exec(text)?.[0] ?? "";
  const unquoted = header.replace(/"[^"]*"/g, "");
  return ["\t", ";"].find((candidate) => unquoted.includes(candidate)) ?? ",";
}

/** Lines that all end with a separator have one cell too many. */
function dropEmptyLastColumn(records: string[][]): string[][] {
  const last = records[0].length - 1;
  const empty = last > 0 && records.every((record) => record.length === last || record[last] === "");
  return empty ? records.map((record) => record.slice(0, last)) : records;
}

/** Is the first row one of words, above rows that have numbers in some column, all of them? */
function holdsUnits([first, ...rest]: readonly string[][]): boolean {
  if (rest.length < 2 || first.length === 0) return false;
  const isNumber = (cell: string) => fromDecimalComma(cell) !== undefined;
  if (first.some((cell) => cell !== "" && isNumber(cell)) || first.every((cell) => cell === "")) return false;
  // A row of missing values is not one of units.
  if (first.some((cell) => /^(n\.?a\.?|n\/a|nan|null|none)$/i.test(cell))) return false;
  return first.some((cell, i) => cell !== "" && rest.every((row) => isNumber(row[i] ?? "")));
}

function name(header: readonly string[], path: string, warnings: string[]): string[] {
  if (header.every((cell) => fromDecimalPoint(cell) !== undefined)) {
    throw new InputError(
      `The first line of ${path} holds numbers (${header.slice(0, 3).join(", ")}). Put a line with the names of the columns above it.`,
    );
  }
  const labels = header.map((label, i) => {
    if (label !== "") return label;
    warnings.push(`Column ${i + 1} of ${path} has no name and is called "column_${i + 1}".`);
    return `column_${i + 1}`;
  });
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second >= 0) {
    throw new InputError(
      `Two columns of ${path} are called "${labels[second]}" (columns ${labels.indexOf(labels[second]) + 1} and ${second + 1}). Rename one of them.`,
    );
  }
  return labels;
}

const DECIMAL_COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/;
const DECIMAL_POINT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The cell as the nearest float64, if it is a number in decimal notation. */
function fromDecimalPoint(cell: string): number | undefined {
  const plain = cell.replace("−", "-");
  return DECIMAL_POINT.test(plain) ? Number(plain) : undefined;
}

function fromDecimalComma(cell: string): number | undefined {
  return fromDecimalPoint(cell.replace(",", "."));
}

/** Is 1,5 one and a half here? A file that also has numbers with a point is refused. */
function hasDecimalComma(rows: string[][], path: string, lines: readonly number[], warnings: string[]): boolean {
  const where = (test: (cell: string) => boolean) => rows.findIndex((row) => row.some(test));
  const comma = where((cell) => DECIMAL_COMMA.test(cell));
  if (comma < 0) return false;
  const point = where((cell) => DECIMAL_POINT.test(cell) && cell.includes("."));
  const example = rows[comma].find((cell) => DECIMAL_COMMA.test(cell)) as string;
  if (point >= 0) {
    throw new InputError(
      `${path} has numbers with a comma ("${example}", line ${lines[comma + 1]}) and with a point (line ${lines[point + 1]}). ` +
        "Write all of them with a decimal point and without separators of thousands.",
    );
  }
  warnings.push(`The comma in numbers such as "${example}" is read as a decimal comma.`);
  return true;
}
