/** Data in the forms a notebook has them, brought to one: columns of unchecked cells. */
import { InputError, list } from "./errors.js";

/** A danfo DataFrame, as far as it matters here, or a CSV file read by readCsv. */
export interface Frame {
  readonly columns: readonly string[];
  column(name: string): { readonly values: ArrayLike<unknown> };
  /** For each row the line of the file on which it ends. */
  readonly lines?: readonly number[];
  /** What had to be guessed when the file was read. */
  readonly warnings?: readonly string[];
}

/** What `discover` takes: a DataFrame, columns `{ x: [1, 2], y: [2, 4] }`, or rows `[{ x: 1, y: 2 }, { x: 2, y: 4 }]`. */
export type Data = Frame | { readonly [column: string]: ArrayLike<unknown> } | readonly object[];

export interface RawColumn {
  readonly label: string;
  readonly cells: ArrayLike<unknown>;
}

export interface RawTable {
  readonly columns: readonly RawColumn[];
  readonly rows: number;
  readonly lines?: readonly number[];
  readonly warnings: readonly string[];
}

const FORMS = "Give a DataFrame, columns such as { x: [1, 2, 3], y: [2, 4, 6] }, or the result of readCsv.";

/** @throws InputError for data that are no table, columns of unequal length, and two columns of one name */
export function readFrame(data: Data): RawTable {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) {
    throw new InputError(`The data are no table. ${FORMS}`);
  }
  const columns = Array.isArray(data)
    ? columnsOfRows(data)
    : isFrame(data)
      ? columnsOfFrame(data)
      : columnsOfObject(data);
  if (columns.length === 0) throw new InputError(`The table is empty: it has no columns. ${FORMS}`);
  const [first] = columns;
  for (const { label, cells } of columns) {
    if (!isList(cells)) throw new InputError(`The column "${label}" is no list of numbers. ${FORMS}`);
    if (cells.length !== first.cells.length) {
      throw new InputError(
        `The columns are of unequal length: "${first.label}" has ${count(first.cells.length, "row")}, ` +
          `"${label}" has ${cells.length}. Give every column a value for each row.`,
      );
    }
  }
  const { lines = undefined, warnings = [] } = isFrame(data) ? data : {};
  return { columns, rows: first.cells.length, lines, warnings };
}

export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}

export function isFrame(data: object): data is Frame {
  const { columns, column } = data as Partial<Frame>;
  return Array.isArray(columns) && typeof column === "function";
}

function columnsOfFrame(frame: Frame): RawColumn[] {
  const labels = frame.columns.map(String);
  const twice = labels.find((label, i) => labels.indexOf(label) < i);
  if (twice !== undefined) {
    throw new InputError(`Two columns are called "${twice}" (the columns are ${list(labels)}). Rename one of them.`);
  }
  return labels.map((label) => ({ label, cells: frame.column(label).values }));
}

function columnsOfObject(data: object): RawColumn[] {
  return Object.entries(data).map(([label, cells]) => ({ label, cells: cells as ArrayLike<unknown> }));
}

function columnsOfRows(rows: readonly object[]): RawColumn[] {
  const stray = rows.findIndex((row) => typeof row !== "object" || row === null || isList(row));
  if (stray >= 0) {
    throw new InputError(`Row ${stray + 1} of the data has no column names. Give rows such as { x: 1, y: 2 }.`);
  }
  const labels = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...labels].map((label) => ({ label, cells: rows.map((row) => (row as Record<string, unknown>)[label]) }));
}

function isList(cells: unknown): boolean {
  return typeof cells === "object" && cells !== null && typeof (cells as ArrayLike<unknown>).length === "number";
}
