/** From a network to a formula: in the user's own units, and as an expression tree. */
import { call, number, power, product, sum, variable } from "../expression/build.js";
import type { Expression } from "../expression/tree.js";
import { canonical } from "./canonical.js";
import type { Grammar } from "./grammar.js";
import { type Affine, copyAffine, isOne, type Unit } from "./network.js";

/** By which the search divided each column. Powers of two, so that going back is exact. */
export interface Scales {
  readonly inputs: readonly number[];
  readonly target: number;
}

/** The same network on the user's columns. */
export function unscaled(root: Affine, scales: Scales, grammar: Grammar): Affine {
  const copy = copyAffine(root);
  const inward = (of: Affine) => {
    for (const link of of.links) {
      if (link.unit.kind === "input") link.weight /= scales.inputs[link.unit.index];
      for (const { input } of link.unit.factors) inward(input);
    }
  };
  inward(copy);
  for (const link of copy.links) link.weight *= scales.target;
  copy.bias *= scales.target;
  return canonical(copy, grammar.exponential);
}

const QUARTER = Math.PI / 2;

/** The formula of a network. `names` are those of the inputs. */
export function formula(root: Affine, names: readonly string[], grammar: Grammar): Expression {
  const ofAffine = (of: Affine): Expression => {
    const terms = of.links.map(({ weight, unit }) => product(number(cleaned(weight)), ofUnit(unit)));
    if (of.biased) terms.push(number(of.bias));
    return sum(...terms);
  };
  const ofUnit = (unit: Unit): Expression => {
    if (unit.kind === "input") return variable(names[unit.index]);
    if (unit.kind === "product") {
      return product(...unit.factors.map(({ input, power: p }) => power(ofAffine(input), number(p))));
    }
    const argument = unit.factors[0].input;
    const { name, expression } = grammar.functions[unit.index];
    // A sine shifted by a quarter turn is a cosine.
    if (name === "sin" && argument.biased && Math.abs(argument.bias - QUARTER) < 1e-9) {
      return call("cos", ofAffine({ ...argument, biased: false, bias: 0 }));
    }
    return expression(ofAffine(argument));
  };
  return ofAffine(root);
}

/** A weight that is ±1 but for rounding is not printed. */
function cleaned(weight: number): number {
  return isOne(weight) && Math.abs(Math.abs(weight) - 1) < 1e-14 ? Math.sign(weight) : weight;
}
