/**
 * The functions a printed formula can call, and how each is written in every language. The network's primitives are built
 * of these; a new function is one new entry here.
 */
import { call, difference, negative, number, power, product, quotient, sum } from "./build.js";
import type { Expression } from "./tree.js";

export interface FormulaFunction {
  value(u: number): number;
  /** The derivative of the function itself, at u: the chain rule is the caller's. */
  derivative(u: Expression): Expression;
  /** The TeX command; sqrt and abs enclose their argument, see tex.ts. */
  readonly tex: string;
  readonly javascript: string;
  readonly python: string;
}

const ONE = number(1);
const square = (u: Expression) => power(u, number(2));
const root = (u: Expression) => power(u, number(0.5));
const inverse = (u: Expression) => quotient(ONE, u);

export const FUNCTIONS: Readonly<Record<string, FormulaFunction>> = {
  sin: entry(Math.sin, (u) => call("cos", u), "\\sin"),
  cos: entry(Math.cos, (u) => negative(call("sin", u)), "\\cos"),
  tan: entry(Math.tan, (u) => power(call("cos", u), number(-2)), "\\tan"),
  asin: entry(Math.asin, (u) => inverse(root(difference(ONE, square(u)))), "\\arcsin", "np.arcsin"),
  acos: entry(Math.acos, (u) => negative(inverse(root(difference(ONE, square(u))))), "\\arccos", "np.arccos"),
  atan: entry(Math.atan, (u) => inverse(sum(ONE, square(u))), "\\arctan", "np.arctan"),
  sinh: entry(Math.sinh, (u) => call("cosh", u), "\\sinh"),
  cosh: entry(Math.cosh, (u) => call("sinh", u), "\\cosh"),
  tanh: entry(Math.tanh, (u) => difference(ONE, square(call("tanh", u))), "\\tanh"),
  exp: entry(Math.exp, (u) => call("exp", u), "\\exp"),
  log: entry(Math.log, inverse, "\\ln"),
  sqrt: entry(Math.sqrt, (u) => product(number(0.5), power(u, number(-0.5))), "\\sqrt"),
  abs: entry(Math.abs, (u) => quotient(u, call("abs", u)), "\\left|"),
};

/** The entry of a function; an unknown name is an error, also for names that every object has (toString). */
export function functionNamed(name: string): FormulaFunction {
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw new RangeError(`There is no function "${name}". Known are ${Object.keys(FUNCTIONS).join(", ")}.`);
  }
  return FUNCTIONS[name];
}

function entry(
  value: (u: number) => number,
  derivative: (u: Expression) => Expression,
  tex: string,
  python = `np.${value.name}`,
): FormulaFunction {
  return { value, derivative, tex, javascript: `Math.${value.name}`, python };
}
