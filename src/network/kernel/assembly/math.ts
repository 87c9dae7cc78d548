/**
 * Elementary functions of four float32 numbers, good to about 1e-7: minimax polynomials on reduced ranges, found by Lawson's
 * iteration. Their constants are loaded: a constant vector in the code takes the engine several instructions.
 */

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

/** Number k of a list of constants, in all lanes. */
// @ts-ignore: decorator
@inline
function constant(list: usize, k: usize): v128 {
  return v128.load32_splat(list + (k << 2));
}

/** x within ±limit; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, limit: f32): v128 {
  return f32x4.pmax(f32x4.pmin(x, splat(limit)), splat(-limit));
}

/** Limits; 1/ln 2; −ln 2 in two parts, the first of few bits, so that k times it is exact; (e^r − 1 − r)/r². */
const EXP = memory.data<f32>(
  [
    89, -87, ROUND, 1.4426950408889634, -0.693359375, 2.1219444005469057e-4,
    0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.008368710055947304, 0.001381461275741458, 1,
  ],
  16,
);

/** e^x: infinite from 88.8 on, 1e-38 below −87. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, constant(EXP, 0)), constant(EXP, 1));
  const shifted = madd(x, constant(EXP, 3), constant(EXP, 2));
  const k = f32x4.sub(shifted, constant(EXP, 2));
  const r = madd(k, constant(EXP, 5), madd(k, constant(EXP, 4), x));
  let p = madd(constant(EXP, 10), r, constant(EXP, 9));
  p = madd(p, r, constant(EXP, 8));
  p = madd(p, r, constant(EXP, 7));
  p = madd(p, r, constant(EXP, 6));
  p = madd(f32x4.mul(r, r), p, f32x4.add(r, constant(EXP, 11)));
  // k, with the exponent of 1 added, becomes the exponent.
  return f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}

/** (artanh(s)/s − 1)/s² in s², and ln 2. */
const LOG = memory.data<f32>(
  [0.3333338797092438, 0.1998876929283142, 0.14935927093029022, 1, 0.6931471805599453],
  16,
);

/** ln x for positive normal x. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3)); // counted from √½, so that the mantissa lies in [√½, √2)
  const k = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const s = f32x4.div(f32x4.sub(m, constant(LOG, 3)), f32x4.add(m, constant(LOG, 3)));
  const z = f32x4.mul(s, s);
  const p = madd(madd(madd(constant(LOG, 2), z, constant(LOG, 1)), z, constant(LOG, 0)), z, constant(LOG, 3));
  return madd(k, constant(LOG, 4), f32x4.mul(p, f32x4.add(s, s)));
}

/** 1 / (1 + e^−x) */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = constant(EXP, 11);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** (sin r/r − 1)/r² and (cos r − 1 + r²/2)/r⁴ in r²; −½; 1. */
const TURN = memory.data<f32>(
  [
    -0.16666655242443085, 0.008332177996635437, -0.0001951729936990887,
    0.04166664555668831, -0.001388736767694354, 2.4438451873720624e-05, -0.5, 1,
  ],
  16,
);

/** Sine of the angle r, |r| ≤ π/4; z = r². */
// @ts-ignore: decorator
@inline
export function sineNear0(r: v128, z: v128): v128 {
  const p = madd(madd(constant(TURN, 2), z, constant(TURN, 1)), z, constant(TURN, 0));
  return madd(f32x4.mul(p, z), r, r);
}

/** Cosine of that angle. */
// @ts-ignore: decorator
@inline
export function cosineNear0(z: v128): v128 {
  const p = madd(madd(constant(TURN, 5), z, constant(TURN, 4)), z, constant(TURN, 3));
  return madd(madd(p, z, constant(TURN, 6)), z, constant(TURN, 7));
}

/** Bits that tell the quadrant of a whole number of quarter turns; below 2²² quarters, beyond it is some quadrant. */
// @ts-ignore: decorator
@inline
export function quadrant(k: v128): v128 {
  return f32x4.add(k, constant(EXP, 2));
}

/** asin's Taylor series, highest power first. */
const ASIN = memory.data<f32>(
  [
    676039.0 / 104857600.0, 88179.0 / 11010048.0, 46189.0 / 5505024.0, 12155.0 / 1245184.0, 6435.0 / 557056.0,
    143.0 / 10240.0, 231.0 / 13312.0, 63.0 / 2816.0, 35.0 / 1152.0, 5.0 / 112.0, 3.0 / 40.0, 1.0 / 6.0,
  ],
  16,
);

/** asin x for |x| ≤ ½ by its series, beyond by asin x = π/2 − 2·asin √((1 − x)/2). */
// @ts-ignore: decorator
@inline
export function asin4(x: v128): v128 {
  const size = f32x4.abs(x);
  const far = f32x4.gt(size, splat(0.5));
  const half = f32x4.mul(f32x4.sub(splat(1), size), splat(0.5));
  const z = v128.bitselect(half, f32x4.mul(size, size), far);
  const u = v128.bitselect(f32x4.sqrt(half), size, far);
  let p = constant(ASIN, 0);
  for (let k: usize = 1; k < 12; k++) p = madd(p, z, constant(ASIN, k));
  const near = madd(f32x4.mul(p, z), u, u);
  const value = v128.bitselect(f32x4.sub(splat(1.5707963267948966), f32x4.add(near, near)), near, far);
  return v128.or(value, v128.and(x, i32x4.splat(0x80000000)));
}
