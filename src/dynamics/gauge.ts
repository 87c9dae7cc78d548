/**
 * The gauge of the latents: a latent that is the factor of a term could have any scale, so the term's own coefficient is set to
 * ±1. That defines the latent: it is what the term is multiplied by.
 */
import { number } from "../expression/build.js";
import type { Expression } from "../expression/tree.js";
import type { Law } from "./law.js";
import { substituted } from "./opened.js";

/** The law with each latent defined by the term in which it is nearest to being the coefficient. */
export function gauged(law: Law): Law {
  const value = (name: string) => law.values[law.constants.indexOf(name)];
  const fixed = new Map<string, Expression>();
  for (const latent of law.latents) {
    const coefficients = law.equations.flatMap((equation) => coefficientsOf(equation, latent));
    // One that is ±1 already defines it.
    if (coefficients.some((name) => name === undefined || fixed.has(name))) continue;
    const off = (name: string) => Math.abs(Math.log(Math.abs(value(name)) || Number.MIN_VALUE));
    const nearest = (coefficients as string[]).sort((a, b) => off(a) - off(b))[0];
    if (nearest !== undefined) fixed.set(nearest, number(Math.sign(value(nearest)) || 1));
  }
  const left = law.constants.filter((name) => !fixed.has(name));
  return {
    ...law,
    equations: law.equations.map((equation) => substituted(equation, fixed)),
    constants: left,
    values: Float64Array.from(left, value),
  };
}

/** For each term of which the latent is a factor, the constant that multiplies it; undefined where that is ±1. */
function coefficientsOf(equation: Expression, latent: string): (string | undefined)[] {
  const terms = equation.kind === "sum" ? equation.terms : [equation];
  return terms.flatMap((term) => {
    const factors = term.kind === "product" ? term.factors : [term];
    const names = factors.flatMap((factor) => (factor.kind === "variable" ? [factor.name] : []));
    return names.includes(latent) ? [names.find((name) => name.includes("$"))] : [];
  });
}
