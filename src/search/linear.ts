/**
 * Sparse linear regression on sprouts: the target, or an inverse function of it, as a short linear combination. The best few
 * terms are sought in the Gram matrix, all pairs exactly and on from there with a beam; see also eliminate.ts.
 */
import { cholesky, solveFactored } from "./dense.js";
import type { Fitter } from "./fit.js";
import type { Memory, Pointer } from "./kernel/memory.js";
import type { Sprout } from "./library.js";
import { columnOf } from "./values.js";

/** What is to be combined linearly: a target and row weights, float64 columns. */
export interface LinearTarget {
  readonly z: Pointer;
  readonly w: Pointer;
}

/** Float64 values of a sprout times row weights, to a new column. */
export function weightedColumn(sprout: Sprout, w: Pointer, { sample, grammar }: Fitter): Pointer {
  const { memory, n } = sample;
  const out = memory.column(n);
  const mark = memory.mark();
  if (sprout.logarithmOf !== undefined) {
    memory.kernel.log(sample.inputs[sprout.logarithmOf], out, memory.column(n), n);
    memory.kernel.multiply(out, w, out, n);
  } else {
    memory.kernel.multiply(columnOf(sprout.unit, sample, grammar), w, out, n);
  }
  memory.release(mark);
  return out;
}

/** Weights of a constant and some columns, by least squares; undefined where they are dependent. */
export function leastSquares(columns: readonly Pointer[], target: Pointer, fitter: Fitter): Float64Array | undefined {
  const { memory, n } = fitter.sample;
  const { kernel } = memory;
  const k = columns.length;
  const gram = new Float64Array(k * k);
  const right = Float64Array.from(columns, (column) => kernel.dot(column, target, n));
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) gram[a * k + b] = kernel.dot(columns[a], columns[b], n);
    gram[a * k + a] *= 1 + 1e-13;
  }
  if (!cholesky(gram, k)) return undefined;
  solveFactored(gram, right, k);
  return right;
}

const BEAM = 64;
/** Continuations kept of each member of the beam. */
const BRANCHES = 16;
/** Two columns nearer to each other than this are one. */
const INDEPENDENT = 1e-4;

interface Chosen {
  readonly gain: number;
  readonly terms: readonly number[];
}
const byGain = (a: Chosen, b: Chosen) => b.gain - a.gain || compareLists(a.terms, b.terms);
const compareLists = (a: readonly number[], b: readonly number[]) => {
  const at = a.findIndex((term, i) => term !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
};

/**
 * The best sets of at most `most` columns of a shelf, together with a constant.
 * @param keep how many of each size
 * @returns lists of indices into the shelf
 */
export function bestSets(
  { columns: from, sprouts: { length: m } }: { columns: Pointer; sprouts: { length: number } },
  { z, w }: LinearTarget,
  { most, keep }: { most: number; keep: number },
  { sample: { memory, n } }: Fitter,
): number[][] {
  const { kernel } = memory;
  const mark = memory.mark();
  const rows = (n + 3) & ~3;
  const columns = memory.allocate(m * rows * 4);
  const gram = memory.allocate(m * m * 4);
  const along = memory.allocate(m * 8);
  const found: number[][] = [];
  kernel.centre(from, m, n, rows, w, centredTarget(z, w, memory, n), columns, along);
  kernel.upperProducts(columns, columns, m, rows, gram);
  const keepBest = (sets: readonly Chosen[]) => found.push(...sets.slice(0, keep).map(({ terms }) => [...terms]));
  const ones = Array.from(memory.view(along, m), (b, j): Chosen => ({ gain: b * b, terms: [j] }));
  keepBest(ones.filter(({ gain }) => gain >= 0).sort(byGain));
  let beam = most >= 2 ? pairs() : [];
  for (let size = 2; beam.length > 0; size++) {
    keepBest(beam);
    if (size === most || beam[0].gain > 1 - 1e-7) break;
    beam = extend(beam);
  }
  memory.release(mark);
  return found;

  function pairs(): Chosen[] {
    const gains = memory.allocate(BEAM * 8);
    const marks = memory.allocate(BEAM * 8);
    const count = kernel.bestPairs(gram, along, m, INDEPENDENT, BEAM, gains, marks);
    const [gain, pair] = [memory.view(gains, count), memory.viewInt(marks, 2 * count)];
    return Array.from(gain, (value, i) => ({ gain: value, terms: [pair[2 * i], pair[2 * i + 1]] }));
  }

  /** Every set of the beam with one column more, the best BEAM of them. */
  function extend(sets: readonly Chosen[]): Chosen[] {
    const k = sets[0].terms.length;
    const inner = memory.mark();
    const at = memory.allocate(k * 4);
    const factorAt = memory.allocate(k * k * 8);
    const solutionAt = memory.allocate(k * 8);
    const gains = memory.allocate(BRANCHES * 8);
    const marks = memory.allocate(BRANCHES * 8);
    const spare = memory.allocate(k * 8);
    const [g, b] = [memory.view32(gram, m * m), memory.view(along, m)];
    const seen = new Set<number>();
    const next: { readonly gain: number; readonly terms: readonly number[]; readonly more: number }[] = [];
    for (const { gain, terms } of sets) {
      const factor = new Float64Array(k * k);
      const solution = Float64Array.from(terms, (t) => b[t]);
      for (let p = 0; p < k; p++) {
        for (let q = 0; q < k; q++) factor[p * k + q] = g[terms[Math.min(p, q)] * m + terms[Math.max(p, q)]]; // terms ascend
        factor[p * k + p] *= 1 + 1e-7;
      }
      if (!cholesky(factor, k)) continue;
      solveFactored(factor, solution, k);
      memory.viewInt(at, k).set(terms);
      memory.view(factorAt, k * k).set(factor);
      memory.view(solutionAt, k).set(solution);
      const count = kernel.bestAdditions(
        gram,
        along,
        m,
        at,
        k,
        factorAt,
        solutionAt,
        gain,
        INDEPENDENT,
        BRANCHES,
        gains,
        marks,
        spare,
      );
      const [value, added] = [memory.view(gains, count), memory.viewInt(marks, 2 * count)];
      for (let i = 0; i < count; i++) {
        const more = added[2 * i];
        const key = keyOf(terms, more);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ gain: value[i], terms, more });
      }
    }
    memory.release(inner);
    // Most are far behind: those are not worth a list, nor the sort.
    const least = Float64Array.from(next, (one) => one.gain).sort()[Math.max(0, next.length - BEAM)];
    const ahead = next.filter((one) => one.gain >= least);
    return ahead
      .map(({ gain, terms, more }): Chosen => ({ gain, terms: inserted(terms, more) }))
      .sort(byGain)
      .slice(0, BEAM);
  }

  /** A set of ascending terms and one more as a single number. */
  function keyOf(terms: readonly number[], more: number): number {
    let key = 0;
    let open = true;
    for (const term of terms) {
      if (open && more < term) {
        key = key * m + more;
        open = false;
      }
      key = key * m + term;
    }
    return open ? key * m + more : key;
  }
}

const inserted = (terms: readonly number[], more: number) => [...terms, more].sort((p, q) => p - q);

/** The target with its weighted mean taken out, times the weights, scaled to norm 1. */
function centredTarget(z: Pointer, w: Pointer, memory: Memory, n: number): Pointer {
  const { kernel } = memory;
  const out = memory.column(n);
  kernel.multiply(z, w, out, n);
  kernel.axpy(-kernel.dot(out, w, n) / kernel.dot(w, w, n), w, out, n);
  kernel.scale(1 / Math.sqrt(kernel.dot(out, out, n) || 1), out, out, n);
  return out;
}
