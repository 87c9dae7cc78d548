/**
 * A rival's formula as a person would write it down, so that it is not counted longer than it is: what has no variable is one
 * number, constants are rounded to five digits, scales move out of products, powers and sums, powers of one base are merged.
 */
import { call, children, number, power, product, sum, variables } from "../../src/expression/build.js";
import { evaluate } from "../../src/expression/evaluate.js";
import { toText } from "../../src/expression/text.js";
import type { Expression } from "../../src/expression/tree.js";

/** Constants below this are what a fit left of 0. */
const NOTHING = 1e-5;

export function tidy(node: Expression): Expression {
  if (node.kind !== "number" && variables(node).length === 0) {
    const [value] = evaluate(node, {}, 1);
    return Number.isFinite(value) ? number(rounded(value)) : node;
  }
  const parts = children(node).map(tidy);
  switch (node.kind) {
    case "number":
      return number(rounded(node.value));
    case "variable":
      return node;
    case "call":
      return call(node.primitive, parts[0]);
    case "sum":
      return sum(...parts.map(roundedScale));
    case "power":
      return roundedScale(raised(parts[0], parts[1]));
    case "product":
      return roundedScale(merged(product(...parts.map(unscaled))));
  }
}

const rounded = (value: number) => (Math.abs(value) < NOTHING ? 0 : Number(value.toPrecision(5)));

/** A product's coefficient and its other factors. */
function split(node: Expression): [scale: number, factors: readonly Expression[]] {
  if (node.kind === "number") return [node.value, []];
  if (node.kind !== "product") return [1, [node]];
  const [first, ...rest] = node.factors;
  return first.kind === "number" ? [first.value, rest] : [1, node.factors];
}

function roundedScale(node: Expression): Expression {
  const [scale, factors] = split(node);
  return product(number(rounded(scale)), ...factors);
}

/** A sum with the coefficient of its first term in front of it. */
function unscaled(node: Expression): Expression {
  if (node.kind !== "sum") return node;
  const lead = node.terms.find((term) => term.kind !== "number") ?? node;
  const [scale] = split(lead);
  const terms = node.terms.map((term) => roundedScale(product(number(1 / scale), term)));
  return product(number(scale), sum(...terms));
}

/** (c·u)^p as c^p·u^p where that is the same for every u. */
function raised(base: Expression, exponent: Expression): Expression {
  const [scale, factors] = split(unscaled(base));
  if (exponent.kind !== "number" || !(scale > 0 || Number.isInteger(exponent.value))) return power(base, exponent);
  const raisedScale = scale ** exponent.value;
  if (!Number.isFinite(raisedScale)) return power(base, exponent);
  return product(number(raisedScale), power(product(...factors), exponent));
}

/** u^a·u^b as u^(a+b), for whole exponents of the same sign. */
function merged(node: Expression): Expression {
  const [scale, factors] = split(node);
  const exponents = new Map<string, { base: Expression; exponent: number }>();
  for (const factor of factors) {
    const whole =
      factor.kind === "power" && factor.exponent.kind === "number" && Number.isInteger(factor.exponent.value);
    const [base, exponent] =
      whole && factor.exponent.kind === "number" ? [factor.base, factor.exponent.value] : [factor, 1];
    const key = `${toText(base)} ${Math.sign(exponent)}`;
    exponents.set(key, { base, exponent: (exponents.get(key)?.exponent ?? 0) + exponent });
  }
  return product(number(scale), ...[...exponents.values()].map(({ base, exponent }) => power(base, number(exponent))));
}
