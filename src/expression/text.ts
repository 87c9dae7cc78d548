/**
 * A formula as plain text, for people, nerdamer and the parser in parse.ts: + - * / ^, functions by their usual names, every
 * digit that float64 needs, parentheses wherever a power's base or exponent is not a single name or number.
 */
import { type Dialect, infix, shortest } from "./infix.js";
import { layout } from "./layout.js";
import type { Expression } from "./tree.js";

const TEXT: Dialect = {
  number: shortest,
  power: { infix: "^" },
  function: (name) => name,
  spaces: ["", ""],
};

/** @param digits significant digits of the numbers; all that float64 needs if not given */
export function toText(expression: Expression, { digits }: { digits?: number } = {}): string {
  if (digits === undefined) return infix(layout(expression), TEXT);
  return infix(layout(expression), { ...TEXT, number: (value) => shortest(Number(value.toPrecision(digits))) });
}
