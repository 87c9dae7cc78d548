/** From a network to a formula: in the user's own units, and as an expression tree. */

import { number, power, product, sum, variable } from "../expression/build.js";
import { complexity } from "../expression/complexity.js";
import type { Expression } from "../expression/tree.js";
import { canonical } from "./canonical.js";
import type { Grammar } from "./grammar.js";
import {
  type Affine,
  affine,
  copyAffine,
  type Factor,
  factor,
  isOne,
  type Link,
  places,
  productOf,
  single,
  type Unit,
} from "./network.js";

/** How the search changed the columns: input x became (x − shift) / by, the target y / by. Powers of two, so that going back is exact. */
export interface Scales {
  readonly inputs: readonly { readonly by: number; readonly shift: number }[];
  readonly target: number;
}

/** The same network on the user's columns. */
export function unscaled(root: Affine, scales: Scales, grammar: Grammar): Affine {
  const copy = copyAffine(root);
  const inward = (of: Affine) => {
    for (const link of of.links) {
      for (const { input } of link.unit.factors) inward(input);
      if (link.unit.kind !== "input") continue;
      const { by, shift } = scales.inputs[link.unit.index];
      if (shift !== 0) link.unit = productOf(factor(single(link.unit, 1 / by, -shift / by)));
      else link.weight /= by;
    }
  };
  inward(copy);
  for (const link of copy.links) link.weight *= scales.target;
  copy.bias *= scales.target;
  return canonical(copy, grammar);
}

/**
 * The network with the scale of every factor chosen for reading: the gauge has the largest weight at 1, but
 * √(½a² + ½b²)·√2 is better said as √(a² + b²). Not canonical any more.
 */
export function readable(root: Affine, grammar: Grammar): Affine {
  const copy = copyAffine(root);
  const visit = (of: Affine) => {
    for (const { unit } of of.links) for (const { input } of unit.factors) visit(input);
    foldConstants(of, grammar);
    for (const link of of.links) {
      if (link.unit.kind === "function") {
        const { odd, degree } = grammar.functions[link.unit.index];
        if (odd) turnPositive(link);
        if (degree !== undefined) rescaleArguments(link, degree, grammar);
      }
      if (link.unit.kind !== "product") continue;
      for (const { input, power, free } of link.unit.factors) rescale(link, { input, power, free });
    }
  };
  visit(copy);
  return copy;
}

/** A function of constants alone is a constant. */
function foldConstants(of: Affine, { functions }: Grammar): void {
  of.links = of.links.filter(({ weight, unit }) => {
    if (unit.kind !== "function" || unit.factors.some(({ input }) => input.links.length > 0)) return true;
    of.bias += weight * functions[unit.index].value(...unit.factors.map(({ input }) => input.bias));
    of.biased = true;
    return false;
  });
}

/** f(−u) = −f(u): the largest weight of an odd function's argument is made positive. */
function turnPositive(link: Link): void {
  const { input } = link.unit.factors[0];
  const largest = input.links.reduce((a, b) => (Math.abs(b.weight) > Math.abs(a.weight) ? b : a));
  if (largest.weight > 0) return;
  link.weight = -link.weight;
  input.bias = -input.bias;
  for (const each of input.links) each.weight = -each.weight;
}

/** Divides a factor of the link's product by whichever of its constants leaves the least to print. */
function rescale(link: Link, { input, power, free }: Factor): void {
  const constants = constantsOf(input);
  if (constants.length < 2) return;
  const whole = Number.isInteger(power) && !free;
  const cost = (s: number) =>
    [link.weight * s ** power, ...constants.map((c) => c / s)].filter((c) => !isOne(c)).length;
  let best = 1;
  for (const constant of constants) {
    const s = whole ? constant : Math.abs(constant);
    if (s !== 0 && cost(s) < cost(best)) best = s;
  }
  // −1/(a − b) is 1/(b − a).
  if (whole && power % 2 !== 0 && link.weight * best ** power < 0) best = -best;
  link.weight = unit(link.weight * best ** power);
  divide(input, best);
}

/** The same for all arguments of a homogeneous function, whose formula may say an argument more than once. */
function rescaleArguments(link: Link, degree: number, grammar: Grammar): void {
  const scaled = (s: number): Link => {
    const { unit: copied } = copyAffine(single(link.unit)).links[0];
    for (const { input } of copied.factors) divide(input, s);
    return { weight: unit(link.weight * s ** degree), unit: copied };
  };
  const inputs = places(single(link.unit)).links.map(({ unit }) => (unit.kind === "input" ? unit.index : 0));
  const names = Array.from({ length: Math.max(...inputs) + 1 }, (_, i) => `x${i}`);
  const nodes = (s: number) => complexity(formula(affine([scaled(s)]), names, grammar));
  const scales = link.unit.factors.flatMap(({ input }) => constantsOf(input).map(Math.abs)).filter((s) => s > 0);
  const best = scales.reduce((least, s) => (nodes(s) < nodes(least) ? s : least), 1);
  Object.assign(link, scaled(best));
}

const constantsOf = ({ links, biased, bias }: Affine) => [
  ...links.map(({ weight }) => weight),
  ...(biased ? [bias] : []),
];

function divide(input: Affine, by: number): void {
  for (const each of input.links) each.weight = unit(each.weight / by);
  input.bias = input.biased ? unit(input.bias / by) : 0;
}

/** ±1 where it is that but for rounding. */
const unit = (value: number) => (Math.abs(Math.abs(value) - 1) < 1e-12 ? Math.sign(value) : value);

/** Is every constant within the range of float64? In units far from 1 the coefficient of a high power is not. */
export function expressible(root: Affine): boolean {
  const { affines, links } = places(root);
  return (
    links.every(({ weight }) => Number.isFinite(weight)) && [root, ...affines].every((of) => Number.isFinite(of.bias))
  );
}

/** The formula of a network. `names` are those of the inputs. */
export function formula(root: Affine, names: readonly string[], grammar: Grammar): Expression {
  const ofAffine = (of: Affine): Expression => {
    const terms = of.links.map(({ weight, unit }) => product(number(weight), ofUnit(unit)));
    if (of.biased) terms.push(number(of.bias));
    return sum(...terms);
  };
  const ofUnit = (unit: Unit): Expression => {
    if (unit.kind === "input") return variable(names[unit.index]);
    if (unit.kind === "product") {
      return product(...unit.factors.map(({ input, power: p }) => power(ofAffine(input), number(p))));
    }
    const argument = unit.factors[0].input;
    const { turned, expression } = grammar.functions[unit.index];
    if (turned && argument.biased && Math.abs(Math.abs(argument.bias) - turned.bias) < 1e-9) {
      const unbiased = ofAffine({ ...argument, biased: false, bias: 0 });
      return product(number(Math.sign(argument.bias)), turned.expression(unbiased));
    }
    return expression(...unit.factors.map(({ input }) => ofAffine(input)));
  };
  return ofAffine(root);
}
