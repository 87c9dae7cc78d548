/**
 * Poles of a formula. Where a denominator changes its sign between rows, the formula is infinite somewhere among them, and a fit
 * can thread such a pole between two measurements, where nothing speaks against it. The data show a pole if the formula with the
 * pole bounded, 1/u as u/(u² + δ²) with δ the u of the nearest row, would miss the next rows on both sides, and by much.
 */
import { call, children, number, power, product, sum, variables } from "./expression/build.js";
import { differentiate } from "./expression/differentiate.js";
import { evaluate } from "./expression/evaluate.js";
import type { Expression } from "./expression/tree.js";

/** Rows next to a pole, on either side, of which one must show it. */
const NEXT = 3;
/** What a bounded pole misses there must be so many times the residuals, */
const CLEAR = 3;
/** and so much of the target's spread (its median distance from the median). */
const LARGE = 0.5;
/** Distances from the pole, as parts of the way between two rows: nearing it, the value must grow from step to step. */
const NEARER = [20, 30, 40].map((k) => 2 ** -k);
const GROWTH = 4;
const BISECTIONS = 60;

export type Columns = Readonly<Record<string, ArrayLike<number>>>;

/** What a formula becomes infinite at. */
interface Singularity {
  /** Zero there. */
  readonly zero: Expression;
  /** Is it a logarithm, whose formula ends there? */
  readonly edge: boolean;
  /** The formula with the pole bounded: 1/u becomes u/(u² + δ²). */
  bounded(width: number): Expression;
}

/** The measurements that speak for or against a pole. */
export interface Evidence {
  readonly columns: Columns;
  readonly target: ArrayLike<number>;
  /** Residuals of the formula, in the target's units. */
  readonly residuals: ArrayLike<number>;
}

/** Has the formula a pole among the rows that they don't show? */
export function hasHiddenPole(tree: Expression, { columns, target, residuals }: Evidence): boolean {
  const n = target.length;
  const poles = singularities(tree).filter(({ edge }) => !edge);
  if (poles.length === 0) return false;
  const least = Math.max(LARGE * medianSize(target), CLEAR * rms(residuals));
  return poles.some(({ zero, bounded }) => {
    const sides = bySide(zero, columns, n);
    if (!sides || !blowsUp(tree, zero, rowOf(columns, sides[0][0]), rowOf(columns, sides[1][0]))) return false;
    const z = evaluate(zero, columns, n);
    return !sides.every((rows) => {
      const without = evaluate(bounded(Math.abs(z[rows[0]])), columns, n);
      return rows.slice(0, NEXT).some((i) => {
        const missed = Math.abs(target[i] - without[i]);
        return missed > least && missed > 2 * Math.abs(residuals[i]);
      });
    });
  });
}

/** The rows on either side of an expression's zero, the nearest first; undefined where all lie on one side. */
function bySide(zero: Expression, columns: Columns, n: number): [below: number[], above: number[]] | undefined {
  const z = evaluate(zero, columns, n);
  const rows = [...z.keys()];
  if (!rows.some((i) => z[i] < 0) || !rows.some((i) => z[i] > 0)) return undefined;
  // To first order zero is as far as |z|/|∇z|, with each input in units of its range. Where z is large that says how near
  // infinity is, and so it is made larger by as much.
  const typical = median(Array.from(z, Math.abs));
  const square = new Float64Array(n);
  for (const input of variables(zero)) {
    const slope = evaluate(differentiate(zero, input), columns, n);
    const [low, high] = ends(columns[input], n);
    for (const i of rows) square[i] += (slope[i] * (high - low)) ** 2;
  }
  const distance = (i: number) => (Math.abs(z[i]) / Math.sqrt(square[i])) * Math.hypot(1, z[i] / typical);
  const side = (sign: number) => rows.filter((i) => z[i] * sign > 0).sort((a, b) => distance(a) - distance(b));
  return [side(-1), side(1)];
}

function ends(values: ArrayLike<number>, n: number): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < n; i++) [low, high] = [Math.min(low, values[i]), Math.max(high, values[i])];
  return [low, high];
}

export interface Crossing {
  /** The expression that is zero there. */
  readonly zero: Expression;
  /** The input along which it is met, and where; undefined for a pole among the rows. */
  readonly beyond?: { readonly input: string; readonly at: number };
}

/** How far beyond the data, in lengths of their range, on either side: as far as the result's figure goes. */
const BEYOND = 0.5;
const STEPS = 200;
const NEARLY_ZERO = 1e-6;
/** Rows from which one input after the other is followed beyond the data. */
const ROWS = 16;

/**
 * Poles, and edges of logarithms, that a formula has among the rows or meets a little beyond them. An input of one sign is not
 * followed to zero, and a pole at the zero of an input goes without saying.
 */
export function crossings(tree: Expression, columns: Columns, rows: number): Crossing[] {
  return singularities(tree).flatMap(({ zero, edge }): Crossing[] => {
    if (zero.kind === "variable") return [];
    const sides = bySide(zero, columns, rows);
    if (sides) {
      const [[below], [above]] = sides;
      return blowsUp(tree, zero, rowOf(columns, below), rowOf(columns, above)) ? [{ zero }] : [];
    }
    const met = variables(zero).flatMap((input) => beyond(input, tree, { zero, edge }, columns, rows));
    return met.sort((a, b) => a.away - b.away).slice(0, 1);
  });
}

/** Where a singularity is met when one input goes on beyond its range, from some of the rows; how far away in lengths of the range. */
function beyond(
  input: string,
  tree: Expression,
  { zero, edge }: Pick<Singularity, "zero" | "edge">,
  columns: Columns,
  rows: number,
): (Crossing & { readonly away: number })[] {
  const [low, high] = ends(columns[input], rows);
  const reach = BEYOND * (high - low);
  const down = low > 0 ? Math.max(low - reach, low * NEARLY_ZERO) : low - reach;
  const up = high < 0 ? Math.min(high + reach, high * NEARLY_ZERO) : high + reach;
  const some = Math.min(rows, ROWS);
  const chosen = Array.from({ length: some }, (_, k) => Math.round((k * (rows - 1)) / Math.max(1, some - 1)));
  return [
    [low, down],
    [high, up],
  ].flatMap(([from, to]) =>
    chosen.flatMap((row) => {
      const path = Float64Array.from({ length: STEPS + 1 }, (_, step) => from + ((to - from) * step) / STEPS);
      const point = rowOf(columns, row);
      const along = Object.fromEntries(Object.entries(point).map(([name, v]) => [name, path.map(() => v)]));
      const z = evaluate(zero, { ...along, [input]: path }, STEPS + 1);
      const step = z.findIndex((v, k) => k > 0 && z[k - 1] !== 0 && v * z[k - 1] <= 0);
      if (step < 0) return [];
      const [a, b] = [path[step - 1], path[step]].map((value) => ({ ...point, [input]: value }));
      if (!edge && !blowsUp(tree, zero, a, b)) return [];
      const at = between(a, b, rootOf(zero, a, b))[input];
      return [{ zero, beyond: { input, at }, away: Math.abs(at - from) / (high - low || 1) }];
    }),
  );
}

type Point = Readonly<Record<string, number>>;

const rowOf = (columns: Columns, row: number): Point =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[row]]));

const valueAt = (tree: Expression, point: Point): number =>
  evaluate(tree, Object.fromEntries(Object.entries(point).map(([name, value]) => [name, [value]])), 1)[0];

const between = (a: Point, b: Point, s: number): Point =>
  Object.fromEntries(Object.keys(a).map((name) => [name, a[name] + s * (b[name] - a[name])]));

/** The part of the way from a to b at which an expression of opposite signs there is zero. */
function rootOf(zero: Expression, a: Point, b: Point): number {
  const sign = Math.sign(valueAt(zero, a));
  let [from, to] = [0, 1];
  for (let k = 0; k < BISECTIONS; k++) {
    const middle = (from + to) / 2;
    if (Math.sign(valueAt(zero, between(a, b, middle))) === sign) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

/** Does the formula grow without bounds where `zero` is zero, on the way from a to b? 1/(1/x + 1/y) doesn't at x = 0. */
function blowsUp(tree: Expression, zero: Expression, a: Point, b: Point): boolean {
  const root = rootOf(zero, a, b);
  const grows = (side: number) => {
    const [far, near, nearest] = NEARER.map((d) => valueAt(tree, between(a, b, root + side * d)));
    return Math.abs(nearest - near) > GROWTH * Math.abs(near - far) && Math.abs(nearest) > Math.abs(far);
  };
  return grows(-1) || grows(1);
}

/** Everything that may be infinite in a formula. */
function singularities(tree: Expression): Singularity[] {
  const found: Singularity[] = [];
  const visit = (node: Expression, put: (part: Expression) => Expression): void => {
    if (node.kind === "power" && node.exponent.kind === "number" && node.exponent.value < 0) {
      const { base, exponent } = node;
      if (variables(base).length > 0) {
        const bounded = (width: number) => put(power(bound(base, width), exponent));
        found.push({ zero: base, edge: false, bounded });
      }
    }
    if (node.kind === "call" && node.primitive === "tan") {
      const [u] = node.arguments;
      const [sine, cosine] = [call("sin", u), call("cos", u)];
      const bounded = (width: number) => put(product(sine, power(bound(cosine, width), number(-1))));
      found.push({ zero: cosine, edge: false, bounded });
    }
    if (node.kind === "call" && node.primitive === "log") {
      const [zero] = node.arguments;
      found.push({ zero, edge: true, bounded: () => tree });
    }
    for (const [k, child] of children(node).entries()) visit(child, (part) => put(withChild(node, k, part)));
  };
  visit(tree, (part) => part);
  return found;
}

/** The square of a larger width is no number. */
const WIDEST = 1e150;

/** u + δ²/u, whose inverse u/(u² + δ²) is 1/u from afar and zero at zero. */
const bound = (u: Expression, width: number): Expression =>
  sum(u, product(number(Math.min(width, WIDEST) ** 2), power(u, number(-1))));

function withChild(node: Expression, k: number, part: Expression): Expression {
  const parts = children(node).map((child, i) => (i === k ? part : child));
  switch (node.kind) {
    case "sum":
      return { ...node, terms: parts };
    case "product":
      return { ...node, factors: parts };
    case "power":
      return { ...node, base: parts[0], exponent: parts[1] };
    case "call":
      return { ...node, arguments: parts };
    default:
      return node;
  }
}

const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1];

function medianSize(values: ArrayLike<number>): number {
  const centre = median(Array.from(values));
  return median(Array.from(values, (v) => Math.abs(v - centre)));
}

const rms = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0) / values.length);
