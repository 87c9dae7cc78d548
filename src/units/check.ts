/**
 * Does a formula make sense in its units? Terms of a sum must have one dimension; arguments of functions, and exponents, must be
 * pure numbers. A constant may have a dimension, as g and R have: it is a constant of nature then, and costs. The number 1,
 * written or not, has none: metres and seconds can't be added, but x + 2.5·t can, with 2.5 m/s.
 *
 * Each part of the tree says how many constants of nature it takes to give it a dimension: `known` dimensions one by one, and
 * `other` for all the rest. That is exact: dimensions of factors add up, those of terms must agree.
 */
import type { Expression } from "../expression/tree.js";
import { type Dimension, PURE, sameDimension, times } from "./dimension.js";

interface Costs {
  readonly known: readonly { readonly dimension: Dimension; readonly cost: number }[];
  readonly other: number;
}

/** Dimensions that are followed up in a part of the tree. */
const MOST = 8;
/** A number this near to ±1 is 1. */
const ONE = 1e-9;
const NEVER = Number.POSITIVE_INFINITY;

/** The dimension of a variable; undefined where it isn't known: then it may be any. */
export type DimensionOf = (variable: string) => Dimension | undefined;

/**
 * How many constants of a formula must have a dimension.
 * @param target the formula's own dimension, undefined if it may be any
 * @returns infinity where no constant could mend it
 */
export function constantsOfNature(tree: Expression, target: Dimension | undefined, of: DimensionOf): number {
  if (tree.kind === "number") return target === undefined || sameDimension(target, PURE) ? 0 : 1;
  const costs = costsOf(tree, of);
  return target === undefined ? least(costs) : costAt(costs, target);
}

/** The dimension of each number of a formula that has one. */
export function dimensionsOfNumbers(
  tree: Expression,
  target: Dimension | undefined,
  of: DimensionOf,
): Map<Expression, Dimension> {
  const found = new Map<Expression, Dimension>();
  assign(tree, target ?? costsOf(tree, of).known[0]?.dimension ?? PURE);
  return found;

  function assign(node: Expression, dimension: Dimension): void {
    switch (node.kind) {
      case "number":
        if (!sameDimension(dimension, PURE)) found.set(node, dimension);
        return;
      case "variable":
        return;
      case "sum":
        for (const term of node.terms) assign(term, dimension);
        return;
      case "product":
        assignProduct(node.factors, dimension);
        return;
      case "power": {
        const { base, exponent } = node;
        assign(base, exponent.kind === "number" ? times(PURE, dimension, 1 / exponent.value) : PURE);
        assign(exponent, PURE);
        return;
      }
      case "call":
        assign(node.arguments[0], node.primitive === "abs" ? dimension : PURE);
    }
  }

  /** Of all ways to share a dimension between a factor and the others, the one with the fewest constants of nature. */
  function assignProduct([first, ...others]: readonly Expression[], dimension: Dimension): void {
    if (others.length === 0) {
      assign(first, dimension);
      return;
    }
    const [a, b] = [costsOf(first, of), productCosts(others.map((factor) => costsOf(factor, of)))];
    const rest = (d: Dimension) => times(dimension, d, -1);
    const shares = [...a.known.map(({ dimension: d }) => d), ...b.known.map(({ dimension: d }) => rest(d))];
    const cost = (d: Dimension) => costAt(a, d) + costAt(b, rest(d));
    const best = shares.reduce((m, d) => (cost(d) < cost(m) ? d : m), shares[0] ?? PURE);
    assign(first, best);
    assignProduct(others, rest(best));
  }
}

function costsOf(node: Expression, of: DimensionOf): Costs {
  const pure = (inside: Expression) => costAt(costsOf(inside, of), PURE);
  switch (node.kind) {
    case "number":
      return { known: [{ dimension: PURE, cost: 0 }], other: Math.abs(Math.abs(node.value) - 1) < ONE ? NEVER : 1 };
    case "variable": {
      const dimension = of(node.name);
      return dimension ? { known: [{ dimension, cost: 0 }], other: NEVER } : { known: [], other: 0 };
    }
    case "sum":
      return sumCosts(node.terms.map((term) => costsOf(term, of)));
    case "product":
      return productCosts(node.factors.map((factor) => costsOf(factor, of)));
    case "power": {
      const { exponent } = node;
      if (exponent.kind !== "number") return alone(PURE, pure(node.base) + pure(exponent));
      const { known, other } = costsOf(node.base, of);
      const raised = known.map(({ dimension, cost }) => ({ dimension: times(PURE, dimension, exponent.value), cost }));
      return { known: raised, other };
    }
    case "call":
      return node.primitive === "abs" ? costsOf(node.arguments[0], of) : alone(PURE, pure(node.arguments[0]));
  }
}

const alone = (dimension: Dimension, cost: number): Costs => ({ known: [{ dimension, cost }], other: NEVER });

const least = ({ known, other }: Costs) => known.reduce((m, { cost }) => Math.min(m, cost), other);

const costAt = ({ known, other }: Costs, dimension: Dimension) =>
  known.reduce((m, k) => (k.cost < m && sameDimension(k.dimension, dimension) ? k.cost : m), other);

function sumCosts(terms: readonly Costs[]): Costs {
  const dimensions = terms.flatMap(({ known }) => known.map(({ dimension }) => dimension));
  const total = (dimension: Dimension) => terms.reduce((sum, term) => sum + costAt(term, dimension), 0);
  return tidy(
    dimensions.map((dimension) => ({ dimension, cost: total(dimension) })),
    terms.reduce((sum, { other }) => sum + other, 0),
  );
}

function productCosts(factors: readonly Costs[]): Costs {
  return factors.reduce((a, b) =>
    tidy(
      a.known.flatMap((one) =>
        b.known.map((two) => ({ dimension: times(one.dimension, two.dimension), cost: one.cost + two.cost })),
      ),
      Math.min(a.other + least(b), b.other + least(a)),
    ),
  );
}

/** Each dimension once, the cheapest first, and none that costs as much as any other. */
function tidy(all: Costs["known"], other: number): Costs {
  const known: Costs["known"][number][] = [];
  for (const one of [...all].sort((a, b) => a.cost - b.cost)) {
    if (one.cost === NEVER || one.cost >= other || known.length === MOST) break;
    if (!known.some(({ dimension }) => sameDimension(dimension, one.dimension))) known.push(one);
  }
  return { known, other };
}
