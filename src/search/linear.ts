/**
 * Sparse linear regression on sprouts: the target, or an inverse function of it, as a short linear combination.
 *
 * Two ways that complement each other: backward elimination from many terms, by optimal-brain-surgeon saliency, and a
 * search for the best few terms in the Gram matrix, all pairs exactly and on from there with a beam.
 */
import { Circuit } from "./circuit.js";
import { cholesky, solveFactored } from "./dense.js";
import type { Fitter } from "./fit.js";
import type { Pointer } from "./kernel/memory.js";
import type { Sprout } from "./library.js";
import { single, unitSize } from "./network.js";

/** What is to be combined linearly: a target and row weights, float64 columns. */
export interface LinearTarget {
  readonly z: Pointer;
  readonly w: Pointer;
}

export interface Combination {
  readonly terms: readonly { readonly sprout: Sprout; readonly weight: number }[];
  readonly bias: number | undefined;
  /** n/2·ln(relative error) + k/2·ln n + size: to compare combinations for one target. */
  readonly length: number;
}

const LONGEST = 20;
const NODE_COST = 1.6;

/** Float64 values of a sprout times row weights, to a new column. */
export function weightedColumn(sprout: Sprout, w: Pointer, { sample, grammar }: Fitter): Pointer {
  const { memory, n } = sample;
  const out = memory.column(n);
  const mark = memory.mark();
  if (sprout.logarithmOf !== undefined) {
    memory.kernel.log(sample.inputs[sprout.logarithmOf], out, memory.column(n), n);
    memory.kernel.multiply(out, w, out, n);
  } else {
    const circuit = new Circuit(single(sprout.unit), sample, grammar);
    circuit.forward();
    memory.kernel.multiply(circuit.top[0].value, w, out, n);
  }
  memory.release(mark);
  return out;
}

/** Drops the least salient term (w²/[H⁻¹]ᵢᵢ) again and again; every combination of at most LONGEST terms on the way is kept. */
export function eliminate(sprouts: readonly Sprout[], { z, w }: LinearTarget, fitter: Fitter): Combination[] {
  const { memory, n } = fitter.sample;
  const { kernel } = memory;
  const mark = memory.mark();
  const found: Combination[] = [];
  const total = sprouts.length + 1;
  const columns = [memory.column(n), ...sprouts.map((sprout) => weightedColumn(sprout, w, fitter))];
  kernel.copy(w, columns[0], n);
  const target = memory.column(n);
  kernel.multiply(z, w, target, n);
  const residual = memory.column(n);
  const scale = columns.map((column) => Math.sqrt(kernel.dot(column, column, n)) || 1);
  const spread = kernel.dot(target, target, n) - kernel.dot(target, columns[0], n) ** 2 / scale[0] ** 2;
  if (!(spread > 0) || scale.some((s) => !(s < 1e150))) {
    memory.release(mark);
    return found;
  }
  for (let k = 0; k < total; k++) kernel.scale(1 / scale[k], columns[k], columns[k], n);
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

  function describe(relative: number, weights: Float64Array): Combination | undefined {
    const terms: { sprout: Sprout; weight: number }[] = [];
    let bias: number | undefined;
    let nodes = 0;
    active.forEach((k, a) => {
      if (k === 0) {
        bias = weights[a] / scale[0];
        nodes += 2;
      } else {
        const sprout = sprouts[k - 1];
        terms.push({ sprout, weight: weights[a] / scale[k] });
        nodes += unitSize(sprout.unit) + 3;
      }
    });
    const length =
      0.5 * n * Math.log(Math.max(relative, 1e-22)) + 0.5 * active.length * Math.log(n) + NODE_COST * nodes;
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
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
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
  fitter: Fitter,
): number[][] {
  const { memory, n } = fitter.sample;
  const mark = memory.mark();
  const rows = (n + 3) & ~3;
  const columns = memory.allocate(m * rows * 4);
  const gramAt = memory.allocate(m * m * 4);
  const weights = memory.view(w, n);
  const target = memory.view(z, n);
  const a = memory.view32(columns, m * rows);
  const library = memory.view32(from, m * rows);
  // Take the weighted mean out of target and columns, scale them to norm 1.
  const squares = weights.map((v) => v * v);
  const total = squares.reduce((s, v) => s + v, 0);
  const mean = squares.reduce((s, v, i) => s + v * target[i], 0) / total;
  const centred = weights.map((v, i) => v * (target[i] - mean));
  const norm = Math.sqrt(centred.reduce((s, v) => s + v * v, 0));
  const b = new Float64Array(m);
  const usable = new Uint8Array(m);
  a.fill(0);
  for (let j = 0; norm > 0 && j < m; j++) {
    const at = j * rows;
    let average = 0;
    let raw = 0;
    for (let i = 0; i < n; i++) {
      average += squares[i] * library[at + i];
      raw += squares[i] * library[at + i] ** 2;
    }
    average /= total;
    let square = 0;
    let along = 0;
    for (let i = 0; i < n; i++) {
      const v = weights[i] * (library[at + i] - average);
      a[at + i] = v;
      square += v * v;
      along += v * centred[i];
    }
    if (!(square > 1e-9 * raw) || !(square > 0)) {
      a.fill(0, at, at + rows);
      continue;
    }
    usable[j] = 1;
    const inverse = 1 / Math.sqrt(square);
    for (let i = 0; i < n; i++) a[at + i] *= inverse;
    b[j] = (along * inverse) / norm;
  }
  memory.kernel.products(columns, m, columns, m, rows, gramAt);
  const gram = memory.view32(gramAt, m * m);
  const found: number[][] = [];
  const keepBest = (sets: Chosen[]) => found.push(...sets.slice(0, keep).map(({ terms }) => [...terms]));
  const ones: Chosen[] = [];
  for (let j = 0; j < m; j++) if (usable[j]) ones.push({ gain: b[j] * b[j], terms: [j] });
  keepBest(ones.sort(byGain));
  let beam = most >= 2 ? bestPairs(gram, b, usable, m) : [];
  for (let size = 2; beam.length > 0; size++) {
    keepBest(beam);
    if (size === most || beam[0].gain > 1 - 1e-7) break;
    beam = extend(beam, gram, b, usable, m);
  }
  memory.release(mark);
  return found;
}

function bestPairs(gram: Float32Array, b: Float64Array, usable: Uint8Array, m: number): Chosen[] {
  let beam: Chosen[] = [];
  let threshold = -1;
  for (let i = 0; i < m; i++) {
    if (!usable[i]) continue;
    for (let j = i + 1; j < m; j++) {
      const g = gram[i * m + j];
      const left = 1 - g * g;
      if (!usable[j] || left < INDEPENDENT) continue;
      const gain = (b[i] * b[i] + b[j] * b[j] - 2 * g * b[i] * b[j]) / left;
      if (!(gain > threshold)) continue;
      beam.push({ gain, terms: [i, j] });
      if (beam.length < 4 * BEAM) continue;
      beam = beam.sort(byGain).slice(0, BEAM);
      threshold = beam[BEAM - 1].gain;
    }
  }
  return beam.sort(byGain).slice(0, BEAM);
}

/** Every set of the beam with one column more, the best BEAM of them. */
function extend(beam: readonly Chosen[], gram: Float32Array, b: Float64Array, usable: Uint8Array, m: number): Chosen[] {
  const next: Chosen[] = [];
  const seen = new Set<string>();
  for (const { gain, terms } of beam) {
    const k = terms.length;
    const l = new Float64Array(k * k);
    const c = Float64Array.from(terms, (t) => b[t]);
    for (let p = 0; p < k; p++) {
      for (let q = 0; q < k; q++) l[p * k + q] = gram[terms[p] * m + terms[q]];
      l[p * k + p] *= 1 + 1e-7;
    }
    if (!cholesky(l, k)) continue;
    solveFactored(l, c, k);
    const best: { gain: number; j: number }[] = [];
    const x = new Float64Array(k);
    for (let j = 0; j < m; j++) {
      if (!usable[j] || terms.includes(j)) continue;
      let along = b[j];
      let left = 1;
      for (let p = 0; p < k; p++) {
        const g = gram[terms[p] * m + j];
        along -= g * c[p];
        let t = g;
        for (let q = 0; q < p; q++) t -= l[p * k + q] * x[q];
        x[p] = t / l[p * k + p];
        left -= x[p] * x[p];
      }
      if (left < INDEPENDENT) continue;
      const value = gain + (along * along) / left;
      if (best.length === BRANCHES && !(value > best[BRANCHES - 1].gain)) continue;
      let at = best.length;
      while (at > 0 && best[at - 1].gain < value) at--;
      best.splice(at, 0, { gain: value, j });
      if (best.length > BRANCHES) best.pop();
    }
    for (const { gain: value, j } of best) {
      const list = [...terms, j].sort((p, q) => p - q);
      const key = list.join();
      if (seen.has(key)) continue;
      seen.add(key);
      next.push({ gain: value, terms: list });
    }
  }
  return next.sort(byGain).slice(0, BEAM);
}
