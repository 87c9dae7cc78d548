/**
 * Nonlinear least squares with unknowns of two kinds: shared by all blocks of residuals, and private to one. Levenberg and
 * Marquardt's method; the private ones are eliminated block by block (Schur complement), so that a thousand series, each with
 * a hidden parameter of its own, cost no more than a thousand small systems.
 */
import { cholesky, invertFactored, solveFactored } from "../search/dense.js";
import { turn } from "./turn.js";

/** Residuals of a block at the present unknowns, and their derivatives. */
export interface Block {
  readonly residuals: Float64Array;
  /** Derivative of what the model predicts (residual = data − model), row after row: the shared unknowns, then the private. */
  readonly jacobian: Float64Array;
}

export interface LeastSquares {
  readonly blocks: number;
  /** Ends a fit with what it has. */
  readonly signal?: AbortSignal;
  /** Residuals of a block; undefined where the model has no value. `slopes` says whether derivatives are wanted. */
  evaluate(block: number, shared: Float64Array, own: Float64Array, slopes: boolean): Block | undefined;
}

export interface Unknowns {
  readonly shared: Float64Array;
  /** One array for each block. */
  readonly own: readonly Float64Array[];
}

export interface LeastSquaresOptions {
  /** Steps at most. */
  readonly steps: number;
  /** A step that lowers the sum of squares by less than this fraction counts as slow; two in a row end the fit. */
  readonly tolerance: number;
  readonly damping?: number;
  /** A mean square below this ends the fit: what is left means nothing. */
  readonly enough?: number;
  /** Weights of squared shared unknowns that are added to the sum of squares. */
  readonly ridge?: Float64Array;
}

export interface Solution extends Unknowns {
  /** Sum of squared residuals (without the ridge). */
  readonly error: number;
  readonly residuals: number;
}

const MOST_DAMPING = 1e10;
const TRIES = 10;
/** Keeps a private unknown that nothing depends on where it is, relative to the largest diagonal. */
const TINY = 1e-14;

/** Where the problem's signal ends it before the first step, the error is infinite. */
export async function leastSquares(
  problem: LeastSquares,
  start: Unknowns,
  options: LeastSquaresOptions,
): Promise<Solution> {
  const { steps, tolerance, ridge, enough = 0 } = options;
  let { shared, own } = start;
  let damping = options.damping ?? 1e-3;
  let [error, residuals] = await sumOfSquares(problem, shared, own);
  const penalty = (w: Float64Array) => (ridge ? w.reduce((sum, v, k) => sum + ridge[k] * v * v, 0) : 0);
  let slow = 0;
  for (let step = 0; step < steps && Number.isFinite(error) && error > enough * residuals; step++) {
    const normal = await normalEquations(problem, shared, own);
    if (!normal) break;
    const before = error + penalty(shared);
    let after = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < TRIES && damping < MOST_DAMPING && !problem.signal?.aborted; attempt++) {
      const moved = solve(normal, shared, damping, ridge);
      if (moved) {
        const nextShared = shared.map((v, k) => v + moved.shared[k]);
        const nextOwn = own.map((z, b) => z.map((v, k) => v + moved.own[b][k]));
        const [next, count] = await sumOfSquares(problem, nextShared, nextOwn);
        after = next + penalty(nextShared);
        if (after < before) {
          [shared, own, error, residuals] = [nextShared, nextOwn, next, count];
          damping = Math.max(damping / 10, 1e-12);
          break;
        }
      }
      damping *= 8;
    }
    if (!(after < before)) break;
    slow = before - after < tolerance * before ? slow + 1 : 0;
    if (slow === 2) break;
  }
  return { shared, own, error, residuals };
}

async function sumOfSquares(
  problem: LeastSquares,
  shared: Float64Array,
  own: readonly Float64Array[],
): Promise<[number, number]> {
  let [error, count] = [0, 0];
  for (let b = 0; b < problem.blocks; b++) {
    await turn();
    const block = problem.signal?.aborted ? undefined : problem.evaluate(b, shared, own[b], false);
    if (!block) return [Number.POSITIVE_INFINITY, 0];
    for (const r of block.residuals) error += r * r;
    count += block.residuals.length;
  }
  return [Number.isFinite(error) ? error : Number.POSITIVE_INFINITY, count];
}

/** JᵀJ and Jᵀr: that of the shared unknowns, and for each block its private part and the coupling. */
interface Normal {
  readonly gram: Float64Array;
  readonly right: Float64Array;
  readonly own: readonly {
    readonly gram: Float64Array;
    /** Private × shared. */
    readonly coupling: Float64Array;
    readonly right: Float64Array;
  }[];
}

async function normalEquations(
  problem: LeastSquares,
  shared: Float64Array,
  own: readonly Float64Array[],
): Promise<Normal | undefined> {
  const p = shared.length;
  const gram = new Float64Array(p * p);
  const right = new Float64Array(p);
  const blocks: Normal["own"][number][] = [];
  for (let b = 0; b < problem.blocks; b++) {
    await turn();
    const block = problem.signal?.aborted ? undefined : problem.evaluate(b, shared, own[b], true);
    if (!block) return undefined;
    const q = own[b].length;
    const width = p + q;
    const { residuals, jacobian } = block;
    const all = new Float64Array(width * width);
    const side = new Float64Array(width);
    for (let i = 0; i < residuals.length; i++) {
      const row = i * width;
      const r = residuals[i];
      for (let j = 0; j < width; j++) {
        const v = jacobian[row + j];
        if (v === 0) continue;
        side[j] += v * r;
        for (let k = 0; k <= j; k++) all[j * width + k] += v * jacobian[row + k];
      }
    }
    for (let j = 0; j < p; j++) {
      right[j] += side[j];
      for (let k = 0; k <= j; k++) gram[j * p + k] += all[j * width + k];
    }
    const mine = new Float64Array(q * q);
    const coupling = new Float64Array(q * p);
    for (let j = 0; j < q; j++) {
      for (let k = 0; k < p; k++) coupling[j * p + k] = all[(p + j) * width + k];
      for (let k = 0; k <= j; k++) mine[j * q + k] = mine[k * q + j] = all[(p + j) * width + p + k];
    }
    blocks.push({ gram: mine, coupling, right: side.slice(p) });
  }
  for (let j = 0; j < p; j++) for (let k = 0; k < j; k++) gram[k * p + j] = gram[j * p + k];
  return { gram, right, own: blocks };
}

/** The damped step; undefined where the system can't be solved. */
function solve(normal: Normal, shared: Float64Array, damping: number, ridge?: Float64Array): Unknowns | undefined {
  const p = shared.length;
  const [gram, right] = [normal.gram.slice(), normal.right.slice()];
  for (let k = 0; k < p; k++) {
    const diagonal = gram[k * p + k];
    gram[k * p + k] += damping * diagonal + (diagonal === 0 ? 1 : 0) + (ridge?.[k] ?? 0);
    right[k] -= (ridge?.[k] ?? 0) * shared[k];
  }
  const { factors, ...reduced } = eliminated({ ...normal, gram, right }, damping);
  if (p > 0 && !cholesky(reduced.gram, p)) return undefined;
  const moved = reduced.right;
  if (p > 0) solveFactored(reduced.gram, moved, p);
  const own: Float64Array[] = [];
  for (const [b, block] of normal.own.entries()) {
    const factor = factors[b];
    if (!factor) return undefined;
    const q = block.right.length;
    const step = block.right.slice();
    for (let j = 0; j < q; j++) for (let k = 0; k < p; k++) step[j] -= block.coupling[j * p + k] * moved[k];
    solveFactored(factor, step, q);
    own.push(step);
  }
  return { shared: moved, own };
}

/** Normal equations of the shared unknowns alone, and the factored ones of each block's private unknowns where there are any. */
function eliminated(
  normal: Normal,
  damping = 0,
): Pick<Normal, "gram" | "right"> & { readonly factors: (Float64Array | undefined)[] } {
  const [gram, right] = [normal.gram.slice(), normal.right.slice()];
  const p = right.length;
  const factors = normal.own.map((block) => {
    const q = block.right.length;
    const factor = damped(block.gram, q, damping);
    if (!cholesky(factor, q)) return undefined;
    const solved = block.right.slice();
    solveFactored(factor, solved, q);
    for (let k = 0; k < p; k++) {
      const back = Float64Array.from({ length: q }, (_, j) => block.coupling[j * p + k]);
      for (let j = 0; j < q; j++) right[k] -= back[j] * solved[j];
      solveFactored(factor, back, q);
      for (let l = 0; l < p; l++) {
        let s = 0;
        for (let j = 0; j < q; j++) s += block.coupling[j * p + l] * back[j];
        gram[l * p + k] -= s;
      }
    }
    return factor;
  });
  return { gram, right, factors };
}

function damped(gram: Float64Array, q: number, damping: number): Float64Array {
  const out = gram.slice();
  let largest = 0;
  for (let j = 0; j < q; j++) largest = Math.max(largest, gram[j * q + j]);
  for (let j = 0; j < q; j++) out[j * q + j] += damping * gram[j * q + j] + TINY * largest + Number.MIN_VALUE * 1e16;
  return out;
}

/**
 * Standard errors of the unknowns at a solution, for residuals of standard deviation `sigma`: from the inverse of JᵀJ, with
 * the uncertainty of the other kind of unknown included for the shared ones, and the shared ones taken as known for the private.
 */
export async function standardErrors(
  problem: LeastSquares,
  { shared, own }: Unknowns,
  sigma: number,
): Promise<Unknowns> {
  const normal = await normalEquations(problem, shared, own);
  const unknown = (n: number) => new Float64Array(n).fill(Number.NaN);
  if (!normal) return { shared: unknown(shared.length), own: own.map((z) => unknown(z.length)) };
  const errors = (factored: Float64Array, n: number) => {
    const inverse = invertFactored(factored, n);
    return Float64Array.from({ length: n }, (_, k) => sigma * Math.sqrt(inverse[k * n + k]));
  };
  const { gram, factors } = eliminated(normal);
  const p = shared.length;
  return {
    shared: cholesky(gram, p) ? errors(gram, p) : unknown(p),
    own: factors.map((factor, b) => (factor ? errors(factor, own[b].length) : unknown(own[b].length))),
  };
}

/** Part of the diagonal that keeps unknowns that say the same from ending it all. */
const SAID_TWICE = 1e-11;
/** An unknown of which the others leave less than this part is one of them in other words. */
const INDEPENDENT = 1e-9;

/**
 * By how much each of the last shared unknowns, let go by itself together with all others before them, would lower the sum of
 * squares of a fit that was made without them; to first order, so one evaluation is enough (score test; Rao 1948).
 * @param added how many of the shared unknowns were held
 */
export async function gains(problem: LeastSquares, at: Unknowns, added: number): Promise<number[] | undefined> {
  const normal = await normalEquations(problem, at.shared, at.own);
  if (!normal) return undefined;
  const { gram, right } = eliminated(normal);
  const p = right.length;
  const kept = p - added;
  const base = Float64Array.from({ length: kept * kept }, (_, i) => gram[Math.floor(i / kept) * p + (i % kept)]);
  // What the unknowns of the fit say twice among themselves does no harm to the others.
  for (let k = 0; k < kept; k++) base[k * kept + k] += SAID_TWICE * normal.gram[k * p + k];
  if (kept > 0 && !cholesky(base, kept)) return undefined;
  return Array.from({ length: added }, (_, a) => {
    const k = kept + a;
    const coupling = gram.subarray(k * p, k * p + kept);
    const back = coupling.slice();
    if (kept > 0) solveFactored(base, back, kept);
    const [left, slope] = back.reduce(
      ([g, r], b, j) => [g - b * coupling[j], r - b * right[j]],
      [gram[k * p + k], right[k]],
    );
    return left > INDEPENDENT * normal.gram[k * p + k] ? slope ** 2 / left : 0;
  });
}
