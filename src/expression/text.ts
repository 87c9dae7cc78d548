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

export function toText(expression: Expression): string {
  return infix(layout(expression), TEXT);
}
