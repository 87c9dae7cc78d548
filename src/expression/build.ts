/**
 * Building trees. Each constructor tidies as it builds (flattens, folds numbers, drops 0 and 1), so that what the search,
 * the derivative and the parser make comes out in one readable form. The value never changes beyond rounding, with
 * one exception: 0·u is 0, also where u is infinite.
 */
import type { Expression } from "./tree.js";

export function number(value: number): Expression {
  if (!Number.isFinite(value)) throw new RangeError(`A formula cannot hold the number ${value}.`);
  return { kind: "number", value };
}

export function variable(name: string): Expression {
  return { kind: "variable", name };
}

/** A function of FUNCTIONS applied to an argument; a square root becomes the power 1/2, so that it has one form only. */
export function call(primitive: string, argument: Expression): Expression {
  if (primitive === "sqrt") return power(argument, number(0.5));
  return { kind: "call", primitive, arguments: [argument] };
}

/** The sum of the terms in their order; numbers are added up at the place of the first of them. */
export function sum(...terms: Expression[]): Expression {
  const flat = terms.flatMap((term) => (term.kind === "sum" ? term.terms : [term]));
  const kept = fold(flat, 0, (a, b) => a + b);
  if (kept.length === 0) return number(0);
  return kept.length === 1 ? kept[0] : { kind: "sum", terms: kept };
}

/** The product of the factors in their order; the numbers among them become one coefficient in front. */
export function product(...factors: Expression[]): Expression {
  const flat = factors.flatMap((factor) => (factor.kind === "product" ? factor.factors : [factor]));
  const first = flat.filter((factor) => factor.kind === "number");
  const kept = fold([...first, ...flat.filter((factor) => factor.kind !== "number")], 1, (a, b) => a * b);
  if (kept.length === 0) return number(1);
  if (kept[0].kind === "number" && kept[0].value === 0) return number(0);
  return kept.length === 1 ? kept[0] : { kind: "product", factors: kept };
}

export function power(base: Expression, exponent: Expression): Expression {
  if (exponent.kind === "number") {
    if (exponent.value === 0) return number(1);
    if (exponent.value === 1) return base;
    if (base.kind === "number") {
      const value = exponent.value === 0.5 ? Math.sqrt(base.value) : base.value ** exponent.value;
      if (Number.isFinite(value)) return number(value);
    }
    // (u^a)^b is u^(ab) for every u only where b is −1 or both are integers: (x^2)^0.5 is |x|.
    if (base.kind === "power" && base.exponent.kind === "number") {
      const [inner, outer] = [base.exponent.value, exponent.value];
      if (outer === -1 || (Number.isInteger(inner) && Number.isInteger(outer))) {
        return power(base.base, number(inner * outer));
      }
    }
  }
  return { kind: "power", base, exponent };
}

export function negative(of: Expression): Expression {
  return product(number(-1), of);
}

export function difference(a: Expression, b: Expression): Expression {
  return sum(a, negative(b));
}

/** a / b. The coefficients of both are divided by each other at once, so that 5·x/6 gets the float64 nearest to 5/6. */
export function quotient(a: Expression, b: Expression): Expression {
  const [above, below] = [splitCoefficient(a), splitCoefficient(b)];
  const coefficient = above.coefficient / below.coefficient;
  const inverses = below.factors.map((factor) => power(factor, number(-1)));
  if (Number.isFinite(coefficient)) return product(number(coefficient), ...above.factors, ...inverses);
  return product(a, power(b, number(-1)));
}

/** The names of the variables of a tree, each once, in the order in which they are met. */
export function variables(expression: Expression): string[] {
  const names = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.kind === "variable") names.add(node.name);
    children(node).forEach(visit);
  };
  visit(expression);
  return [...names];
}

/** The parts directly below a node, in order. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "number":
    case "variable":
      return [];
    case "sum":
      return node.terms;
    case "product":
      return node.factors;
    case "power":
      return [node.base, node.exponent];
    case "call":
      return node.arguments;
  }
}

/** The tree with expressions in place of some of its variables. */
export function substitute(tree: Expression, by: Readonly<Record<string, Expression>>): Expression {
  const inside = (node: Expression) => substitute(node, by);
  switch (tree.kind) {
    case "number":
      return tree;
    case "variable":
      return Object.hasOwn(by, tree.name) ? by[tree.name] : tree;
    case "sum":
      return sum(...tree.terms.map(inside));
    case "product":
      return product(...tree.factors.map(inside));
    case "power":
      return power(inside(tree.base), inside(tree.exponent));
    case "call":
      return { ...tree, arguments: tree.arguments.map(inside) };
  }
}

function splitCoefficient(node: Expression): { coefficient: number; factors: Expression[] } {
  const factors = node.kind === "product" ? [...node.factors] : [node];
  const [first] = factors;
  return first.kind === "number"
    ? { coefficient: first.value, factors: factors.slice(1) }
    : { coefficient: 1, factors };
}

/** All numbers of a list brought together by an operation at the place of the first, and left out if neutral. */
function fold(
  parts: readonly Expression[],
  neutral: number,
  combine: (a: number, b: number) => number,
): readonly Expression[] {
  const numbers = parts.flatMap((part) => (part.kind === "number" ? [part.value] : []));
  if (numbers.length === 0) return parts;
  const folded = numbers.reduce(combine);
  if (!Number.isFinite(folded)) return parts;
  const place = parts.findIndex((part) => part.kind === "number");
  return parts.flatMap((part, i) => {
    if (part.kind !== "number") return [part];
    return i === place && folded !== neutral ? [number(folded)] : [];
  });
}
