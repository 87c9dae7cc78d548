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

/** `which` is a constant wherever this is called: inlining leaves one function's loop. */
// @ts-ignore: decorator
@inline
function curve(which: i32, inner: f32, outer: f32, offset: f32, g: usize, h: usize, end: usize): void {
  const slope = splat(<f32>(<f64>inner * unitOf(which)));
  const scale = splat(outer), shift = splat(offset), rise = splat(which == COS ? -inner * outer : inner * outer);
  for (; g < end; g += 16, h += 16) {
    const u = f32x4.mul(v128.load(g), slope);
    let y: v128, d: v128;
    if (which == SIN || which == COS) {
      const shifted = rounded(u);
      const r = rest(u, shifted);
      const z = f32x4.mul(r, r);
      // After an odd number of half turns both have the other sign.
      const sign = i32x4.shl(shifted, 31);
      const sine = v128.xor(sineNear0(r, z), sign), cosine = v128.xor(cosineNear0(z), sign);
      y = which == SIN ? sine : cosine;
      d = which == SIN ? cosine : sine;
    } else if (which == EXP) {
      y = pow4(u);
      d = y;
    } else if (which == SIGMOID) {
      y = share4(pow4(u));
      d = f32x4.sub(y, f32x4.mul(y, y));
    } else if (which == TANH) {
      y = madd(share4(pow4(u)), splat(2), splat(-1));
      d = f32x4.sub(splat(1), f32x4.mul(y, y));
    } else if (which == LOG) {
      const square = filled(u);
      y = f32x4.mul(splat(0.5), log4(square));
      d = f32x4.div(u, square);
    } else if (which == SQRT) {
      const root = f32x4.sqrt(filled(u));
      y = f32x4.sqrt(root);
      d = f32x4.div(f32x4.mul(splat(0.5), u), f32x4.mul(root, y));
    } else if (which == INVERSE) {
      const left = f32x4.div(splat(1), filled(u));
      y = f32x4.mul(u, left);
      d = inverseSlope(u, left);
    } else {
      const edge = clamp(u, 1 - SMOOTHING);
      d = f32x4.div(splat(1), f32x4.sqrt(f32x4.sub(splat(1), f32x4.mul(edge, edge))));
      y = madd(f32x4.sub(u, edge), d, asin4(edge));
    }
    v128.store(h, madd(y, scale, shift));
    v128.store(g, f32x4.mul(d, rise));
  }
}
