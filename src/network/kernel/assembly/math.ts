/**
 * Elementary functions of four float32 numbers, good to about 1e-7: minimax polynomials on reduced ranges, found by Lawson's
 * iteration, and summed in pairs (Estrin): what takes time is how long one operation waits for another. Their constants are
 * loaded: a constant vector in the code takes the engine several instructions.
 */

/** a·b + c: in one rounding where the processor has it, in two where it hasn't. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
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

/**
 * Limits; what leaves, added, a number rounded in the low bits of a float32, and on top of it the exponent of 1; then 2^f from f
 * on, the factor of f⁰ being 1; 1/ln 2.
 */
const POW = memory.data<f32>(
  [
    128, -125, 12583039, 1,
    0.69314697759872, 0.24022242084820014, 0.05550733743701411, 0.009671512673815157, 0.0013264727148434644,
    1.4426950408889634,
  ],
  16,
);

/** 2^u: infinite from 127.5 on, 2e-38 below −125. */
// @ts-ignore: decorator
@inline
export function pow4(u: v128): v128 {
  u = f32x4.pmax(f32x4.pmin(u, constant(POW, 0)), constant(POW, 1));
  const shifted = f32x4.add(u, constant(POW, 2));
  const f = f32x4.sub(u, f32x4.sub(shifted, constant(POW, 2)));
  const z = f32x4.mul(f, f);
  const low = madd(f, constant(POW, 4), constant(POW, 3));
  const middle = madd(f, constant(POW, 6), constant(POW, 5));
  const high = madd(f, constant(POW, 8), constant(POW, 7));
  const p = madd(madd(high, z, middle), z, low);
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** e^x */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  return pow4(f32x4.mul(x, constant(POW, 9)));
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
  return share4(exp4(f32x4.neg(x)));
}

/** 1 / (1 + x) */
// @ts-ignore: decorator
@inline
export function share4(x: v128): v128 {
  const one = constant(POW, 3);
  return f32x4.div(one, f32x4.add(one, x));
}

/** What rounds, as above; sin πr/r in r², 5 factors; cos πr in r², 4 factors after the 1; 1. */
const TURN = memory.data<f32>(
  [
    12582912,
    3.1415926369048144, -5.167709685267617, 2.550069732768669, -0.5982421595371898, 0.0775604442628066,
    -4.934795518133488, 4.0584513415309065, -1.3320938652030077, 0.22008065308764033, 1,
  ],
  16,
);

/** u with the nearest whole number in its low bits, below 2²²; beyond it is some number. */
// @ts-ignore: decorator
@inline
export function rounded(u: v128): v128 {
  return f32x4.add(u, constant(TURN, 0));
}

/** How far u is from that number. */
// @ts-ignore: decorator
@inline
export function rest(u: v128, shifted: v128): v128 {
  return f32x4.sub(u, f32x4.sub(shifted, constant(TURN, 0)));
}

/** sin πr for |r| ≤ ½; z = r². */
// @ts-ignore: decorator
@inline
export function sineNear0(r: v128, z: v128): v128 {
  const low = madd(z, constant(TURN, 2), constant(TURN, 1));
  const high = madd(z, constant(TURN, 4), constant(TURN, 3));
  const square = f32x4.mul(z, z);
  return f32x4.mul(r, madd(madd(square, constant(TURN, 5), high), square, low));
}

/** cos πr. */
// @ts-ignore: decorator
@inline
export function cosineNear0(z: v128): v128 {
  const low = madd(z, constant(TURN, 6), constant(TURN, 10));
  const high = madd(z, constant(TURN, 8), constant(TURN, 7));
  const square = f32x4.mul(z, z);
  return madd(madd(square, constant(TURN, 9), high), square, low);
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
