/**
 * Primitives of the user's own: a name and a formula in u, such as { name: "lorentz", formula: "1/(1+u^2)" }. Value and
 * derivative come from the formula's tree, so nothing but data goes to the worker threads, and nothing is evaluated as code.
 */
import { InputError } from "./errors.js";
import { children, variables } from "./expression/build.js";
import { differentiate } from "./expression/differentiate.js";
import { functionNamed } from "./expression/functions.js";
import { parse } from "./expression/parse.js";
import type { Expression } from "./expression/tree.js";
import type { UnitFunction } from "./primitives.js";

export interface CustomPrimitive {
  readonly name: string;
  /** A formula in the variable u. */
  readonly formula: string;
}

/** Where the search first tries it, for an input scaled to a largest size of 1. */
const SLOPES = [0.5, 1, 2, 4, 8].flatMap((slope) => [slope, -slope]);
const BIASES = [0, 1, -1];
/** Points at which a primitive must have a value somewhere. */
const PROBES = [-2, -1, -0.5, 0.1, 0.5, 1, 2];

/** @throws InputError for a name or formula that can't be used */
export function unitOf({ name, formula }: CustomPrimitive): UnitFunction {
  const tree = parsed(name, formula);
  const value = scalar(tree);
  const derivative = scalar(differentiate(tree, "u"));
  if (!PROBES.some((u) => Number.isFinite(value(u)))) {
    throw new InputError(`The primitive "${name}" has no value between −2 and 2: check its formula ${formula}.`);
  }
  const grid = (slopes: readonly number[], biases: readonly number[]) =>
    slopes.flatMap((slope) => biases.map((bias) => [slope, bias] as const));
  return {
    name,
    value,
    derivative,
    expression: (u) => substitute(tree, u),
    biased: true,
    starts: grid(SLOPES, BIASES),
    coarse: grid(SLOPES, [0]),
    inner: grid([1, 2, -1, -2], [0]),
  };
}

function parsed(name: string, formula: string): Expression {
  let tree: Expression;
  try {
    tree = parse(formula);
  } catch (error) {
    throw new InputError(`The formula of the primitive "${name}" can't be read: ${(error as Error).message}`);
  }
  const others = variables(tree).filter((variable) => variable !== "u");
  if (others.length > 0) {
    throw new InputError(
      `The formula of the primitive "${name}" may have the variable u only, not ${others.join(", ")}.`,
    );
  }
  if (variables(tree).length === 0) throw new InputError(`The formula of the primitive "${name}" has no u in it.`);
  return tree;
}

/** The tree as a function of u. */
function scalar(tree: Expression): (u: number) => number {
  const parts = children(tree).map(scalar);
  switch (tree.kind) {
    case "number":
      return () => tree.value;
    case "variable":
      return (u) => u;
    case "sum":
      return (u) => parts.reduce((sum, part) => sum + part(u), 0);
    case "product":
      return (u) => parts.reduce((product, part) => product * part(u), 1);
    case "power": {
      const [base, exponent] = parts;
      return (u) => base(u) ** exponent(u);
    }
    case "call": {
      const { value } = functionNamed(tree.primitive);
      const [argument] = parts;
      return (u) => value(argument(u));
    }
  }
}

/** The tree with an expression in place of u. */
function substitute(tree: Expression, u: Expression): Expression {
  const inside = (node: Expression) => substitute(node, u);
  switch (tree.kind) {
    case "number":
      return tree;
    case "variable":
      return u;
    case "sum":
      return { ...tree, terms: tree.terms.map(inside) };
    case "product":
      return { ...tree, factors: tree.factors.map(inside) };
    case "power":
      return { ...tree, base: inside(tree.base), exponent: inside(tree.exponent) };
    case "call":
      return { ...tree, arguments: tree.arguments.map(inside) };
  }
}
