/**
 * Backward elimination: from many terms of a linear combination down to few, by optimal-brain-surgeon saliency. It complements
 * the search for the best few terms in linear.ts.
 */
import { cholesky, solveFactored } from "./dense.js";
import { EXACT, NODE_COST } from "./description.js";
import type { Fitter } from "./fit.js";
import type { Pointer } from "./kernel/memory.js";
import type { Sprout } from "./library.js";
import { type LinearTarget, weightedColumn } from "./linear.js";
import { type Unit, unitSize } from "./network.js";

/** Terms of a combination at most. */
const LONGEST = 20;

export interface Combination {
  readonly terms: readonly { readonly sprout: Sprout; readonly weight: number }[];
  readonly bias: number | undefined;
  /** n/2·ln(relative error) + k/2·ln n + size: to compare combinations for one target. */
  readonly length: number;
}

/** What a term of a sum costs in a formula: a unit with its weight, or a constant (no unit). */
export const termSize = (unit?: Unit): number => (unit ? unitSize(unit) + 3 : 2);

/** Sums of sprouts, ever shorter ones: see `eliminateColumns`. */
export function eliminate(sprouts: readonly Sprout[], target: LinearTarget, fitter: Fitter): Combination[] {
  const { memory } = fitter.sample;
  const mark = memory.mark();
  const columns = sprouts.map((sprout) => weightedColumn(sprout, target.w, fitter));
  const nodes = sprouts.map(({ unit }) => termSize(unit));
  const found = eliminateColumns(columns, nodes, target, fitter);
  memory.release(mark);
  return found.map(({ terms, ...rest }) => ({
    ...rest,
    terms: terms.map(({ column, weight }) => ({ sprout: sprouts[column], weight })),
  }));
}

/** A sum of columns, named by their indices. */
interface ColumnSum extends Omit<Combination, "terms"> {
  readonly terms: readonly { readonly column: number; readonly weight: number }[];
}

/**
 * Drops the least salient term (w²/[H⁻¹]ᵢᵢ) again and again; every sum of at most LONGEST terms on the way is kept.
 * @param its columns with row weights
 * @param nodes what each costs in a formula
 */
export function eliminateColumns(
  its: readonly Pointer[],
  nodes: readonly number[],
  { z, w }: LinearTarget,
  { sample }: Fitter,
): ColumnSum[] {
  const { memory, n } = sample;
  const { kernel } = memory;
  const mark = memory.mark();
  const found: ColumnSum[] = [];
  const unscaled = [w, ...its];
  const total = unscaled.length;
  const target = memory.column(n);
  kernel.multiply(z, w, target, n);
  const residual = memory.column(n);
  const scale = unscaled.map((column) => Math.sqrt(kernel.dot(column, column, n)) || 1);
  const spread = kernel.dot(target, target, n) - kernel.dot(target, w, n) ** 2 / scale[0] ** 2;
  if (!(spread > 0) || scale.some((s) => !(s < 1e150))) {
    memory.release(mark);
    return found;
  }
  const columns = unscaled.map((column, k) => {
    const scaled = memory.column(n);
    kernel.scale(1 / scale[k], column, scaled, n);
    return scaled;
  });
  const gram = new Float64Array(total * total);
  for (let a = 0; a < total; a++)
    for (let b = 0; b <= a; b++) gram[a * total + b] = gram[b * total + a] = kernel.dot(columns[a], columns[b], n);
  const right = columns.map((column) => kernel.dot(column, target, n));
  const active = columns.map((_, k) => k);
  while (active.length > 0) {
    const q = active.length;
    const factor = new Float64Array(q * q);
    const weights = Float64Array.from(active, (k) => right[k]);
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) factor[a * q + b] = gram[active[a] * total + active[b]];
      factor[a * q + a] *= 1 + 1e-13;
    }
    if (!cholesky(factor, q)) break;
    solveFactored(factor, weights, q);
    if (q <= LONGEST) {
      kernel.copy(target, residual, n);
      for (let a = 0; a < q; a++) kernel.axpy(-weights[a], columns[active[a]], residual, n);
      const combination = describe(kernel.dot(residual, residual, n) / spread, weights);
      if (combination) found.push(combination);
    }
    const spreadOf = inverseDiagonal(factor, q);
    let least = 0;
    let saliency = Number.POSITIVE_INFINITY;
    for (let a = 0; a < q; a++) {
      const s = weights[a] ** 2 / spreadOf[a];
      if (s < saliency) {
        saliency = s;
        least = a;
      }
    }
    active.splice(least, 1);
  }
  memory.release(mark);
  return found;

  function describe(relative: number, weights: Float64Array): ColumnSum | undefined {
    const terms: { column: number; weight: number }[] = [];
    let bias: number | undefined;
    let size = 0;
    active.forEach((k, a) => {
      if (k === 0) {
        bias = weights[a] / scale[0];
        size += termSize();
      } else {
        terms.push({ column: k - 1, weight: weights[a] / scale[k] });
        size += nodes[k - 1];
      }
    });
    const length = 0.5 * n * Math.log(Math.max(relative, EXACT)) + 0.5 * active.length * Math.log(n) + NODE_COST * size;
    return terms.length > 0 ? { terms, bias, length } : undefined;
  }
}

/** Diagonal of the inverse of L·Lᵀ. */
function inverseDiagonal(l: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const x = new Float64Array(n);
  for (let a = 0; a < n; a++) {
    for (let i = a; i < n; i++) {
      let t = i === a ? 1 : 0;
      for (let k = a; k < i; k++) t -= l[i * n + k] * x[k];
      x[i] = t / l[i * n + i];
      diagonal[a] += x[i] * x[i];
    }
  }
  return diagonal;
}
