/** A formula as JavaScript source. */
import { variables } from "./build.js";
import { functionNamed } from "./functions.js";
import { type Dialect, infix, shortest } from "./infix.js";
import { layout } from "./layout.js";
import type { Expression } from "./tree.js";

/** Math.pow, because `-x ** 2` is a syntax error. */
const JAVASCRIPT: Dialect = {
  number: shortest,
  power: { call: "Math.pow" },
  function: (name) => functionNamed(name).javascript,
  spaces: [" ", " "],
};

/**
 * An arrow function of numbers, such as `(x, y) => 2 * x + Math.sin(y)`.
 * @param parameters the names of its arguments in order; the formula's own variables if not given
 */
export function toJavaScript(expression: Expression, parameters = variables(expression)): string {
  return `(${parameters.join(", ")}) => ${infix(layout(expression), JAVASCRIPT)}`;
}
