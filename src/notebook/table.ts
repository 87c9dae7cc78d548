/**
 * A table on the page: records, columns or a danfo DataFrame as rows that a person reads. Cells may be formulas.
 */
import { type Frame as Columns, isFrame as hasColumns } from "../frame.js";
import { type Displayable, jupyterDisplay, type MimeBundle, mimeBundle } from "./display.js";
import { escapeHtml, formulaInHtml } from "./html.js";

const defaults = {
  /** Rows shown; of a longer table the first half and the last half of so many. */
  rows: 20,
  /** Significant digits. */
  digits: 6,
};

type Cell = unknown;

/** What of a danfo DataFrame is needed. */
interface Frame {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/** Whatever has rows and named columns: `[{ x: 1 }, …]`, `{ x: [1, …] }`, a danfo DataFrame or the result of readCsv. */
export type Tabular = readonly object[] | Readonly<Record<string, ArrayLike<unknown>>> | Frame | Columns;

/**
 * Shows a table.
 * @param rows records, columns of equal length, a danfo DataFrame, or the result of `readCsv`
 * @param options `rows`: how many are shown; `digits`: significant digits of numbers
 */
export function table(rows: Tabular, options: Partial<typeof defaults> = {}): Displayable {
  const { rows: limit, digits } = { ...defaults, ...options };
  return {
    [jupyterDisplay]() {
      const { names, cells } = tabulate(rows);
      const half = Math.ceil(limit / 2);
      const shown: (Cell[] | undefined)[] =
        cells.length <= limit
          ? cells
          : [...cells.slice(0, half), undefined, ...cells.slice(cells.length - (limit - half))];
      const lines = shown.map((row) => row?.map((cell) => cellText(cell, digits)));
      const marked = shown.map((row) => row?.map((cell) => formulaOf(cell) ?? escapeHtml(cellText(cell, digits))));
      const numeric = names.map((_, j) => cells.every((row) => typeof row[j] === "number" || row[j] == null));
      const left = `${cells.length - limit} more rows`;
      return { "text/html": html(names, marked, numeric, left), "text/plain": plain(names, lines, numeric, left) };
    },
  };
}

function tabulate(rows: Tabular): { names: string[]; cells: Cell[][] } {
  if (Array.isArray(rows)) {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return { names, cells: rows.map((row: Record<string, unknown>) => names.map((name) => row[name])) };
  }
  if (isFrame(rows)) {
    const cells = (rows.values as Cell[]).map((row) => (Array.isArray(row) ? row : [row]));
    return { names: [...rows.columns], cells };
  }
  const columns = hasColumns(rows)
    ? rows.columns.map((name) => [name, rows.column(name).values] as const)
    : Object.entries(rows as Record<string, ArrayLike<unknown>>);
  const length = Math.max(0, ...columns.map(([, column]) => column.length));
  const cells = Array.from({ length }, (_, i) => columns.map(([, column]) => column[i]));
  return { names: columns.map(([name]) => name), cells };
}

function isFrame(rows: Tabular): rows is Frame {
  // A table of columns may have some named "columns" and "values": those hold no strings and arrays of rows.
  const { columns, values } = rows as Partial<Frame>;
  return Array.isArray(columns) && Array.isArray(values) && columns.every((name) => typeof name === "string");
}

function cellText(cell: Cell, digits: number): string {
  if (cell === undefined || cell === null) return "";
  if (typeof cell === "object") return String(bundleOf(cell)?.["text/plain"] ?? cell);
  if (typeof cell !== "number") return String(cell);
  if (!Number.isFinite(cell)) return String(cell);
  const rounded = Number(cell.toPrecision(digits));
  const size = Math.abs(rounded);
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? rounded.toExponential() : String(rounded);
  return text.replace("-", "−").replace("e-", "e−");
}

/** The bundle of a cell that knows how to show itself at once, such as a formula by `tex`. */
function bundleOf(cell: Cell): MimeBundle | undefined {
  const bundle = mimeBundle(cell);
  return bundle instanceof Promise ? undefined : bundle;
}

function formulaOf(cell: Cell): string | undefined {
  const latex = bundleOf(cell)?.["text/latex"];
  return typeof latex === "string" ? formulaInHtml(latex) : undefined;
}

function html(names: string[], lines: (string[] | undefined)[], numeric: boolean[], left: string): string {
  const style = (j: number) => ` style="text-align:${numeric[j] ? "right" : "left"}"`;
  const head = names.map((name, j) => `<th scope="col"${style(j)}>${escapeHtml(name)}</th>`).join("");
  const body = lines.map((line) =>
    line
      ? `<tr>${line.map((text, j) => `<td${style(j)}>${text}</td>`).join("")}</tr>`
      : `<tr><td colspan="${names.length}" style="text-align:left">… ${left} …</td></tr>`,
  );
  return `<table style="font-variant-numeric:tabular-nums"><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`;
}

function plain(names: string[], lines: (string[] | undefined)[], numeric: boolean[], left: string): string {
  const widths = names.map((name, j) => Math.max(name.length, ...lines.map((line) => line?.[j]?.length ?? 0)));
  const pad = (text: string, j: number) => (numeric[j] ? text.padStart(widths[j] ?? 0) : text.padEnd(widths[j] ?? 0));
  return [names, ...lines].map((line) => line?.map(pad).join("  ").trimEnd() ?? `… ${left} …`).join("\n");
}
