/**
 * Signs that a formula imitates a curve instead of naming it: terms far larger than their sum, and functions that hardly bend
 * over the data, such as sin(εx)/ε in place of x. Neither is wrong, but constants in it run to extremes.
 */
import { largestSize, range } from "./columns.js";
import { children, variable } from "./expression/build.js";
import { differentiate } from "./expression/differentiate.js";
import { evaluate } from "./expression/evaluate.js";
import { toText } from "./expression/text.js";
import type { Expression } from "./expression/tree.js";

/** Terms this many times as large as their sum cancel to a suspicious degree. */
const EXTREME = 100;
/** A function whose slope varies by less than this fraction is as good as straight. */
const STRAIGHT = 1e-4;

type Columns = Readonly<Record<string, Float64Array>>;

/**
 * Warnings about a formula on data.
 * @param columns its inputs, `rows` values each
 * @param target name of what it stands for, for the warnings
 */
export function extremes(tree: Expression, columns: Columns, rows: number, target: string): string[] {
  const found: string[] = [];
  const excess = cancellation(tree, columns, rows);
  if (excess > EXTREME) {
    found.push(
      `Constants run to extremes: terms up to ${excess.toPrecision(1)} times as large as ${target} cancel. ` +
        "Such a formula imitates a curve by differences; look at the simpler ones of the front.",
    );
  }
  const [straight] = straightParts(tree, columns, rows);
  if (straight) {
    found.push(
      `${toText(straight, { digits: 6 })} hardly bends over these data: a straight line is as good in its place. ` +
        "Such a formula may imitate a simpler one; look at the simpler ones of the front.",
    );
  }
  return found;
}

/** How many times larger than its sum the largest term gets, in any sum. Inside, a sum of inputs alone is a shift: no harm in it. */
function cancellation(tree: Expression, columns: Columns, rows: number, inside = false): number {
  const below = children(tree).map((child) => cancellation(child, columns, rows, true));
  if (tree.kind !== "sum") return Math.max(0, ...below);
  const terms = tree.terms.filter((term) => !inside || !isLinear(term));
  const size = largestSize(evaluate(tree, columns, rows)) || 1;
  return Math.max(0, ...below, ...terms.map((term) => largestSize(evaluate(term, columns, rows)) / size));
}

/** Is it a number, an input, or one times the other? */
function isLinear(term: Expression): boolean {
  if (term.kind !== "product") return term.kind === "number" || term.kind === "variable";
  return term.factors.every(isLinear) && term.factors.filter(({ kind }) => kind === "variable").length <= 1;
}

const U = variable("u");

/** Functions and powers whose argument varies over the data, and their slope doesn't. */
function straightParts(tree: Expression, columns: Columns, rows: number): Expression[] {
  const below = children(tree).flatMap((child) => straightParts(child, columns, rows));
  const opened = opening(tree);
  if (!opened) return below;
  const values = evaluate(opened.argument, columns, rows);
  if (values.every((v) => v === values[0])) return below;
  const slope = evaluate(differentiate(opened.outer, "u"), { u: values }, rows);
  const [low, high] = range(slope);
  return high - low < STRAIGHT * Math.max(Math.abs(low), Math.abs(high)) ? [...below, tree] : below;
}

/** A function or power as one of u, and what stands in place of u. */
function opening(tree: Expression): { outer: Expression; argument: Expression } | undefined {
  if (tree.kind === "call") return { outer: { ...tree, arguments: [U] }, argument: tree.arguments[0] };
  if (tree.kind !== "power" || tree.exponent.kind !== "number") return undefined;
  return { outer: { ...tree, base: U }, argument: tree.base };
}
