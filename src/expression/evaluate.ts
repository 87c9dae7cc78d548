/** The value of a formula on a whole table at once, column by column, in float64. */
import { functionNamed } from "./functions.js";
import type { Expression } from "./tree.js";

/**
 * @param columns the values of each variable by name, at least `rows` of each
 * @returns `rows` values; NaN and infinities where float64 gives them
 */
export function evaluate(
  expression: Expression,
  columns: Readonly<Record<string, ArrayLike<number>>>,
  rows: number,
): Float64Array {
  const column = (node: Expression): Float64Array => {
    switch (node.kind) {
      case "number":
        return new Float64Array(rows).fill(node.value);
      case "variable":
        return copy(columns, node.name, rows);
      case "sum":
        return combine(node.terms.map(column), (a, b) => a + b);
      case "product":
        return combine(node.factors.map(column), (a, b) => a * b);
      case "power":
        return raise(node.base, node.exponent, column);
      case "call": {
        const { value } = functionNamed(node.primitive);
        return column(node.arguments[0]).map((u) => value(u));
      }
    }
  };
  return column(expression);
}

function copy(columns: Readonly<Record<string, ArrayLike<number>>>, name: string, rows: number): Float64Array {
  if (!Object.hasOwn(columns, name)) {
    throw new RangeError(
      `The formula needs a column "${name}"; given are ${Object.keys(columns).join(", ") || "none"}.`,
    );
  }
  if (columns[name].length < rows) {
    throw new RangeError(`The column "${name}" has ${columns[name].length} values; the formula needs ${rows}.`);
  }
  const column = columns[name];
  if (column instanceof Float64Array) return column.slice(0, rows);
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) values[i] = column[i];
  return values;
}

/** All columns brought together in the first, which is a column of its own making and so free to be overwritten. */
function combine(columns: Float64Array[], operation: (a: number, b: number) => number): Float64Array {
  const [result, ...rest] = columns;
  for (const column of rest) {
    for (let i = 0; i < result.length; i++) result[i] = operation(result[i], column[i]);
  }
  return result;
}

/** Powers that have an operation of their own use it, as the printed formula does: 1/u, u², √u. */
function raise(base: Expression, exponent: Expression, column: (node: Expression) => Float64Array): Float64Array {
  const values = column(base);
  if (exponent.kind === "number") {
    const p = exponent.value;
    if (p === -1) return values.map((u) => 1 / u);
    if (p === 2) return values.map((u) => u * u);
    if (p === 0.5) return values.map(Math.sqrt);
    if (p === -0.5) return values.map((u) => 1 / Math.sqrt(u));
    return values.map((u) => u ** p);
  }
  return combine([values, column(exponent)], (u, p) => u ** p);
}
