/** A formula as MathML, which browsers show without fonts or network. */
import temml from "temml";
import { toTeX } from "./tex.js";
import type { Expression } from "./tree.js";

/** A <math> element on a line of its own. @param digits as for toTeX */
export function toMathML(expression: Expression, options: { digits?: number } = {}): string {
  return temml.renderToString(toTeX(expression, options), { displayMode: true, xml: true, throwOnError: true });
}
