/** Column algebra in float64: sums, products, and one Gram–Schmidt pass. */

/** Bytes of two lanes of float64. */
const STEP: usize = 16;

export function fill(out: usize, value: f64, n: i32): void {
  const both = f64x2.splat(value);
  const end2 = out + ((<usize>(n & ~1)) << 3);
  for (; out < end2; out += STEP) v128.store(out, both);
  if (n & 1) store<f64>(out, value);
}

export function copy(from: usize, out: usize, n: i32): void {
  memory.copy(out, from, (<usize>n) << 3);
}

export function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  const end8 = x + ((<usize>(n & ~7)) << 3);
  const end = x + ((<usize>n) << 3);
  for (; x < end8; x += 4 * STEP, y += 4 * STEP) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, STEP), v128.load(y, STEP)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(x, 2 * STEP), v128.load(y, 2 * STEP)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(x, 3 * STEP), v128.load(y, 3 * STEP)));
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let total = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; x < end; x += 8, y += 8) total += load<f64>(x) * load<f64>(y);
  return total;
}

/** out += a·x */
export function axpy(a: f64, x: usize, out: usize, n: i32): void {
  const va = f64x2.splat(a);
  const end4 = x + ((<usize>(n & ~3)) << 3);
  const end = x + ((<usize>n) << 3);
  for (; x < end4; x += 2 * STEP, out += 2 * STEP) {
    v128.store(out, f64x2.add(v128.load(out), f64x2.mul(va, v128.load(x))));
    v128.store(out, f64x2.add(v128.load(out, STEP), f64x2.mul(va, v128.load(x, STEP))), STEP);
  }
  for (; x < end; x += 8, out += 8) store<f64>(out, load<f64>(out) + a * load<f64>(x));
}

/** out = a·x */
export function scale(a: f64, x: usize, out: usize, n: i32): void {
  const va = f64x2.splat(a);
  const end2 = x + ((<usize>(n & ~1)) << 3);
  const end = x + ((<usize>n) << 3);
  for (; x < end2; x += STEP, out += STEP) v128.store(out, f64x2.mul(va, v128.load(x)));
  if (x < end) store<f64>(out, a * load<f64>(x));
}

/** out = x·y, row by row */
export function multiply(x: usize, y: usize, out: usize, n: i32): void {
  const end2 = x + ((<usize>(n & ~1)) << 3);
  const end = x + ((<usize>n) << 3);
  for (; x < end2; x += STEP, y += STEP, out += STEP) v128.store(out, f64x2.mul(v128.load(x), v128.load(y)));
  if (x < end) store<f64>(out, load<f64>(x) * load<f64>(y));
}

/** out = 1 / x */
export function reciprocal(x: usize, out: usize, n: i32): void {
  const one = f64x2.splat(1);
  const end2 = x + ((<usize>(n & ~1)) << 3);
  const end = x + ((<usize>n) << 3);
  for (; x < end2; x += STEP, out += STEP) v128.store(out, f64x2.div(one, v128.load(x)));
  if (x < end) store<f64>(out, 1 / load<f64>(x));
}

export function squareRoot(x: usize, out: usize, n: i32): void {
  const end2 = x + ((<usize>(n & ~1)) << 3);
  const end = x + ((<usize>n) << 3);
  for (; x < end2; x += STEP, out += STEP) v128.store(out, f64x2.sqrt(v128.load(x)));
  if (x < end) store<f64>(out, sqrt<f64>(load<f64>(x)));
}

/** out = x^k for k ≥ 1, by repeated squaring, the same steps on every row. */
export function wholePower(x: usize, k: i32, out: usize, n: i32): void {
  const end2 = x + ((<usize>(n & ~1)) << 3);
  const end = x + ((<usize>n) << 3);
  for (; x < end2; x += STEP, out += STEP) {
    let base = v128.load(x);
    let result = f64x2.splat(1);
    for (let left = k; left > 0; left >>= 1) {
      if (left & 1) result = f64x2.mul(result, base);
      base = f64x2.mul(base, base);
    }
    v128.store(out, result);
  }
  if (x < end) {
    let base = load<f64>(x);
    let result: f64 = 1;
    for (let left = k; left > 0; left >>= 1) {
      if (left & 1) result *= base;
      base *= base;
    }
    store<f64>(out, result);
  }
}

/**
 * One pass of modified Gram–Schmidt: takes the `count` orthonormal columns at `basis` (one after another, `stride` bytes
 * apart) out of column `x`, and adds what it took to `coefficients` (float64, one for each column of the basis).
 */
export function project(basis: usize, stride: usize, count: i32, x: usize, coefficients: usize, n: i32): void {
  for (let k = 0; k < count; k++) {
    const s = dot(basis, x, n);
    axpy(-s, basis, x, n);
    store<f64>(coefficients, load<f64>(coefficients) + s);
    basis += stride;
    coefficients += 8;
  }
}

/** A second pass is worth it only where the first left less of the squared norm than this: Parlett's "twice is enough". */
const ENOUGH: f64 = 0.01;

/** The same, in as many passes as it takes for what is left to be orthogonal. Returns its squared norm. */
export function orthogonalise(basis: usize, stride: usize, count: i32, x: usize, coefficients: usize, n: i32): f64 {
  const before = dot(x, x, n);
  if (count == 0) return before;
  project(basis, stride, count, x, coefficients, n);
  let after = dot(x, x, n);
  if (after < ENOUGH * before) {
    project(basis, stride, count, x, coefficients, n);
    after = dot(x, x, n);
  }
  return after;
}

/** One pass for `m` columns x, `stride` bytes apart too. What is taken is forgotten. */
export function projectAll(basis: usize, stride: usize, count: i32, x: usize, m: i32, ignored: usize, n: i32): void {
  for (let k = 0; k < m; k++) project(basis, stride, count, x + <usize>k * stride, ignored, n);
}

/** A norm beyond this can't be squared and summed any more. */
const HUGE: f64 = 1e280;
/** A column of which less than this fraction of the squared norm is new depends on those before it. */
const DEPENDENT: f64 = 1e-22;

/**
 * Least squares by QR, a column at a time. Columns number `from` to `to` of `count`, whose addresses stand at `columns` (i32), times
 * the row weights (address 0 for none) are made orthonormal at `basis`, `n` rows each, and taken out of `residual`. Column k
 * of R goes to row k of `factor` (count × count), the products with the residual to `right`; a column that depends on earlier
 * ones leaves a zero in `basis` and on the diagonal. Returns false for a column without a finite norm.
 */
export function reduce(
  columns: usize,
  from: i32,
  to: i32,
  count: i32,
  weights: usize,
  basis: usize,
  residual: usize,
  factor: usize,
  right: usize,
  n: i32,
): bool {
  const stride = <usize>n << 3;
  for (let k = from; k < to; k++) {
    const column = <usize>load<i32>(columns + (<usize>k << 2));
    const q = basis + <usize>k * stride;
    const row = factor + (<usize>(k * count) << 3);
    memory.fill(row, 0, <usize>count << 3);
    if (weights) multiply(column, weights, q, n);
    else copy(column, q, n);
    const before = dot(q, q, n);
    if (!(before < HUGE)) return false;
    const after = before > 1 / HUGE ? orthogonalise(basis, stride, k, q, row, n) : 0;
    if (!(after > before * DEPENDENT)) {
      store<f64>(row + (<usize>k << 3), 0);
      store<f64>(right + (<usize>k << 3), 0);
      fill(q, 0, n);
      continue;
    }
    const norm = sqrt<f64>(after);
    store<f64>(row + (<usize>k << 3), norm);
    scale(1 / norm, q, q, n);
    const along = dot(q, residual, n);
    store<f64>(right + (<usize>k << 3), along);
    axpy(-along, q, residual, n);
  }
  return true;
}

/** Solves R·x = right for what `reduce` has made; 0 for dependent columns. */
export function substitute(factor: usize, right: usize, count: i32, x: usize): void {
  for (let k = count - 1; k >= 0; k--) {
    const diagonal = load<f64>(factor + (<usize>(k * count + k) << 3));
    let s = load<f64>(right + (<usize>k << 3));
    for (let j = k + 1; j < count; j++) {
      s -= load<f64>(factor + (<usize>(j * count + k) << 3)) * load<f64>(x + (<usize>j << 3));
    }
    store<f64>(x + (<usize>k << 3), diagonal == 0 ? 0 : s / diagonal);
  }
}

/**
 * Normal equations: for the `count` columns at `columns`, `stride` bytes apart, all products of two go to the
 * count × count matrix `gram`, those with column `r` to `right`.
 */
export function normal(columns: usize, stride: usize, count: i32, r: usize, gram: usize, right: usize, n: i32): void {
  for (let i = 0; i < count; i++) {
    const a = columns + <usize>i * stride;
    store<f64>(right + ((<usize>i) << 3), dot(a, r, n));
    for (let j = 0; j <= i; j++) {
      const s = dot(a, columns + <usize>j * stride, n);
      store<f64>(gram + ((<usize>(i * count + j)) << 3), s);
      store<f64>(gram + ((<usize>(j * count + i)) << 3), s);
    }
  }
}

/** Largest |x|; NaN if any row is. */
export function largest(x: usize, n: i32): f64 {
  let m = f64x2.splat(0);
  const end2 = x + ((<usize>(n & ~1)) << 3);
  for (; x < end2; x += STEP) m = f64x2.max(m, f64x2.abs(v128.load(x)));
  const most = max<f64>(f64x2.extract_lane(m, 0), f64x2.extract_lane(m, 1));
  return n & 1 ? max<f64>(most, abs<f64>(load<f64>(x))) : most;
}

/** Sum of squares about the mean. */
export function spread(x: usize, n: i32): f64 {
  let mean: f64 = 0;
  for (let i = 0; i < n; i++) mean += load<f64>(x + (<usize>i << 3));
  mean /= <f64>n;
  let square: f64 = 0;
  for (let i = 0; i < n; i++) {
    const away = load<f64>(x + (<usize>i << 3)) - mean;
    square += away * away;
  }
  return square;
}

/** Float64 column to float32, times `a`. */
export function narrow(a: f64, x: usize, out: usize, n: i32): void {
  const va = f64x2.splat(a);
  const end2 = x + ((<usize>(n & ~1)) << 3);
  for (; x < end2; x += STEP, out += STEP / 2) {
    v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.mul(va, v128.load(x))), 0);
  }
  if (n & 1) store<f32>(out, <f32>(a * load<f64>(x)));
}
