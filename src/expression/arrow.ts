/**
 * From the text of an arrow function to the formula in its body: `(t) => 1 / (1 + t ** 2)` is "1/(1+u^2)". The text is read by
 * the parser of formulas, never run, so it goes to worker threads and files like any formula.
 */
import { substitute, variable, variables } from "./build.js";
import { evaluate } from "./evaluate.js";
import { parse } from "./parse.js";
import { toText } from "./text.js";
import type { Expression } from "./tree.js";

const ARROW = /^\s*\(?([^()=]*?)\)?\s*=>\s*(?:\{\s*return\s+([^;{}]+);?\s*\}|([^{};]+))\s*$/u;
const FUNCTION = /^\s*function\s*\w*\s*\(([^()]*)\)\s*\{\s*return\s+([^;{}]+);?\s*\}\s*$/u;
/** Where text and function must agree. */
const PROBES = [-1.7, -0.6, 0.3, 1.1, 2.2];

/**
 * @param names what the parameters are called in the formula
 * @throws SyntaxError for a function whose body is no formula of its parameters
 */
export function arrowFormula(of: (...inputs: number[]) => number, names: readonly string[]): string {
  const source = of.toString();
  const [, parameters, body, bare] = ARROW.exec(source) ?? FUNCTION.exec(source) ?? [];
  if (parameters === undefined) throw new SyntaxError(`"${source}" is not one expression.`);
  const its = parameters.split(",").map((parameter) => parameter.trim());
  const tree = readBody(body ?? bare);
  const foreign = variables(tree).filter((name) => !its.includes(name));
  if (foreign.length > 0) throw new SyntaxError(`${foreign.join(", ")} is no parameter of "${source}".`);
  const renamed = Object.fromEntries(its.map((name, k) => [name, variable(names[k] ?? name)]));
  const found = substitute(tree, renamed);
  const columns = Object.fromEntries(names.map((name, k) => [name, k % 2 === 0 ? PROBES : [...PROBES].reverse()]));
  evaluate(found, columns, PROBES.length).forEach((value, i) => {
    const told = of(...names.map((name) => columns[name][i]));
    if (Number.isFinite(told) && !(Math.abs(value - told) <= 1e-9 * (1 + Math.abs(told)))) {
      throw new SyntaxError(`"${source}" gives ${told} where its text says ${value}.`);
    }
  });
  return toText(found);
}

function readBody(body: string): Expression {
  return parse(body.replaceAll("Math.PI", "pi").replaceAll("Math.", ""));
}
