/**
 * The units: outer·f(inner·g) + offset of a row of pre-activations g. The value goes to `h`; in place of each
 * pre-activation comes the derivative by it. The numbers of the functions, and what is smoothed, are those of primitives.ts.
 */
import { asin4, clamp, cosineNear0, exp4, log4, madd, pow4, rest, rounded, share4, sineNear0, splat } from "./math";
import { ROW } from "./product";

const CONSTANT = 0, IDENTITY = 1, SQUARE = 2, SIN = 3, EXP = 4, SIGMOID = 5, PRODUCT = 6, COS = 7, TANH = 8, LOG = 9;
const SQRT = 10, CUBE = 11, INVERSE = 12, DIVISION = 13, POWER = 14, ASIN = 15;

const SMOOTHING: f32 = 0.01;
const POWER_LIMIT: f32 = 16;

export function unit(code: i32, inner: f32, outer: f32, offset: f32, g: usize, h: usize, bytes: usize): void {
  const end = g + bytes;
  switch (code) {
    case CONSTANT: {
      const value = splat(outer + offset);
      for (const last = h + bytes; h < last; h += 16) v128.store(h, value);
      break;
    }
    case IDENTITY: {
      const slope = splat(inner * outer), shift = splat(offset);
      for (; g < end; g += 16, h += 16) {
        v128.store(h, madd(v128.load(g), slope, shift));
        v128.store(g, slope);
      }
      break;
    }
    case SQUARE: {
      const slope = splat(inner * inner * outer), shift = splat(offset);
      for (; g < end; g += 16, h += 16) {
        const u = v128.load(g);
        const d = f32x4.mul(u, slope);
        v128.store(h, madd(u, d, shift));
        v128.store(g, f32x4.add(d, d));
      }
      break;
    }
    case CUBE: {
      const slope = splat(inner * inner * inner * outer), shift = splat(offset);
      for (; g < end; g += 16, h += 16) {
        const u = v128.load(g);
        const d = f32x4.mul(f32x4.mul(u, u), slope);
        v128.store(h, madd(u, d, shift));
        v128.store(g, f32x4.mul(splat(3), d));
      }
      break;
    }
    case SIN: curve(SIN, inner, outer, offset, g, h, end); break;
    case COS: curve(COS, inner, outer, offset, g, h, end); break;
    case EXP: curve(EXP, inner, outer, offset, g, h, end); break;
    case SIGMOID: curve(SIGMOID, inner, outer, offset, g, h, end); break;
    case TANH: curve(TANH, inner, outer, offset, g, h, end); break;
    case LOG: curve(LOG, inner, outer, offset, g, h, end); break;
    case SQRT: curve(SQRT, inner, outer, offset, g, h, end); break;
    case INVERSE: curve(INVERSE, inner, outer, offset, g, h, end); break;
    case ASIN: curve(ASIN, inner, outer, offset, g, h, end); break;
    case PRODUCT: {
      const slope = splat(inner * inner * outer), shift = splat(offset);
      for (let k = g + ROW; g < end; g += 16, k += 16, h += 16) {
        const u = v128.load(g);
        const d = f32x4.mul(v128.load(k), slope);
        v128.store(h, madd(u, d, shift));
        v128.store(g, d);
        v128.store(k, f32x4.mul(u, slope));
      }
      break;
    }
    case DIVISION: {
      const scale = splat(outer), slope = splat(inner), shift = splat(offset);
      for (let k = g + ROW; g < end; g += 16, k += 16, h += 16) {
        const u = f32x4.mul(v128.load(g), slope);
        const v = f32x4.mul(v128.load(k), slope);
        const left = f32x4.div(splat(1), filled(v));
        const inverse = f32x4.mul(v, left);
        const d = f32x4.mul(scale, inverse);
        v128.store(h, madd(u, d, shift));
        v128.store(g, f32x4.mul(d, slope));
        v128.store(k, f32x4.mul(f32x4.mul(scale, slope), f32x4.mul(u, inverseSlope(v, left))));
      }
      break;
    }
    case POWER: {
      const scale = splat(outer), slope = splat(inner), shift = splat(offset);
      for (let k = g + ROW; g < end; g += 16, k += 16, h += 16) {
        const u = f32x4.mul(v128.load(g), slope);
        const p = f32x4.mul(v128.load(k), slope);
        const square = filled(u);
        const log = f32x4.mul(splat(0.5), log4(square));
        const e = f32x4.mul(p, log);
        const y = f32x4.mul(scale, exp4(clamp(e, POWER_LIMIT)));
        const d = v128.and(f32x4.mul(y, slope), f32x4.lt(f32x4.abs(e), splat(POWER_LIMIT)));
        v128.store(h, f32x4.add(y, shift));
        v128.store(g, f32x4.mul(f32x4.mul(d, p), f32x4.div(u, square)));
        v128.store(k, f32x4.mul(d, log));
      }
      break;
    }
  }
}

/** u² with its zero filled. */
// @ts-ignore: decorator
@inline
function filled(u: v128): v128 {
  return madd(u, u, splat(SMOOTHING * SMOOTHING));
}

/** The derivative of u/(u² + s²), given 1/(u² + s²): (s² − u²)/(u² + s²)². */
// @ts-ignore: decorator
@inline
function inverseSlope(u: v128, left: v128): v128 {
  return f32x4.mul(f32x4.mul(left, left), f32x4.sub(splat(SMOOTHING * SMOOTHING), f32x4.mul(u, u)));
}

/** What a function takes its argument times: a sine counts in half turns, of which sin(2πg) has exactly 2g; powers are those of 2. */
// @ts-ignore: decorator
@inline
function unitOf(which: i32): f64 {
  if (which == SIN || which == COS) return 1 / Math.PI;
  if (which == EXP) return Math.LOG2E;
  if (which == SIGMOID) return -Math.LOG2E;
  return which == TANH ? -2 * Math.LOG2E : 1;
}

/** Gains as vectors are loaded: the engine would make them of numbers anew in each turn of the loop. */
const GAINS = memory.data(16, 16);

/**
 * Two vectors at a time, which share the loading of constants. `which` is a constant wherever this is called: inlining leaves
 * one function's loop.
 */
// @ts-ignore: decorator
@inline
function curve(which: i32, inner: f32, outer: f32, offset: f32, g: usize, h: usize, end: usize): void {
  store<f32>(GAINS, <f32>(<f64>inner * unitOf(which)));
  store<f32>(GAINS, outer, 4);
  store<f32>(GAINS, offset, 8);
  store<f32>(GAINS, which == COS ? -inner * outer : inner * outer, 12);
  const gain = v128.load32_splat(GAINS), scale = v128.load32_splat(GAINS, 4);
  const shift = v128.load32_splat(GAINS, 8), rise = v128.load32_splat(GAINS, 12);
  for (; g < end; g += 32, h += 32) {
    const u = f32x4.mul(v128.load(g), gain), v = f32x4.mul(v128.load(g, 16), gain);
    const uCore = coreOf(which, u), vCore = coreOf(which, v);
    const y = valueOf(which, u, uCore), z = valueOf(which, v, vCore);
    const yd = slopeOf(which, u, uCore, y), zd = slopeOf(which, v, vCore, z);
    v128.store(h, madd(y, scale, shift));
    v128.store(h, madd(z, scale, shift), 16);
    v128.store(g, f32x4.mul(yd, rise));
    v128.store(g, f32x4.mul(zd, rise), 16);
  }
}

/** What a function's value and slope are both made of: roots and quotients above all, which take longest. */
// @ts-ignore: decorator
@inline
function coreOf(which: i32, u: v128): v128 {
  if (which == SIN || which == COS) return rounded(u);
  if (which == EXP) return pow4(u);
  if (which == SIGMOID || which == TANH) return share4(pow4(u));
  if (which == SQRT) return f32x4.sqrt(filled(u));
  if (which == INVERSE) return f32x4.div(splat(1), filled(u));
  if (which == ASIN) {
    const edge = inside(u);
    return f32x4.div(splat(1), f32x4.sqrt(f32x4.sub(splat(1), f32x4.mul(edge, edge))));
  }
  return filled(u);
}

// @ts-ignore: decorator
@inline
function valueOf(which: i32, u: v128, core: v128): v128 {
  if (which == SIN) return sine(u, core);
  if (which == COS) return cosine(u, core);
  if (which == EXP || which == SIGMOID) return core;
  if (which == TANH) return madd(core, splat(2), splat(-1));
  if (which == LOG) return f32x4.mul(splat(0.5), log4(core));
  if (which == SQRT) return f32x4.sqrt(core);
  if (which == INVERSE) return f32x4.mul(u, core);
  return madd(f32x4.sub(u, inside(u)), core, asin4(inside(u)));
}

/** The derivative of value y. */
// @ts-ignore: decorator
@inline
function slopeOf(which: i32, u: v128, core: v128, y: v128): v128 {
  if (which == SIN) return cosine(u, core);
  if (which == COS) return sine(u, core);
  if (which == EXP) return y;
  if (which == SIGMOID) return f32x4.sub(y, f32x4.mul(y, y));
  if (which == TANH) return f32x4.sub(splat(1), f32x4.mul(y, y));
  if (which == LOG) return f32x4.div(u, core);
  if (which == SQRT) return f32x4.div(f32x4.mul(splat(0.5), u), f32x4.mul(core, y));
  if (which == INVERSE) return inverseSlope(u, core);
  return core;
}

/** u within the range on which an arcsine is one; it goes on straight beyond. */
// @ts-ignore: decorator
@inline
function inside(u: v128): v128 {
  return clamp(u, 1 - SMOOTHING);
}

/** sin πu; after an odd number of half turns it has the other sign, as has the cosine. */
// @ts-ignore: decorator
@inline
function sine(u: v128, shifted: v128): v128 {
  const r = rest(u, shifted);
  return v128.xor(sineNear0(r, f32x4.mul(r, r)), i32x4.shl(shifted, 31));
}

// @ts-ignore: decorator
@inline
function cosine(u: v128, shifted: v128): v128 {
  const r = rest(u, shifted);
  return v128.xor(cosineNear0(f32x4.mul(r, r)), i32x4.shl(shifted, 31));
}
