/** Rows to predict for, in any form that a table may have, brought to the columns a formula needs. */

import { InputError, list } from "./errors.js";
import { variables } from "./expression/build.js";
import type { Expression } from "./expression/tree.js";
import { type Frame, isFrame } from "./frame.js";
import type { Column } from "./table.js";

/** A DataFrame, rows as records, or columns; inputs under their names in the table or in the formula. */
export type PredictionData =
  | Frame
  | readonly Readonly<Record<string, unknown>>[]
  | Readonly<Record<string, ArrayLike<number>>>;

export function predictionColumns(
  data: PredictionData,
  inputs: readonly Column[],
  tree: Expression,
): { columns: Record<string, ArrayLike<number>>; count: number } {
  const needed = variables(tree);
  const columns: Record<string, ArrayLike<number>> = {};
  const rows = Array.isArray(data) ? data : undefined;
  const table = (isFrame(data) ? columnsOf(data) : data) as Readonly<Record<string, ArrayLike<number>>>;
  let count = rows ? rows.length : (Object.values(table)[0]?.length ?? 0);
  for (const name of needed) {
    const label = inputs.find((input) => input.name === name)?.label ?? name;
    const key = (record: object) => (label in record ? label : name);
    const missing = (where: string) =>
      new InputError(`The formula needs "${label}"${where}. Its inputs are ${list(needed)}.`);
    if (rows) {
      columns[name] = rows.map((row, i) => {
        const value = row[key(row)];
        if (typeof value !== "number") throw missing(`, and row ${i + 1} has no number for it`);
        return value;
      });
    } else {
      const column = table[key(table)];
      if (column === undefined) throw missing("");
      if (typeof column?.length !== "number") {
        throw new InputError(
          `"${label}" is no list of numbers. Give one such as [1, 2, 3], or the values of a Series.`,
        );
      }
      if (columns[needed[0]] && column.length !== count) {
        throw new InputError(`The columns have different lengths: "${label}" has ${column.length} rows, not ${count}.`);
      }
      count = column.length;
      columns[name] = column;
    }
  }
  return { columns, count };
}

function columnsOf(frame: Frame): Record<string, ArrayLike<unknown>> {
  return Object.fromEntries(frame.columns.map((name) => [name, frame.column(name).values]));
}
