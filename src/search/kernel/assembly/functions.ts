/** Sine, exponential and their kin on columns of float64. Each gives value `h` and derivative `d` in one pass. */

const STEP: usize = 16;
/** Added and taken away again, it rounds a float64 to a whole number and leaves that number in the low bits. */
const ROUND: f64 = 6755399441055744.0;

// @ts-expect-error: decorator
@inline
function clampRange(x: v128, limit: f64): v128 {
  return f64x2.max(f64x2.min(x, f64x2.splat(limit)), f64x2.splat(-limit));
}

/** e^x for |x| ≤ 700 (beyond, the value at the limit: large enough to be refused by a fit, and still finite). */
// @ts-expect-error: decorator
@inline
function exp2(x: v128): v128 {
  x = clampRange(x, 700);
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), f64x2.splat(ROUND));
  const k = f64x2.sub(shifted, f64x2.splat(ROUND));
  // ln 2 in two parts: the first has 32 bits, so k times it is exact.
  let r = f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.6931471803691238)));
  r = f64x2.sub(r, f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)));
  let p = f64x2.splat(1.0 / 6227020800.0);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 479001600.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 39916800.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 3628800.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 362880.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 40320.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 5040.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0));
  const power = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return f64x2.mul(p, power);
}

/** ln x; NaN for x ≤ 0. */
// @ts-expect-error: decorator
@inline
function log2(x: v128): v128 {
  const bits = i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)); // counted from √½, so that the mantissa lies in [√½, √2)
  const e = i64x2.shr_s(bits, 52);
  const m = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
  const k = f64x2.sub(i64x2.add(e, f64x2.splat(ROUND)), f64x2.splat(ROUND));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const z = f64x2.mul(s, s);
  let p = f64x2.splat(1.0 / 21.0);
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 19.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 17.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 15.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 13.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 11.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 9.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 7.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 5.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 3.0));
  p = f64x2.mul(f64x2.mul(p, z), s);
  const tail = f64x2.add(f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)), f64x2.mul(f64x2.splat(2), f64x2.add(s, p)));
  const value = f64x2.add(f64x2.mul(k, f64x2.splat(0.6931471803691238)), tail);
  return v128.bitselect(value, f64x2.splat(NaN), f64x2.gt(x, f64x2.splat(0)));
}

/** Sine of the reduced angle |r| ≤ π/4. */
// @ts-expect-error: decorator
@inline
function sineNear0(r: v128, z: v128): v128 {
  let p = f64x2.splat(1.0 / 355687428096000.0);
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-1.0 / 1307674368000.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 6227020800.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-1.0 / 39916800.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 362880.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-1.0 / 5040.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 120.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-1.0 / 6.0));
  return f64x2.add(r, f64x2.mul(f64x2.mul(p, z), r));
}

/** Cosine of the reduced angle |r| ≤ π/4. */
// @ts-expect-error: decorator
@inline
function cosineNear0(z: v128): v128 {
  let p = f64x2.splat(1.0 / 20922789888000.0);
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-1.0 / 87178291200.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 479001600.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-1.0 / 3628800.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 40320.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-1.0 / 720.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 24.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(-0.5));
  return f64x2.add(f64x2.splat(1), f64x2.mul(p, z));
}

// @ts-expect-error: decorator
@inline
function exp1(x: v128, h: usize, d: usize): void {
  const y = exp2(x);
  v128.store(h, y);
  v128.store(d, y);
}

// @ts-expect-error: decorator
@inline
function sigmoid1(x: v128, h: usize, d: usize): void {
  const one = f64x2.splat(1);
  const y = f64x2.div(one, f64x2.add(one, exp2(f64x2.neg(x))));
  v128.store(h, y);
  v128.store(d, f64x2.mul(y, f64x2.sub(one, y)));
}

/** Below this the continued fraction of tanh, cut off after nine terms, has all digits; above, 2/(1 + e^(−2x)) − 1 loses none. */
const NEAR = 0.625;

// @ts-expect-error: decorator
@inline
function tanh1(x: v128, h: usize, d: usize): void {
  const one = f64x2.splat(1);
  const two = f64x2.splat(2);
  const far = f64x2.sub(f64x2.div(two, f64x2.add(one, exp2(f64x2.mul(f64x2.splat(-2), x)))), one);
  const s = f64x2.mul(x, x);
  let above = f64x2.add(f64x2.splat(6930), f64x2.mul(s, f64x2.splat(36)));
  above = f64x2.add(f64x2.splat(270270), f64x2.mul(s, above));
  above = f64x2.mul(x, f64x2.add(f64x2.splat(2027025), f64x2.mul(s, above)));
  let below = f64x2.add(f64x2.splat(630), s);
  below = f64x2.add(f64x2.splat(51975), f64x2.mul(s, below));
  below = f64x2.add(f64x2.splat(945945), f64x2.mul(s, below));
  below = f64x2.add(f64x2.splat(2027025), f64x2.mul(s, below));
  const y = v128.bitselect(f64x2.div(above, below), far, f64x2.lt(f64x2.abs(x), f64x2.splat(NEAR)));
  v128.store(h, y);
  v128.store(d, f64x2.sub(one, f64x2.mul(y, y)));
}

// @ts-expect-error: decorator
@inline
function log1(x: v128, h: usize, d: usize): void {
  v128.store(h, log2(x));
  v128.store(d, f64x2.div(f64x2.splat(1), x));
}

/** Past |x| = 1e6 the reduction would lose digits: NaN, which a fit refuses. */
// @ts-expect-error: decorator
@inline
function sin1(x: v128, h: usize, d: usize): void {
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(0.6366197723675814)), f64x2.splat(ROUND));
  const k = f64x2.sub(shifted, f64x2.splat(ROUND));
  // π/2 in three parts of 33, 33 and 53 bits.
  let r = f64x2.sub(x, f64x2.mul(k, f64x2.splat(1.5707963267341256)));
  r = f64x2.sub(r, f64x2.mul(k, f64x2.splat(6.077100506303966e-11)));
  r = f64x2.sub(r, f64x2.mul(k, f64x2.splat(2.0222662487959506e-21)));
  const z = f64x2.mul(r, r);
  const s = sineNear0(r, z);
  const c = cosineNear0(z);
  const one = i64x2.splat(1);
  const odd = i64x2.eq(v128.and(shifted, one), one);
  const sinSign = i64x2.shl(v128.and(shifted, i64x2.splat(2)), 62);
  const cosSign = i64x2.shl(v128.and(i64x2.add(shifted, one), i64x2.splat(2)), 62);
  const known = f64x2.lt(f64x2.abs(x), f64x2.splat(1e6));
  const nan = f64x2.splat(NaN);
  v128.store(h, v128.bitselect(v128.xor(v128.bitselect(c, s, odd), sinSign), nan, known));
  v128.store(d, v128.bitselect(v128.xor(v128.bitselect(s, c, odd), cosSign), nan, known));
}

/** Room for the pair of lanes in which an odd last row is computed. */
const spare = memory.data(48);

const SIN = 0;
const EXP = 1;
const SIGMOID = 2;
const TANH = 3;
const LOG = 4;

/** `which` is a constant wherever this is called, so that inlining leaves one branch and no call. */
// @ts-expect-error: decorator
@inline
function apply(which: i32, x: v128, h: usize, d: usize): void {
  if (which == SIN) sin1(x, h, d);
  else if (which == EXP) exp1(x, h, d);
  else if (which == SIGMOID) sigmoid1(x, h, d);
  else if (which == TANH) tanh1(x, h, d);
  else log1(x, h, d);
}

// @ts-expect-error: decorator
@inline
function map(which: i32, x: usize, h: usize, d: usize, n: i32): void {
  const end2 = x + (<usize>(n & ~1) << 3);
  for (; x < end2; x += STEP, h += STEP, d += STEP) apply(which, v128.load(x), h, d);
  if (n & 1) {
    apply(which, f64x2.splat(load<f64>(x)), spare, spare + STEP);
    store<f64>(h, load<f64>(spare));
    store<f64>(d, load<f64>(spare + STEP));
  }
}

export function sin(x: usize, h: usize, d: usize, n: i32): void {
  map(SIN, x, h, d, n);
}
export function exp(x: usize, h: usize, d: usize, n: i32): void {
  map(EXP, x, h, d, n);
}
export function sigmoid(x: usize, h: usize, d: usize, n: i32): void {
  map(SIGMOID, x, h, d, n);
}
export function tanh(x: usize, h: usize, d: usize, n: i32): void {
  map(TANH, x, h, d, n);
}
export function log(x: usize, h: usize, d: usize, n: i32): void {
  map(LOG, x, h, d, n);
}

/** out = x^p for any real p; NaN for x ≤ 0. */
export function realPower(x: usize, p: f64, out: usize, n: i32): void {
  const vp = f64x2.splat(p);
  const end2 = x + (<usize>(n & ~1) << 3);
  for (; x < end2; x += STEP, out += STEP) v128.store(out, exp2(f64x2.mul(vp, log2(v128.load(x)))));
  if (n & 1) {
    store<f64>(out, f64x2.extract_lane(exp2(f64x2.mul(vp, log2(f64x2.splat(load<f64>(x))))), 0));
  }
}
