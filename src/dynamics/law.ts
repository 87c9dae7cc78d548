/** A law of motion: an equation for each state, in the states, the latents and fitted constants; and how it looks in a cell. */
import { number, sum } from "../expression/build.js";
import { toMathML } from "../expression/mathml.js";
import { nameInTeX, toTeX } from "../expression/tex.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { type Displayable, jupyterDisplay } from "../notebook/display.js";
import { formulaInHtml } from "../notebook/html.js";
import { substituted } from "./opened.js";
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

/** The law of one state, as a reader sees it. */
export interface Equation extends Displayable {
  readonly state: string;
  /** What stands on the left: "v'" for a rate of change, "v" at the next row for a map. */
  readonly left: string;
  readonly expression: string;
  readonly tree: Expression;
  /** The fitted constants in it, with standard errors; round numbers that were recognised are not among them. */
  readonly constants: { readonly value: number; readonly error: number }[];
  toTeX(options?: { digits?: number }): string;
  toMathML(options?: { digits?: number }): string;
}

/** @param errors standard errors of the law's constants */
export function equationsOf(law: Law, errors: Float64Array): Equation[] {
  return closed(law).map((tree, k) => {
    const state = law.states[k];
    const names = new Set<string>();
    collect(law.equations[k], names);
    const constants = law.constants.flatMap((name, c) =>
      names.has(name) ? [{ value: law.values[c], error: errors[c] }] : [],
    );
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
