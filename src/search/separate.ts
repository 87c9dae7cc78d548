/**
 * Separation: many laws are a power of some inputs times a function of the others. ln|y| tells: in it such an input is a
 * straight line of whole slope that no other input bends. What is left is a smaller problem, with fewer inputs to combine.
 */

import { type Dimension, times } from "../units/dimension.js";
import type { Dimensions } from "../units/read.js";
import { cholesky, invertFactored } from "./dense.js";
import { type Affine, affine, copyAffine, factor, input, productOf, single, type Unit } from "./network.js";
import type { Problem } from "./workbench.js";

/** A slope known less well than this could be any whole number. */
const LEAST_KNOWN = { sure: 0.08, likely: 0.25 };
/** How far, in standard errors, a slope may be from whole, and a bend from zero. */
const FARTHEST = 3.5;
/** A slope farther from whole than this is not whole, however little is known of it. */
const NEAREST = 0.4;
/** Bends smaller than this are taken for the roughness of the model, which is no true one. */
const SLIGHT = 0.01;
/** A model of ln|y| needs this many rows for each coefficient. */
const ROWS_PER_COEFFICIENT = 3;

/** A problem with fewer inputs that a problem comes down to. */
export interface SmallerProblem {
  readonly problem: Problem;
  /** A network of the smaller problem as one of the whole problem. */
  whole(root: Affine): Affine;
}

/**
 * The smaller problems: without the inputs that surely come out as factors, and without those that likely do, where the sign
 * of the target changes and its logarithm says less. None where no input does, or all do.
 */
export function separate(problem: Problem): { readonly part: SmallerProblem; readonly sure: boolean }[] {
  const sure = separablePowers(problem, LEAST_KNOWN.sure);
  const likely = separablePowers(problem, LEAST_KNOWN.likely);
  return [{ powers: sure, sure: true }, ...(likely.size > sure.size ? [{ powers: likely, sure: false }] : [])].flatMap(
    ({ powers, sure }) => {
      const part = without(problem, powers);
      return part ? { part, sure } : [];
    },
  );
}

function without(problem: Problem, powers: ReadonlyMap<number, number>): SmallerProblem | undefined {
  const kept = problem.inputs.flatMap((_, i) => (powers.has(i) ? [] : [i]));
  if (powers.size === 0 || kept.length === 0) return undefined;
  const { target, weights, dimensions } = problem;
  const factorAt = (row: number) => [...powers].reduce((m, [i, p]) => m * problem.inputs[i][row] ** p, 1);
  const factors = Float64Array.from(target, (_, row) => factorAt(row));
  const scale = 2 ** Math.round(Math.log2(target.reduce((m, y, row) => Math.max(m, Math.abs(y / factors[row])), 0)));
  const common = Math.exp(factors.reduce((sum, m) => sum + Math.log(m), 0) / factors.length);
  const shared = (value: (row: number) => number) => {
    const column = new Float64Array(new SharedArrayBuffer(target.length * 8));
    for (let row = 0; row < column.length; row++) column[row] = value(row);
    return column;
  };
  return {
    problem: {
      ...problem,
      dimensions: dimensions && {
        inputs: kept.map((i) => dimensions.inputs[i]),
        target: dimensions.target && targetWithout(dimensions.target, dimensions.inputs, powers),
      },
      inputs: kept.map((i) => problem.inputs[i]),
      shifts: kept.map((i) => problem.shifts[i]),
      target: shared((row) => target[row] / factors[row] / scale),
      weights: shared((row) => ((weights ? weights[row] : 1) * factors[row]) / common),
      targetScale: problem.targetScale * scale,
    },
    whole(root) {
      const inner = renamed(copyAffine(root), kept);
      const outside = [...powers].map(([i, p]) => factor(single(input(i)), p));
      return affine([{ weight: scale, unit: productOf(...outside, factor(inner)) }]);
    },
  };
}

/** The dimension of what is left of the target; undefined where that of a factor isn't known. */
function targetWithout(
  target: Dimension,
  inputs: Dimensions["inputs"],
  powers: ReadonlyMap<number, number>,
): Dimension | undefined {
  return [...powers].reduce<Dimension | undefined>((left, [i, p]) => {
    const factor = inputs[i];
    return left && factor && times(left, factor, -p);
  }, target);
}

function renamed(of: Affine, names: readonly number[]): Affine {
  const visit = (unit: Unit) => {
    if (unit.kind === "input") unit.index = names[unit.index];
    for (const { input: inner } of unit.factors) for (const link of inner.links) visit(link.unit);
  };
  for (const { unit } of of.links) visit(unit);
  return of;
}

/** Inputs that come out as factors, with their powers. */
function separablePowers(
  { inputs, target, searchRows: n, primitives }: Problem,
  leastKnown: number,
): Map<number, number> {
  const found = new Map<number, number>();
  const inverse = primitives.includes("division") || primitives.includes("inverse");
  if (!primitives.includes("product") || inputs.length < 2) return found;
  const y = target.subarray(0, n);
  if (y.some((v) => v === 0)) return found;
  const positive = inputs.map((column) => column.every((v) => v > 0));
  // Inputs in units of their own spread about their mean, the positive ones in logarithms.
  const spreads: number[] = [];
  const columns = inputs.map((column, i) => {
    const values = Float64Array.from(column.subarray(0, n), (v) => (positive[i] ? Math.log(v) : v));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const spread = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / n);
    spreads.push(spread);
    return values.map((v) => (v - mean) / spread);
  });
  const terms: { readonly of: readonly number[]; readonly values: Float64Array }[] = [
    { of: [], values: new Float64Array(n).fill(1) },
    ...columns.map((values, i) => ({ of: [i], values })),
  ];
  for (let i = 0; i < columns.length; i++) {
    for (let j = i; j < columns.length; j++) {
      terms.push({ of: [i, j], values: columns[i].map((v, row) => v * columns[j][row]) });
    }
  }
  const k = terms.length;
  if (n < ROWS_PER_COEFFICIENT * k) return found;
  const gram = new Float64Array(k * k);
  const right = new Float64Array(k);
  const logarithm = y.map((v) => Math.log(Math.abs(v)));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((s, v, row) => s + v * b[row], 0);
  for (let a = 0; a < k; a++) {
    right[a] = dot(terms[a].values, logarithm);
    for (let b = 0; b < k; b++) gram[a * k + b] = dot(terms[a].values, terms[b].values);
    gram[a * k + a] *= 1 + 1e-12;
  }
  if (!cholesky(gram, k)) return found;
  const inverseGram = invertFactored(gram, k);
  const solution = right.map((_, a) => right.reduce((s, r, b) => s + inverseGram[a * k + b] * r, 0));
  const residual = logarithm.reduce(
    (s, v, row) => s + (v - terms.reduce((m, t, a) => m + t.values[row] * solution[a], 0)) ** 2,
    0,
  );
  const sigma = (a: number) => Math.sqrt((residual / (n - k)) * inverseGram[a * k + a]);
  for (let i = 0; i < inputs.length; i++) {
    if (!positive[i]) continue;
    const bent = terms.some(
      ({ of }, a) =>
        of.length === 2 && of.includes(i) && Math.abs(solution[a]) > FARTHEST * sigma(a) + SLIGHT * spreads[i],
    );
    const slope = solution[i + 1] / spreads[i];
    const error = sigma(i + 1) / spreads[i];
    const power = Math.round(slope);
    if (bent || power === 0 || (power < 0 && !inverse) || error > leastKnown) continue;
    if (Math.abs(slope - power) < Math.min(FARTHEST * error + SLIGHT, NEAREST)) found.set(i, power);
  }
  return found;
}
