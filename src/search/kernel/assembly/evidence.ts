/** How well a Gaussian process explains a target: Rasmussen and Williams 2006, algorithm 2.1. */
import { exp } from "./functions";
import { axpy, scale } from "./linear";

const STEP: usize = 16;
/** Columns and the factor's rows are whole numbers of blocks long: one block of a row is kept in registers. */
const BLOCK: i32 = 8;
/** Noise that all rows have, so that rounding can't make the covariance singular. */
const ROUNDING: f64 = 1e-10;

/**
 * Logarithm of the evidence for a target of mean 0, up to a constant, with the function's variance at its best; −∞ where rounding
 * leaves none. The covariance of two rows is exp(−Σ rate·(difference)²) over `count` columns, and noise·variance of a row with itself.
 * Columns are `stride` numbers long and one after the other; `factor` has room for n × stride numbers. `white` is the target at first
 * and used up.
 */
export function evidence(
  columns: usize,
  rates: usize,
  count: i32,
  white: usize,
  variances: usize,
  noise: f64,
  n: i32,
  stride: i32,
  factor: usize,
): f64 {
  const bytes = (<usize>stride) << 3;
  let square: f64 = 0;
  let logarithms: f64 = 0;
  // Row by row of the Cholesky factor, above its diagonal; a block is filled to its beginning, with what is never used.
  for (let i = 0; i < n; i++) {
    const from = i & ~(BLOCK - 1);
    const row = factor + <usize>i * bytes;
    const begin = (<usize>from) << 3;
    distances(columns, rates, count, bytes, i, begin, row);
    exp(row + begin, row + begin, row + begin, stride - from);
    const diagonal = row + ((<usize>i) << 3);
    store<f64>(diagonal, 1 + ROUNDING + noise * load<f64>(variances + ((<usize>i) << 3)));
    for (let at = begin; at < bytes; at += (<usize>BLOCK) << 3) eliminate(factor, bytes, i, at);
    const left = load<f64>(diagonal);
    if (!(left > 0)) return -Infinity;
    const root = sqrt<f64>(left);
    scale(1 / root, diagonal, diagonal, n - i);
    const weight = load<f64>(white + ((<usize>i) << 3)) / root;
    axpy(-weight, diagonal + 8, white + ((<usize>(i + 1)) << 3), n - i - 1);
    square += weight * weight;
    logarithms += Math.log(left) / 2;
  }
  return square > 0 ? (-0.5 * n) * Math.log(square / n) - logarithms : -Infinity;
}

/** Row i of −Σ rate·(difference)², from the byte `begin` on. */
function distances(columns: usize, rates: usize, count: i32, bytes: usize, i: i32, begin: usize, row: usize): void {
  for (let at = begin; at < bytes; at += STEP) {
    let sum = f64x2.splat(0);
    for (let k = 0; k < count; k++) {
      const column = columns + <usize>k * bytes;
      const apart = f64x2.sub(v128.load(column + at), v128.load64_splat(column + ((<usize>i) << 3)));
      const rate = v128.load64_splat(rates + ((<usize>k) << 3));
      sum = f64x2.sub(sum, f64x2.mul(rate, f64x2.mul(apart, apart)));
    }
    v128.store(row + at, sum);
  }
}

/** Takes the rows before row i out of one block of it. */
function eliminate(factor: usize, bytes: usize, i: i32, at: usize): void {
  const row = factor + <usize>i * bytes;
  const block = row + at;
  let x0 = v128.load(block);
  let x1 = v128.load(block, STEP);
  let x2 = v128.load(block, 2 * STEP);
  let x3 = v128.load(block, 3 * STEP);
  let weight = factor + ((<usize>i) << 3);
  for (let before = factor + at; before < block; before += bytes, weight += bytes) {
    const w = v128.load64_splat(weight);
    x0 = f64x2.sub(x0, f64x2.mul(w, v128.load(before)));
    x1 = f64x2.sub(x1, f64x2.mul(w, v128.load(before, STEP)));
    x2 = f64x2.sub(x2, f64x2.mul(w, v128.load(before, 2 * STEP)));
    x3 = f64x2.sub(x3, f64x2.mul(w, v128.load(before, 3 * STEP)));
  }
  v128.store(block, x0);
  v128.store(block, x1, STEP);
  v128.store(block, x2, 2 * STEP);
  v128.store(block, x3, 3 * STEP);
}
