/**
 * A formula with its constants opened: each becomes a variable that can be fitted anew, shared by all series or different for
 * each. The coefficients of its terms are told from the constants inside.
 */
import { call, number, power, product, sum, variable } from "../expression/build.js";
import { functionNamed } from "../expression/functions.js";
import type { Expression } from "../expression/tree.js";

export interface Opened {
  readonly tree: Expression;
  /** The constants' names in the tree, and their values. */
  readonly names: readonly string[];
  readonly values: readonly number[];
  /** Names of the coefficients of the terms, in which the formula is linear; one for each term. */
  readonly coefficients: readonly string[];
}

/** No name of a user's column has a $. */
const nameOf = (k: number) => `c$${k}`;

/** Opens every coefficient of a term and every slope of a variable in a function, else every number but ±1 and whole exponents. */
export function opened(formula: Expression): Opened {
  const names: string[] = [];
  const values: number[] = [];
  const open = (value: number): Expression => {
    const name = nameOf(names.length);
    names.push(name);
    values.push(value);
    return variable(name);
  };
  const coefficients: string[] = [];
  const terms = (formula.kind === "sum" ? formula.terms : [formula]).map((term) => {
    const [coefficient, rest] = split(term);
    coefficients.push(nameOf(names.length));
    const front = open(coefficient);
    return rest === undefined ? front : product(front, inside(rest, open, false));
  });
  const tree: Expression = terms.length === 1 ? terms[0] : { kind: "sum", terms };
  return { tree, names, values, coefficients };
}

/** A term as its coefficient and what that multiplies; nothing for a term that is a number. */
function split(term: Expression): [number, Expression | undefined] {
  if (term.kind === "number") return [term.value, undefined];
  if (term.kind !== "product" || term.factors[0].kind !== "number") return [1, term];
  return [term.factors[0].value, product(...term.factors.slice(1))];
}

function inside(node: Expression, open: (value: number) => Expression, exponent: boolean): Expression {
  const into = (child: Expression) => inside(child, open, false);
  switch (node.kind) {
    case "number":
      return Math.abs(node.value) === 1 || (exponent && Number.isInteger(node.value)) ? node : open(node.value);
    case "variable":
      return node;
    case "sum":
      return { ...node, terms: node.terms.map(into) };
    case "product":
      return { ...node, factors: node.factors.map(into) };
    case "power":
      return { ...node, base: into(node.base), exponent: inside(node.exponent, open, true) };
    case "call":
      return { ...node, arguments: node.arguments.map((argument) => slopes(argument, open)) };
  }
}

/** The argument of a function: the slopes of variables in it are constants even where they are ±1. */
function slopes(argument: Expression, open: (value: number) => Expression): Expression {
  const term = (node: Expression): Expression => {
    const [coefficient, rest] = split(node);
    if (rest?.kind !== "variable") return inside(node, open, false);
    return product(open(coefficient), rest);
  };
  return argument.kind === "sum" ? { ...argument, terms: argument.terms.map(term) } : term(argument);
}

/** The formula with numbers or other formulas in the place of variables, tidied. */
export function substituted(node: Expression, by: ReadonlyMap<string, Expression>): Expression {
  const into = (child: Expression) => substituted(child, by);
  switch (node.kind) {
    case "number":
      return node;
    case "variable":
      return by.get(node.name) ?? node;
    case "sum":
      return sum(...node.terms.map(into));
    case "product":
      return product(...node.factors.map(into));
    case "power":
      return power(into(node.base), into(node.exponent));
    case "call": {
      const argument = into(node.arguments[0]);
      const value = argument.kind === "number" ? functionNamed(node.primitive).value(argument.value) : Number.NaN;
      return Number.isFinite(value) ? number(value) : call(node.primitive, argument);
    }
  }
}

/** The formula with the factors of each product in one order: numbers, the names in their given order, then the rest. */
export function ordered(node: Expression, names: readonly string[]): Expression {
  const into = (child: Expression) => ordered(child, names);
  const rank = (factor: Expression) => {
    if (factor.kind === "number") return -1;
    const place = factor.kind === "variable" ? names.indexOf(factor.name) : names.length;
    return place < 0 ? -0.5 : place;
  };
  switch (node.kind) {
    case "number":
    case "variable":
      return node;
    case "sum":
      return { ...node, terms: node.terms.map(into) };
    case "product":
      return { ...node, factors: node.factors.map(into).sort((a, b) => rank(a) - rank(b)) };
    case "power":
      return { ...node, base: into(node.base), exponent: into(node.exponent) };
    case "call":
      return { ...node, arguments: node.arguments.map(into) };
  }
}
