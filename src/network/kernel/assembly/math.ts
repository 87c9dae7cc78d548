/** Elementary functions of four float32 numbers: plain Taylor series on reduced ranges, good to about 1e-7. */

/** Added, it leaves a rounded number in the low bits of a float32. */
const ROUND: f32 = 12582912;

/** a·b + c: in one rounding where the module is built for relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** x within ±limit; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, limit: f32): v128 {
  return f32x4.pmax(f32x4.pmin(x, splat(limit)), splat(-limit));
}

/** e^x: infinite from 88.8 on, 1e-38 below −87. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, splat(89)), splat(-87));
  const shifted = madd(x, splat(1.4426950408889634), splat(ROUND));
  const k = f32x4.sub(shifted, splat(ROUND));
  // ln 2 in two parts: the first has few bits, so k times it is exact.
  let r = madd(k, splat(-0.693359375), x);
  r = madd(k, splat(2.1219444005469057e-4), r);
  let p = splat(1.0 / 5040.0);
  p = madd(p, r, splat(1.0 / 720.0));
  p = madd(p, r, splat(1.0 / 120.0));
  p = madd(p, r, splat(1.0 / 24.0));
  p = madd(p, r, splat(1.0 / 6.0));
  p = madd(p, r, splat(0.5));
  p = madd(p, r, splat(1));
  p = madd(p, r, splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}

/** ln x for positive normal x. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3)); // counted from √½, so that the mantissa lies in [√½, √2)
  const k = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const s = f32x4.div(f32x4.sub(m, splat(1)), f32x4.add(m, splat(1)));
  const z = f32x4.mul(s, s);
  let p = splat(1.0 / 9.0);
  p = madd(p, z, splat(1.0 / 7.0));
  p = madd(p, z, splat(1.0 / 5.0));
  p = madd(p, z, splat(1.0 / 3.0));
  p = madd(p, z, splat(1));
  return madd(k, splat(0.6931471805599453), f32x4.mul(p, f32x4.add(s, s)));
}

/** 1 / (1 + e^−x) */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

/** Sine of the angle r, |r| ≤ π/4. */
// @ts-ignore: decorator
@inline
export function sineNear0(r: v128, z: v128): v128 {
  let p = splat(1.0 / 362880.0);
  p = madd(p, z, splat(-1.0 / 5040.0));
  p = madd(p, z, splat(1.0 / 120.0));
  p = madd(p, z, splat(-1.0 / 6.0));
  return madd(f32x4.mul(p, z), r, r);
}

/** Cosine of the angle whose square is z, z ≤ (π/4)². */
// @ts-ignore: decorator
@inline
export function cosineNear0(z: v128): v128 {
  let p = splat(1.0 / 40320.0);
  p = madd(p, z, splat(-1.0 / 720.0));
  p = madd(p, z, splat(1.0 / 24.0));
  p = madd(p, z, splat(-0.5));
  return madd(p, z, splat(1));
}

/** Bits that tell the quadrant of a whole number of quarter turns; below 2²² quarters, beyond it is some quadrant. */
// @ts-ignore: decorator
@inline
export function quadrant(k: v128): v128 {
  return f32x4.add(k, splat(ROUND));
}

/** asin x for |x| ≤ ½ by its series, beyond by asin x = π/2 − 2·asin √((1 − x)/2). */
// @ts-ignore: decorator
@inline
export function asin4(x: v128): v128 {
  const size = f32x4.abs(x);
  const far = f32x4.gt(size, splat(0.5));
  const half = f32x4.mul(f32x4.sub(splat(1), size), splat(0.5));
  const z = v128.bitselect(half, f32x4.mul(size, size), far);
  const u = v128.bitselect(f32x4.sqrt(half), size, far);
  let p = splat(676039.0 / 104857600.0);
  p = madd(p, z, splat(88179.0 / 11010048.0));
  p = madd(p, z, splat(46189.0 / 5505024.0));
  p = madd(p, z, splat(12155.0 / 1245184.0));
  p = madd(p, z, splat(6435.0 / 557056.0));
  p = madd(p, z, splat(143.0 / 10240.0));
  p = madd(p, z, splat(231.0 / 13312.0));
  p = madd(p, z, splat(63.0 / 2816.0));
  p = madd(p, z, splat(35.0 / 1152.0));
  p = madd(p, z, splat(5.0 / 112.0));
  p = madd(p, z, splat(3.0 / 40.0));
  p = madd(p, z, splat(1.0 / 6.0));
  const near = madd(f32x4.mul(p, z), u, u);
  const value = v128.bitselect(f32x4.sub(splat(1.5707963267948966), f32x4.add(near, near)), near, far);
  return v128.or(value, v128.and(x, i32x4.splat(0x80000000)));
}
