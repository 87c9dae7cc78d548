/**
 * Canonical form and gauge: every formula has one shape in the search, and every parameter moves the output.
 *
 * - Nested products are flattened, equal monomials of a sum and equal inputs of a product merged, exponentials of one
 *   product joined, products of a single factor to the power 1 dissolved into their sum.
 * - In every factor of a product, and in all arguments together of a homogeneous function, the largest |weight| is 1 and
 *   the scale goes outward; a function that swallows its bias as a factor (exp) has none. Without this the fit would drift along directions that change nothing.
 */
import type { Affine, Factor, Unit } from "./network.js";
import { isInput, isMonomial, unitSignature } from "./network.js";

/** A bias larger than this stays where it is: as a factor, e^b would be out of the range of float64 or close to it. */
const LARGEST_SWALLOWED = 100;

/** What of a function's weights and bias only scales its value, and so belongs outside. */
export interface Gauge {
  /** Which functions have no bias: e^(u+b) = e^b·e^u. */
  readonly exponential: (index: number) => boolean;
  /** The degree of a homogeneous function, f(s·u) = s^degree·f(u) for s > 0; undefined for any other. */
  readonly degree: (index: number) => number | undefined;
}

/** Brings the network below `root` to its canonical form, in place; its value does not change. */
export function canonical(root: Affine, rules: Gauge): Affine {
  canonicalAffine(root, rules);
  return root;
}

function canonicalAffine(of: Affine, rules: Gauge): void {
  for (const link of of.links) link.weight *= canonicalUnit(link.unit, rules);
  for (let i = 0; i < of.links.length; ) {
    const { unit, weight } = of.links[i];
    const [only] = unit.factors;
    if (unit.kind === "product" && (unit.factors.length === 0 || (unit.factors.length === 1 && only.power === 0))) {
      of.links.splice(i, 1); // an empty product is 1
      of.bias += weight;
      of.biased = true;
    } else if (unit.kind === "product" && unit.factors.length === 1 && only.power === 1 && !only.free) {
      of.links.splice(i, 1);
      for (const link of only.input.links) of.links.push({ weight: link.weight * weight, unit: link.unit });
      if (only.input.biased) {
        of.bias += weight * only.input.bias;
        of.biased = true;
      }
    } else i++;
  }
  mergeEqual(of);
}

/** Adds up links to the same monomial. */
function mergeEqual(of: Affine): void {
  if (of.links.length < 2) return;
  const first = new Map<string, number>();
  for (let i = 0; i < of.links.length; ) {
    const { unit, weight } = of.links[i];
    if (isMonomial(unit)) {
      const key = unitSignature(unit);
      const earlier = first.get(key);
      if (earlier !== undefined) {
        of.links[earlier].weight += weight;
        of.links.splice(i, 1);
        continue;
      }
      first.set(key, i);
    }
    i++;
  }
}

/** Canonical form of a unit, in place; returns the factor by which its old value exceeds the new one. */
function canonicalUnit(unit: Unit, rules: Gauge): number {
  for (const { input } of unit.factors) canonicalAffine(input, rules);
  if (unit.kind === "input") return 1;
  if (unit.kind === "function") {
    const degree = rules.degree(unit.index);
    if (degree !== undefined) return gaugeFunction(unit, degree);
    const { input } = unit.factors[0];
    if (!input.biased || !rules.exponential(unit.index) || Math.abs(input.bias) > LARGEST_SWALLOWED) return 1;
    const scale = Math.exp(input.bias);
    input.biased = false;
    input.bias = 0;
    return scale;
  }
  return flatten(unit) * joinExponentials(unit, rules) * mergeInputs(unit) * gauge(unit);
}

/** (w·Π u_k^q_k)^p is w^p·Π u_k^(p·q_k) for whole p, and (u^q)^p is u^(p·q) for odd q: where the one is defined, u > 0. */
function flatten(unit: Unit): number {
  let scale = 1;
  for (let i = 0; i < unit.factors.length; ) {
    const { input, power, free } = unit.factors[i];
    const inner = input.links[0];
    const alone = !input.biased && input.links.length === 1 && inner.unit.kind === "product";
    const whole = Number.isInteger(power) && !free;
    if (alone && (whole || (inner.weight > 0 && isOddPower(inner.unit.factors)))) {
      scale *= inner.weight ** power;
      unit.factors.splice(i, 1);
      for (const factor of inner.unit.factors) {
        unit.factors.push({ ...factor, power: factor.power * power, free: factor.free || free });
      }
    } else i++;
  }
  return scale;
}

function isOddPower([only, ...rest]: readonly Factor[]): boolean {
  return rest.length === 0 && !only.free && Math.abs(only.power) % 2 === 1;
}

function isExponential({ input, power, free }: Factor, rules: Gauge): boolean {
  const unit = input.links[0]?.unit;
  return (
    !input.biased &&
    input.links.length === 1 &&
    unit.kind === "function" &&
    rules.exponential(unit.index) &&
    !free &&
    Number.isInteger(power)
  );
}

/** e^a·e^b is e^(a+b), (w·e^a)^p is w^p·e^(p·a). */
function joinExponentials(unit: Unit, rules: Gauge): number {
  let scale = 1;
  let joined: Affine | undefined;
  for (let i = 0; i < unit.factors.length; ) {
    const factor = unit.factors[i];
    if (!isExponential(factor, rules)) {
      i++;
      continue;
    }
    const link = factor.input.links[0];
    const exponent = link.unit.factors[0].input;
    scale *= link.weight ** factor.power;
    link.weight = 1;
    for (const term of exponent.links) term.weight *= factor.power;
    exponent.bias *= factor.power;
    factor.power = 1;
    if (joined === undefined) {
      joined = exponent;
      i++;
    } else {
      joined.links.push(...exponent.links);
      joined.bias += exponent.bias;
      joined.biased ||= exponent.biased;
      mergeEqual(joined);
      unit.factors.splice(i, 1);
    }
  }
  return scale;
}

/** x^p·x^q is x^(p+q). A root of −x stays: its sign can't come out. */
function mergeInputs(unit: Unit): number {
  let scale = 1;
  const mergeable = ({ input, power, free }: Factor) =>
    !free && isInput(input) && (Number.isInteger(power) || input.links[0].weight > 0);
  for (let i = 0; i < unit.factors.length; i++) {
    const first = unit.factors[i];
    if (!mergeable(first)) continue;
    for (let j = i + 1; j < unit.factors.length; ) {
      const second = unit.factors[j];
      if (mergeable(second) && second.input.links[0].unit.index === first.input.links[0].unit.index) {
        scale *= second.input.links[0].weight ** second.power * first.input.links[0].weight ** first.power;
        first.input.links[0].weight = 1;
        first.power += second.power;
        unit.factors.splice(j, 1);
      } else j++;
    }
  }
  for (let i = 0; i < unit.factors.length; ) {
    if (unit.factors[i].power === 0 && !unit.factors[i].free) unit.factors.splice(i, 1);
    else i++;
  }
  return scale;
}

/** Makes the largest |weight| of every factor 1 and returns the scale taken out. A sign comes out of whole powers only. */
function gauge(unit: Unit): number {
  let scale = 1;
  for (const { input, power, free } of unit.factors) {
    const largest = largestLink(input);
    if (largest < 0) continue;
    const weight = input.links[largest].weight;
    if (weight === 0) continue;
    const taken = Number.isInteger(power) && !free ? weight : Math.abs(weight);
    scale *= taken ** power;
    for (const link of input.links) link.weight /= taken;
    input.bias /= taken;
    input.links[largest].weight = taken === weight ? 1 : -1;
  }
  return scale;
}

/** The same for all arguments of a homogeneous function together. */
function gaugeFunction({ factors }: Unit, degree: number): number {
  const at = fixedFactor(factors);
  const taken = Math.abs(factors[at]?.input.links[largestLink(factors[at].input)]?.weight ?? 0);
  if (taken === 0) return 1;
  for (const { input } of factors) {
    for (const link of input.links) link.weight /= taken;
    input.bias /= taken;
  }
  const links = factors[at].input.links;
  const largest = links[largestLink(factors[at].input)];
  largest.weight = Math.sign(largest.weight);
  return taken ** degree;
}

/** Index of the argument of a homogeneous function that holds a weight fixed: that with a ±1, or with the largest weight. */
export function fixedFactor(factors: readonly Factor[]): number {
  const sizes = factors.map(({ input }) => Math.abs(input.links[fixedLink(input)]?.weight ?? 0));
  const set = sizes.indexOf(1);
  return set >= 0 ? set : sizes.indexOf(Math.max(...sizes));
}

/** Index of the link whose weight a factor holds fixed: the one the gauge has set to ±1, or the largest. */
export function fixedLink(input: Affine): number {
  const set = input.links.findIndex((link) => Math.abs(link.weight) === 1);
  return set >= 0 ? set : largestLink(input);
}

function largestLink(input: Affine): number {
  let found = -1;
  let most = 0;
  for (let i = 0; i < input.links.length; i++) {
    const size = Math.abs(input.links[i].weight);
    if (size > most) {
      most = size;
      found = i;
    }
  }
  return found;
}
