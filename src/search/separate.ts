/**
 * Separation: many laws are a power of some inputs times a function of the others. ln|y| tells: in it such an input is a
 * straight line of whole slope that no other input bends. What is left is a smaller problem, with fewer inputs to combine.
 */

import { type Dimension, times } from "../units/dimension.js";
import type { Dimensions } from "../units/read.js";
import { type Estimate, type LogarithmicModel, logarithmicModel } from "./logarithmic.js";
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
export function separate(
  problem: Problem,
  model = logarithmicModel(problem),
): { readonly part: SmallerProblem; readonly sure: boolean }[] {
  if (!model || !problem.primitives.includes("product") || problem.inputs.length < 2) return [];
  const sure = separablePowers(problem, model, LEAST_KNOWN.sure);
  const likely = separablePowers(problem, model, LEAST_KNOWN.likely);
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
function separablePowers(problem: Problem, model: LogarithmicModel, leastKnown: number): Map<number, number> {
  const found = new Map<number, number>();
  const inverse = problem.primitives.includes("division") || problem.primitives.includes("inverse");
  for (const i of problem.inputs.keys()) {
    const power = model.positive[i] ? wholeSlope(i, model, leastKnown) : undefined;
    if (power !== undefined && (power > 0 || inverse)) found.set(i, power);
  }
  return found;
}

/** The power with which an input comes out as a factor, undefined where it doesn't. */
export function wholeSlope(i: number, model: LogarithmicModel, leastKnown: number): number | undefined {
  const { spreads, combination } = model;
  const bent = spreads.some((spread, j) => isBent(combination([[i === j ? 0.5 : 1, [i, j]]]), spread));
  const power = bent ? undefined : whole(combination([[1, [i]]]), leastKnown);
  return power === 0 ? undefined : power;
}

/** Does a slope change along an input, beyond the roughness of the model? */
export const isBent = ({ value, error }: Estimate, spread: number): boolean =>
  Math.abs(value) * spread > FARTHEST * error * spread + SLIGHT;

/** The whole number a slope is, if it is one. */
export function whole({ value, error }: Estimate, leastKnown: number): number | undefined {
  const nearest = Math.round(value);
  const isNear = Math.abs(value - nearest) < Math.min(FARTHEST * error + SLIGHT, NEAREST);
  return isNear && error <= leastKnown ? nearest : undefined;
}
