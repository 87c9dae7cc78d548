/** A problem with fewer inputs that a problem comes down to: a power of some inputs times a function of others, or of what they make. */
import { largestSize, powerOfTwo, shared } from "../columns.js";
import { type Affine, affine, copyAffine, copyUnit, type Factor, factor, type Link, productOf } from "./network.js";
import type { Problem } from "./workbench.js";

export interface SmallerProblem {
  readonly problem: Problem;
  /** A network of the smaller problem as one of the whole problem. */
  whole(root: Affine): Affine;
}

/** An input of the smaller problem. */
export interface Made {
  readonly values: Float64Array;
  /** What it is in the whole problem: its values, but for what was taken off. */
  readonly as: Affine;
  /** As a problem's `scales` and `shifts` have them. */
  readonly scale: number;
  readonly shift: number;
}

/** What stands in front of the function: its values, and what it is in the whole problem. */
export interface Front {
  readonly values: Float64Array;
  readonly factors: readonly Factor[];
}

/** The smaller problem; undefined where its numbers leave the range in which a search can work. */
export function smallerProblem(
  problem: Problem,
  made: readonly Made[],
  front: Front,
  dimensions: Problem["dimensions"],
): SmallerProblem | undefined {
  const { target, weights } = problem;
  const n = target.length;
  const left = target.map((y, row) => y / front.values[row]);
  const largest = [left, ...made.map(({ values }) => values)].map(largestSize);
  const [scale, ...sizes] = largest.map(powerOfTwo);
  if (!largest.every((size) => size > 0) || ![scale, ...sizes].every(Number.isFinite)) return undefined;
  const common = Math.exp(front.values.reduce((sum, m) => sum + Math.log(Math.abs(m)), 0) / n);
  return {
    problem: {
      ...problem,
      dimensions,
      inputs: made.map(({ values }, k) => shared(n, (row) => values[row] / sizes[k])),
      shifts: made.map(({ shift }, k) => shift / sizes[k]),
      scales: made.map(({ scale }, k) => scale * sizes[k]),
      target: shared(n, (row) => left[row] / scale),
      weights: shared(n, (row) => ((weights ? weights[row] : 1) * Math.abs(front.values[row])) / common),
      targetScale: problem.targetScale * scale,
    },
    whole(root) {
      const outside = front.factors.map(({ input, power, free }) => factor(copyAffine(input), power, free));
      if (made.length === 0) return affine([{ weight: scale * root.bias, unit: productOf(...outside) }]);
      const inner = copyAffine(root);
      putIn(inner, (k) => ({ as: made[k].as, size: sizes[k] }));
      return affine([{ weight: scale, unit: productOf(...outside, factor(inner)) }]);
    },
  };
}

/** Puts what the inputs are in their place, in all pre-activations. */
function putIn(of: Affine, made: (index: number) => { readonly as: Affine; readonly size: number }): void {
  of.links = of.links.flatMap(({ weight, unit }): Link[] => {
    for (const { input } of unit.factors) putIn(input, made);
    if (unit.kind !== "input") return [{ weight, unit }];
    const { as, size } = made(unit.index);
    of.bias += (weight / size) * as.bias;
    of.biased ||= as.biased;
    return as.links.map((link) => ({ weight: (weight / size) * link.weight, unit: copyUnit(link.unit) }));
  });
}
