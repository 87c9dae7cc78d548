/** A law of motion: an equation for each state, in the states, the latents and fitted constants; and how it looks in a cell. */
import { number, sum } from "../expression/build.js";
import { toMathML } from "../expression/mathml.js";
import { nameInTeX, toTeX } from "../expression/tex.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { type Displayable, jupyterDisplay } from "../notebook/display.js";
import { formulaInHtml } from "../notebook/html.js";
import { substituted } from "./opened.js";
import { roundNumber } from "./round.js";
import type { Form } from "./weak.js";

export interface Law {
  readonly form: Form;
  readonly states: readonly string[];
  readonly latents: readonly string[];
  /** Names and values of the constants in the equations. */
  readonly constants: readonly string[];
  readonly values: Float64Array;
  /** For each state its rate of change, or its next value, with the constants as variables. */
  readonly equations: readonly Expression[];
}

/** The equations with the constants' values in them. */
export function closed({ equations, constants, values }: Law): Expression[] {
  const by = new Map(constants.map((name, k) => [name, number(values[k])]));
  return equations.map((equation) => substituted(equation, by));
}

/** A constant of a law. */
export interface EquationConstant {
  readonly value: number;
  /** Standard error; undefined for a round number that was recognised. */
  readonly error?: number;
  /** What was fitted before a round number was recognised, and its standard error then. */
  readonly before?: { readonly value: number; readonly error: number };
}

/** A law with the standard errors of its constants. */
export interface Measured {
  readonly law: Law;
  readonly errors: Float64Array;
}

/** The law of one state, as a reader sees it. */
export interface Equation extends Displayable {
  readonly state: string;
  /** What stands on the left: "v'" for a rate of change, "v" at the next row for a map. */
  readonly left: string;
  readonly expression: string;
  readonly tree: Expression;
  /** Its constants in their order; those that a latent is defined by are not among them. */
  readonly constants: EquationConstant[];
  toTeX(options?: { digits?: number }): string;
  toMathML(options?: { digits?: number }): string;
}

/** @param before the law before round numbers were recognised in it */
export function equationsOf({ law, errors }: Measured, before: Measured): Equation[] {
  return closed(law).map((tree, k) => {
    const state = law.states[k];
    const names = new Set<string>();
    collect(before.law.equations[k], names);
    const constants = before.law.constants.flatMap((name, c): EquationConstant[] => {
      if (!names.has(name)) return [];
      const now = law.constants.indexOf(name);
      if (now >= 0) return [{ value: law.values[now], error: errors[now] }];
      const fitted = { value: before.law.values[c], error: before.errors[c] };
      return [{ value: roundNumber(fitted.value, fitted.error) ?? fitted.value, before: fitted }];
    });
    const name = nameInTeX(state);
    const left = law.form === "map" ? `${name}_{n+1}` : `\\frac{d${name}}{dt}`;
    const equation: Equation = {
      state,
      left: law.form === "map" ? `next ${state}` : `${state}'`,
      expression: toText(tree),
      tree,
      constants,
      toTeX: (options) => `${left} = ${toTeX(tree, options)}`,
      toMathML: (options) => toMathML(tree, options),
      [jupyterDisplay]: () => ({
        "text/html": `<p>${formulaInHtml(`$\\displaystyle ${equation.toTeX()}$`)}</p>`,
        "text/plain": `${equation.left} = ${toText(tree, { digits: 6 })}`,
      }),
    };
    return equation;
  });
}

function collect(node: Expression, names: Set<string>): void {
  if (node.kind === "variable") names.add(node.name);
  else if (node.kind === "sum") for (const term of node.terms) collect(term, names);
  else if (node.kind === "product") for (const factor of node.factors) collect(factor, names);
  else if (node.kind === "call") collect(node.arguments[0], names);
  else if (node.kind === "power") collect(sum(node.base, node.exponent), names);
}
