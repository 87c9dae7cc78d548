/** A formula as Python source that calculates with numpy arrays. */
import { variables } from "./build.js";
import { functionNamed } from "./functions.js";
import { type Dialect, infix, shortest } from "./infix.js";
import { layout } from "./layout.js";
import type { Expression } from "./tree.js";

/** Every number is a float, because numpy refuses negative integer powers of integer arrays. */
const PYTHON: Dialect = {
  number: (value) => shortest(value).replace(/^\d+$/, "$&.0"),
  power: { infix: "**" },
  function: (name) => functionNamed(name).python,
  spaces: [" ", " "],
};

/**
 * A lambda of numpy arrays (`import numpy as np` is the caller's), such as `lambda x, y: 2.0 * x + np.sin(y)`.
 * @param parameters the names of its arguments in order; the formula's own variables if not given
 */
export function toPython(expression: Expression, parameters = variables(expression)): string {
  return `lambda ${parameters.join(", ")}: ${infix(layout(expression), PYTHON)}`.replace("lambda :", "lambda:");
}
