/**
 * The sparse network of a candidate formula, as plain data. A pre-activation is affine in units; a unit is an input, a
 * function of one pre-activation, or a product of powers of pre-activations. The output is a pre-activation. It is an
 * equation learner with most of its weights gone, and any formula of the primitives can be written in it.
 */
export interface Affine {
  bias: number;
  /** Is the bias there as a parameter? If not, it is 0. */
  biased: boolean;
  links: Link[];
}

export interface Link {
  weight: number;
  unit: Unit;
}

export interface Factor {
  input: Affine;
  power: number;
  /** Is the power a parameter to be fitted? Then the input must stay positive. */
  free: boolean;
}

export interface Unit {
  kind: "input" | "function" | "product";
  /** Of an input: which; of a function: its index in the grammar's list of functions; of a product: 0. */
  index: number;
  /** Of a product: its factors; of a function: its one argument or two, each with power 1; of an input: none. */
  factors: Factor[];
}

export const input = (index: number): Unit => ({ kind: "input", index, factors: [] });

export const affine = (links: Link[], bias?: number): Affine => ({
  bias: bias ?? 0,
  biased: bias !== undefined,
  links,
});

/** The pre-activation weight·unit (+ bias). */
export const single = (unit: Unit, weight = 1, bias?: number): Affine => affine([{ weight, unit }], bias);

export const factor = (of: Affine, power = 1, free = false): Factor => ({ input: of, power, free });

export const functionOf = (index: number, ...its: Affine[]): Unit => ({
  kind: "function",
  index,
  factors: its.map((argument) => factor(argument)),
});

export const productOf = (...factors: Factor[]): Unit => ({ kind: "product", index: 0, factors });

/** A product of powers of inputs, as [input, power] pairs. */
export type Powers = readonly (readonly [index: number, power: number])[];
export const monomial = (powers: Powers): Unit =>
  powers.length === 1 && powers[0][1] === 1
    ? input(powers[0][0])
    : productOf(...powers.map(([index, power]) => factor(single(input(index)), power)));

export function copyAffine(of: Affine): Affine {
  const links: Link[] = new Array(of.links.length);
  for (let i = 0; i < links.length; i++) links[i] = { weight: of.links[i].weight, unit: copyUnit(of.links[i].unit) };
  return { bias: of.bias, biased: of.biased, links };
}

export function copyUnit(of: Unit): Unit {
  const factors: Factor[] = new Array(of.factors.length);
  for (let i = 0; i < factors.length; i++) {
    const { input, power, free } = of.factors[i];
    factors[i] = { input: copyAffine(input), power, free };
  }
  return { kind: of.kind, index: of.index, factors };
}

/** A place where a network can be changed: every pre-activation below the output, and every link with its owner. */
export interface Places {
  readonly affines: Affine[];
  /** The unit each of `affines` feeds. */
  readonly feeds: Unit[];
  readonly links: Link[];
  /** The pre-activation each of `links` is part of. */
  readonly owners: Affine[];
}

/** All places, in an order that depends on the structure alone: a copy has the same places at the same indices. */
export function places(root: Affine): Places {
  const found: Places = { affines: [], feeds: [], links: [], owners: [] };
  const visit = (owner: Affine) => {
    for (const link of owner.links) {
      found.links.push(link);
      found.owners.push(owner);
      for (const { input } of link.unit.factors) {
        found.affines.push(input);
        found.feeds.push(link.unit);
        visit(input);
      }
    }
  };
  visit(root);
  return found;
}

/** A copy of the network, changed by `change` at its places. */
export function edited(root: Affine, change: (places: Places, root: Affine) => void): Affine {
  const copy = copyAffine(root);
  change(places(copy), copy);
  return copy;
}

/** Is it an input, or a product of fixed powers of inputs? */
export function isMonomial(unit: Unit): boolean {
  return unit.kind === "input" || (unit.kind === "product" && unit.factors.every((f) => !f.free && isInput(f.input)));
}

/** Is the pre-activation one input alone, with a weight and no bias? */
export function isInput(of: Affine): boolean {
  return !of.biased && of.links.length === 1 && of.links[0].unit.kind === "input";
}

/** Are two networks the same to the last digit, and in the order of their parts? */
export function identical(a: Affine, b: Affine): boolean {
  if (a.bias !== b.bias || a.biased !== b.biased || a.links.length !== b.links.length) return false;
  return a.links.every(({ weight, unit }, k) => {
    const other = b.links[k];
    if (weight !== other.weight || unit.kind !== other.unit.kind || unit.index !== other.unit.index) return false;
    if (unit.factors.length !== other.unit.factors.length) return false;
    return unit.factors.every((f, i) => {
      const { power, free, input } = other.unit.factors[i];
      return f.power === power && f.free === free && identical(f.input, input);
    });
  });
}

/** What makes two networks the same but for their parameters. Terms and factors are sorted. */
export function signature(of: Affine): string {
  const terms = of.links.map((link) => unitSignature(link.unit)).sort();
  return `${terms.join("+")}${of.biased ? "+1" : ""}`;
}

export function unitSignature(unit: Unit): string {
  switch (unit.kind) {
    case "input":
      return `x${unit.index}`;
    case "function":
      return `f${unit.index}(${unit.factors.map(({ input }) => signature(input)).join(",")})`;
    case "product":
      return `(${unit.factors
        .map((f) => `${signature(f.input)}^${f.free ? "*" : f.power}`)
        .sort()
        .join(")(")})`;
  }
}

/**
 * Number of fitted parameters below a pre-activation, itself included. In a factor, and in all arguments together of a
 * homogeneous function, the largest weight is not one: see canonical.ts.
 */
export function parameters(of: Affine, rules: { readonly degree: (index: number) => number | undefined }): number {
  let count = of.biased ? 1 : 0;
  for (const { unit } of of.links) {
    const gauged = (its: readonly Factor[]) => (its.some(({ input }) => input.links.length > 0) ? 1 : 0);
    count += 1 - (unit.kind === "function" && rules.degree(unit.index) !== undefined ? gauged(unit.factors) : 0);
    for (const each of unit.factors) {
      count += parameters(each.input, rules) - (unit.kind === "product" ? gauged([each]) : 0) + (each.free ? 1 : 0);
    }
  }
  return count;
}

/** A coefficient of ±1 is free. */
export const isOne = (weight: number): boolean => Math.abs(Math.abs(weight) - 1) < 1e-7;

/**
 * Size of a candidate inside the search: about the nodes of the formula it prints (SEARCH.md: input, constant and operator
 * count 1 each, a coefficient of ±1 nothing, x^p 3).
 */
export function size(of: Affine): number {
  let count = of.biased ? 1 : 0;
  for (const link of of.links) count += unitSize(link.unit) + (isOne(link.weight) ? 0 : 2);
  return count + Math.max(0, of.links.length + (of.biased ? 1 : 0) - 1);
}

/** The size of a sum in the user's units, where columns were scaled by powers of two: a coefficient that is one may be 1 there. */
export function unscaledSize(root: Affine): number {
  const scaled = root.links.filter(
    ({ weight }) => !isOne(weight) && isOne(2 ** Math.round(Math.log2(Math.abs(weight))) / weight),
  );
  return size(root) - 2 * scaled.length;
}

/** What powers cost beyond their nodes, in nodes: none up to 4, then one for each step. A high power bends only at the edge of the data. */
const FREE_POWER = 4;
/** What an exponent that is any real number costs beyond that, in nodes: in most laws it is whole, or a half. */
const REAL_POWER = 1;

export function unitSize(unit: Unit): number {
  if (unit.kind === "input") return 1;
  if (unit.kind === "function") return unit.factors.reduce((count, { input }) => count + size(input), 1);
  let count = unit.factors.length - 1;
  for (const { input, power, free } of unit.factors) {
    count += size(input) + (power === 1 ? 0 : power === -1 ? 1 : 2) + Math.max(0, Math.abs(power) - FREE_POWER);
    if (free) count += REAL_POWER;
  }
  return count;
}

/** Hidden layers an equation learner with two-input products would need for it: products are paired off as in a Huffman tree. */
export function depth(of: Affine): number {
  return of.links.reduce((most, link) => Math.max(most, unitDepth(link.unit)), 0);
}

function unitDepth(unit: Unit): number {
  if (unit.kind === "input") return 0;
  if (unit.kind === "function") return 1 + Math.max(...unit.factors.map(({ input }) => depth(input)));
  const depths: number[] = [];
  const anyPositive = unit.factors.some((f) => f.power > 0);
  for (const { input, power, free } of unit.factors) {
    const below = depth(input) + (power < 0 && !anyPositive ? 1 : 0);
    if (free) depths.push(below + 1);
    else if (Number.isInteger(power)) for (let i = 0; i < Math.min(16, Math.abs(power)); i++) depths.push(below);
    else for (let i = 0; i < Math.max(1, Math.min(16, Math.round(2 * Math.abs(power)))); i++) depths.push(below + 1);
  }
  if (depths.length === 0) return 0;
  if (depths.length === 1) return unit.factors[0].power === 1 ? depths[0] + 1 : Math.max(1, depths[0]);
  while (depths.length > 1) {
    depths.sort((a, b) => a - b);
    depths.splice(0, 2, depths[1] + 1);
  }
  return depths[0];
}
