/** Screening: products of many float32 columns with a few. The largest single cost of a search. */

const STEP: usize = 16;

// @ts-expect-error: decorator
@inline
function lanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/**
 * out[k·m + j] = ⟨a_k, b_j⟩ for `count` columns a and `m` columns b of n float32 numbers, one after another. n is a
 * multiple of 4 (columns are padded with zeros).
 */
export function products(a: usize, count: i32, b: usize, m: i32, n: i32, out: usize): void {
  block(a, count, b, m, n, out, <usize>m << 2);
}

/** The same for m columns a and b where only j ≥ k is wanted: the rest of `out` (m × m) may or may not be written. */
export function upperProducts(a: usize, b: usize, m: i32, n: i32, out: usize): void {
  for (let k = 0; k < m; k += 4) {
    const count = min<i32>(4, m - k);
    const skip = <usize>(k * n) << 2;
    block(a + skip, count, b + skip, m - k, n, out + (<usize>(k * m + k) << 2), <usize>m << 2);
  }
}

/** `row` is the number of bytes from one row of `out` to the next. */
function block(a: usize, count: i32, b: usize, m: i32, n: i32, out: usize, row: usize): void {
  const bytes = <usize>n << 2;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const a0 = a + <usize>k * bytes;
    const a1 = a0 + bytes;
    const a2 = a1 + bytes;
    const a3 = a2 + bytes;
    let o = out + <usize>k * row;
    let j = 0;
    for (; j + 2 <= m; j += 2, o += 8) {
      const f = b + <usize>j * bytes;
      const g = f + bytes;
      let f0 = f32x4.splat(0);
      let f1 = f32x4.splat(0);
      let f2 = f32x4.splat(0);
      let f3 = f32x4.splat(0);
      let g0 = f32x4.splat(0);
      let g1 = f32x4.splat(0);
      let g2 = f32x4.splat(0);
      let g3 = f32x4.splat(0);
      for (let i: usize = 0; i < bytes; i += STEP) {
        const u = v128.load(f + i);
        const v = v128.load(g + i);
        const w0 = v128.load(a0 + i);
        const w1 = v128.load(a1 + i);
        const w2 = v128.load(a2 + i);
        const w3 = v128.load(a3 + i);
        f0 = f32x4.add(f0, f32x4.mul(w0, u));
        g0 = f32x4.add(g0, f32x4.mul(w0, v));
        f1 = f32x4.add(f1, f32x4.mul(w1, u));
        g1 = f32x4.add(g1, f32x4.mul(w1, v));
        f2 = f32x4.add(f2, f32x4.mul(w2, u));
        g2 = f32x4.add(g2, f32x4.mul(w2, v));
        f3 = f32x4.add(f3, f32x4.mul(w3, u));
        g3 = f32x4.add(g3, f32x4.mul(w3, v));
      }
      store<f32>(o, lanes(f0));
      store<f32>(o + 4, lanes(g0));
      store<f32>(o + row, lanes(f1));
      store<f32>(o + row + 4, lanes(g1));
      store<f32>(o + 2 * row, lanes(f2));
      store<f32>(o + 2 * row + 4, lanes(g2));
      store<f32>(o + 3 * row, lanes(f3));
      store<f32>(o + 3 * row + 4, lanes(g3));
    }
    for (; j < m; j++, o += 4) {
      const f = b + <usize>j * bytes;
      store<f32>(o, dotF32(a0, f, bytes));
      store<f32>(o + row, dotF32(a1, f, bytes));
      store<f32>(o + 2 * row, dotF32(a2, f, bytes));
      store<f32>(o + 3 * row, dotF32(a3, f, bytes));
    }
  }
  for (; k < count; k++) {
    const a0 = a + <usize>k * bytes;
    let o = out + <usize>k * row;
    for (let j = 0; j < m; j++, o += 4) store<f32>(o, dotF32(a0, b + <usize>j * bytes, bytes));
  }
}

export function dotF32(a: usize, b: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 2 * STEP <= bytes; i += 2 * STEP) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + i), v128.load(b + i)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + i, STEP), v128.load(b + i, STEP)));
  }
  if (i < bytes) s0 = f32x4.add(s0, f32x4.mul(v128.load(a + i), v128.load(b + i)));
  return lanes(f32x4.add(s0, s1));
}

/** out[j] = Σ_i weight[i]·b_j[i]², the squared norms of the weighted columns. */
export function norms(weight: usize, b: usize, m: i32, n: i32, out: usize): void {
  const bytes = <usize>n << 2;
  for (let j = 0; j < m; j++) {
    let s0 = f32x4.splat(0);
    const f = b + <usize>j * bytes;
    for (let i: usize = 0; i < bytes; i += STEP) {
      const v = v128.load(f + i);
      s0 = f32x4.add(s0, f32x4.mul(v128.load(weight + i), f32x4.mul(v, v)));
    }
    store<f32>(out + (<usize>j << 2), lanes(s0));
  }
}

/** out = a·b row by row, float32; n a multiple of 4. */
export function multiplyF32(a: usize, b: usize, out: usize, n: i32): void {
  const bytes = <usize>n << 2;
  for (let i: usize = 0; i < bytes; i += STEP) v128.store(out + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
}

/** left -= part², float32, any length. */
export function subtractSquares(left: usize, part: usize, m: i32): void {
  for (let j = 0; j < m; j++) {
    const p = load<f32>(part + (<usize>j << 2));
    store<f32>(left + (<usize>j << 2), load<f32>(left + (<usize>j << 2)) - p * p);
  }
}

/**
 * gain[j] = product[j]² / left[j], where at least the fraction `least` of norm[j] is left; 0 elsewhere. May overwrite left.
 */
export function gains(product: usize, left: usize, norm: usize, m: i32, least: f32, gain: usize): void {
  for (let j = 0; j < m; j++) {
    const at = <usize>j << 2;
    const p = load<f32>(product + at);
    const l = load<f32>(left + at);
    store<f32>(gain + at, l > least * load<f32>(norm + at) ? (p * p) / l : 0);
  }
}
