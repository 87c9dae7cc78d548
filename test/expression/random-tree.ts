/** Random formulas for tests: trees as raw as the type allows, so that printers cannot rely on the tidying of build.ts. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { children } from "../../src/expression/build.js";
import { differentiate } from "../../src/expression/differentiate.js";
import { evaluate } from "../../src/expression/evaluate.js";
import { FUNCTIONS } from "../../src/expression/functions.js";
import type { Expression } from "../../src/expression/tree.js";

export const VARIABLES = ["x", "y_1", "omega"];

/** @param depth the height of the tree at most */
export function randomTree(seed: number, depth = 4, functions = Object.keys(FUNCTIONS)): Expression {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const leaf = (): Expression => {
    if (random() < 0.6) return { kind: "variable", name: pick(VARIABLES) };
    const value = pick([1, -1, 2, -3, 0.5, -0.25, 1 / 3, -2 / 3, Math.PI, 4 * random() - 2]);
    return { kind: "number", value };
  };
  const grow = (left: number): Expression => {
    if (left === 0 || random() < 0.1) return leaf();
    const some = () => Array.from({ length: 2 + Math.floor(2 * random()) }, () => grow(left - 1));
    switch (pick(["sum", "product", "product", "power", "call"])) {
      case "sum":
        return { kind: "sum", terms: some() };
      case "product":
        return { kind: "product", factors: some() };
      case "power": {
        const value = pick([-1, -1, 2, 3, -2, 0.5, -0.5, 1.5, 1 / 3]);
        const exponent: Expression = random() < 0.85 ? { kind: "number", value } : grow(Math.min(1, left - 1));
        return { kind: "power", base: grow(left - 1), exponent };
      }
      default:
        return { kind: "call", primitive: pick(functions), arguments: [grow(left - 1)] };
    }
  };
  return grow(depth);
}

/** Random numbers from 0 to 1. */
export function randomNumbers(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

export interface Point {
  readonly [name: string]: number;
}

export function randomPoint(seed: number): Point {
  const random = randomNumbers(seed + 1e6);
  return Object.fromEntries(VARIABLES.map((name) => [name, 0.2 + 1.6 * random()]));
}

export function valueAt(tree: Expression, point: Point): number {
  const columns = Object.fromEntries(Object.entries(point).map(([name, value]) => [name, [value]]));
  return evaluate(tree, columns, 1)[0];
}

/** The largest size of any value met on the way, the scale of rounding errors; infinite if something is not finite. */
export function scaleAt(tree: Expression, point: Point): number {
  const own = Math.abs(valueAt(tree, point));
  return Math.max(
    Number.isNaN(own) ? Number.POSITIVE_INFINITY : own,
    1,
    ...children(tree).map((node) => scaleAt(node, point)),
  );
}

/** The last place of a float64, relative. */
const LAST_PLACE = 2 ** -53;

/**
 * How far rounding can carry a value if every operation and number on the way is off in its last place, to first order: no two
 * ways of writing a formula agree better than that.
 */
export function roundingAt(tree: Expression, point: Point): number {
  const parts = children(tree);
  const values = parts.map((part) => valueAt(part, point));
  const errors = parts.map((part) => roundingAt(part, point));
  const own = LAST_PLACE * Math.abs(valueAt(tree, point));
  const total = (terms: readonly number[]) => terms.reduce((sum, term) => sum + Math.abs(term), 0);
  /** What an error of each part adds, by the slope of the value in it. */
  const passed = (slopes: readonly number[]) => total(slopes.map((slope, i) => slope * errors[i]));
  switch (tree.kind) {
    case "number":
    case "variable":
      return own;
    case "sum":
      return total(errors) + LAST_PLACE * parts.length * total(values);
    case "product":
      return own * parts.length + passed(values.map((_, i) => values.reduce((p, v, k) => (k === i ? p : p * v), 1)));
    case "power": {
      const [base, exponent] = values;
      return (
        own +
        passed([exponent * base ** (exponent - 1), errors[1] && own && Math.log(Math.abs(base)) * base ** exponent])
      );
    }
    case "call": {
      const slope = differentiate({ ...tree, arguments: [{ kind: "variable", name: "u" }] }, "u");
      return own + passed([tree.primitive === "abs" ? 1 : valueAt(slope, { u: values[0] })]);
    }
  }
}

/** Random trees with a point at which nothing on the way is undefined or so large that rounding errors rule. */
export function* tameTrees(count: number, ...options: [depth?: number, functions?: string[]]) {
  for (let seed = 0, found = 0; found < count; seed++) {
    const tree = randomTree(seed, ...options);
    const point = randomPoint(seed);
    const scale = scaleAt(tree, point);
    if (scale > 1e4) continue;
    found++;
    yield { seed, tree, point, scale, value: valueAt(tree, point) };
  }
}
