/** The results table of a sweep: a CSV file that grows by a line for each table, and is read again by the next run. */
import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import Papa from "papaparse";
import { InputError } from "./errors.js";
import type { TableReply } from "./parallel/tables.js";

const COLUMNS = [
  "file",
  "verdict",
  "expression",
  "complexity",
  "mse",
  "seconds",
  "warnings",
  "refused",
  "key",
] as const;

/** A line of the table, all its cells as text. `key` tells the table and the question apart from others. */
export type SweepRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

export interface Results {
  readonly rows: ReadonlyMap<string, SweepRow>;
  add(key: string, file: string, reply: TableReply): void;
}

/**
 * @param path a CSV file, made if it is not there; the table is kept in memory only if not given
 * @throws InputError for a file that is no results table, or can't be read or written
 */
export function openResults(path: string | undefined): Results {
  const rows = new Map<string, SweepRow>();
  const write = (cells: readonly string[]) => path !== undefined && append(path, `${Papa.unparse([[...cells]])}\n`);
  if (path !== undefined && existsSync(path)) for (const row of read(path)) rows.set(row.key, row);
  else write(COLUMNS);
  return {
    rows,
    add(key, file, reply) {
      const row = { ...rowOf(reply), file, key };
      write(COLUMNS.map((column) => row[column]));
      rows.set(key, row);
    },
  };
}

function rowOf(reply: TableReply): Omit<SweepRow, "file" | "key"> {
  const empty = { verdict: "", expression: "", complexity: "", mse: "", seconds: "", warnings: "", refused: "" };
  if ("refused" in reply) return { ...empty, refused: reply.refused };
  const { best, verdict, warnings, seconds } = reply;
  const { expression, complexity, mse } = best;
  return {
    ...empty,
    verdict,
    expression,
    complexity: `${complexity}`,
    mse: `${mse}`,
    seconds: `${seconds}`,
    warnings: warnings.join(" "),
  };
}

function read(path: string): SweepRow[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`The results table ${path} can't be read (${(error as Error).message}).`);
  }
  const end = text.lastIndexOf("\n") + 1; // a line that a cut left unfinished is dropped
  const foreign = new InputError(`${path} is no results table of eqlab. Name another file: this one is left as it is.`);
  const { data, errors } = Papa.parse<string[]>(text.slice(0, end), {
    delimiter: ",",
    newline: "\n",
    skipEmptyLines: true,
  });
  const [header, ...lines] = data;
  const complete = lines.every(({ length }) => length === COLUMNS.length);
  if (errors.length > 0 || header?.join() !== COLUMNS.join() || !complete) throw foreign;
  if (end < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, end)));
  return lines.map((cells) => Object.fromEntries(COLUMNS.map((column, k) => [column, cells[k]])) as SweepRow);
}

function append(path: string, line: string): void {
  try {
    appendFileSync(path, line);
  } catch (error) {
    throw new InputError(
      `The results table ${path} can't be written (${(error as Error).message}). Name a file elsewhere.`,
    );
  }
}
