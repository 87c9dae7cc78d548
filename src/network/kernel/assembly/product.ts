/**
 * Matrix products, a tile of the result in registers. Rows of a chunk are `stride` bytes apart and `bytes` long (a multiple
 * of 32: two vectors of points).
 */
import { madd } from "./math";

/** Columns of a tile, where the weights are constant over the points. */
const WIDTH: i32 = 6;

/**
 * out[j] = Σᵢ w[i][j]·x[i] for all points of the chunk: `rows` rows of x, the first `count` of w's `columns` columns.
 */
export function combine(w: usize, rows: i32, columns: i32, count: i32, x: usize, out: usize, stride: usize, bytes: usize): void {
  let j = 0;
  for (; j + WIDTH <= count; j += WIDTH) combineTile(6, w + (<usize>j << 2), rows, columns, x, out + <usize>j * stride, stride, bytes);
  w += <usize>j << 2;
  out += <usize>j * stride;
  switch (count - j) {
    case 1: combineTile(1, w, rows, columns, x, out, stride, bytes); break;
    case 2: combineTile(2, w, rows, columns, x, out, stride, bytes); break;
    case 3: combineTile(3, w, rows, columns, x, out, stride, bytes); break;
    case 4: combineTile(4, w, rows, columns, x, out, stride, bytes); break;
    case 5: combineTile(5, w, rows, columns, x, out, stride, bytes); break;
  }
}

/** `C` is a constant wherever this is called: inlining leaves that tile alone. */
// @ts-ignore: decorator
@inline
function combineTile(C: i32, w: usize, rows: i32, columns: i32, x: usize, out: usize, stride: usize, bytes: usize): void {
  const step = <usize>columns << 2;
  const end = w + <usize>rows * step;
  for (let at: usize = 0; at < bytes; at += 32) {
    let a0 = f32x4.splat(0), b0 = f32x4.splat(0), a1 = f32x4.splat(0), b1 = f32x4.splat(0);
    let a2 = f32x4.splat(0), b2 = f32x4.splat(0), a3 = f32x4.splat(0), b3 = f32x4.splat(0);
    let a4 = f32x4.splat(0), b4 = f32x4.splat(0), a5 = f32x4.splat(0), b5 = f32x4.splat(0);
    let from = x + at;
    for (let v = w; v < end; v += step, from += stride) {
      const p = v128.load(from);
      const q = v128.load(from, 16);
      const w0 = v128.load32_splat(v);
      a0 = madd(w0, p, a0);
      b0 = madd(w0, q, b0);
      if (C > 1) { const w1 = v128.load32_splat(v, 4); a1 = madd(w1, p, a1); b1 = madd(w1, q, b1); }
      if (C > 2) { const w2 = v128.load32_splat(v, 8); a2 = madd(w2, p, a2); b2 = madd(w2, q, b2); }
      if (C > 3) { const w3 = v128.load32_splat(v, 12); a3 = madd(w3, p, a3); b3 = madd(w3, q, b3); }
      if (C > 4) { const w4 = v128.load32_splat(v, 16); a4 = madd(w4, p, a4); b4 = madd(w4, q, b4); }
      if (C > 5) { const w5 = v128.load32_splat(v, 20); a5 = madd(w5, p, a5); b5 = madd(w5, q, b5); }
    }
    let to = out + at;
    v128.store(to, a0); v128.store(to, b0, 16);
    if (C > 1) { to += stride; v128.store(to, a1); v128.store(to, b1, 16); }
    if (C > 2) { to += stride; v128.store(to, a2); v128.store(to, b2, 16); }
    if (C > 3) { to += stride; v128.store(to, a3); v128.store(to, b3, 16); }
    if (C > 4) { to += stride; v128.store(to, a4); v128.store(to, b4, 16); }
    if (C > 5) { to += stride; v128.store(to, a5); v128.store(to, b5, 16); }
  }
}

/** g[i][j] += Σ over the points of the chunk of x[i]·d[j]: the gradient by the weights. */
export function outer(x: usize, rows: i32, d: usize, columns: i32, g: usize, stride: usize, bytes: usize): void {
  let i = 0;
  for (; i + 3 <= rows; i += 3) outerRows(3, x + <usize>i * stride, d, columns, g + (<usize>(i * columns) << 2), stride, bytes);
  x += <usize>i * stride;
  g += <usize>(i * columns) << 2;
  if (rows - i == 2) outerRows(2, x, d, columns, g, stride, bytes);
  else if (rows - i == 1) outerRows(1, x, d, columns, g, stride, bytes);
}

// @ts-ignore: decorator
@inline
function outerRows(R: i32, x: usize, d: usize, columns: i32, g: usize, stride: usize, bytes: usize): void {
  let j = 0;
  for (; j + 3 <= columns; j += 3) outerTile(R, 3, x, d + <usize>j * stride, g + (<usize>j << 2), columns, stride, bytes);
  d += <usize>j * stride;
  g += <usize>j << 2;
  if (columns - j == 2) outerTile(R, 2, x, d, g, columns, stride, bytes);
  else if (columns - j == 1) outerTile(R, 1, x, d, g, columns, stride, bytes);
}

// @ts-ignore: decorator
@inline
function outerTile(R: i32, C: i32, x: usize, d: usize, g: usize, columns: i32, stride: usize, bytes: usize): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s02 = f32x4.splat(0);
  let s10 = f32x4.splat(0), s11 = f32x4.splat(0), s12 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s22 = f32x4.splat(0);
  const x1 = x + stride, x2 = x1 + stride, d1 = d + stride, d2 = d1 + stride;
  for (let at: usize = 0; at < bytes; at += 16) {
    const p0 = v128.load(d + at);
    const p1 = C > 1 ? v128.load(d1 + at) : p0;
    const p2 = C > 2 ? v128.load(d2 + at) : p0;
    const q0 = v128.load(x + at);
    s00 = madd(q0, p0, s00);
    if (C > 1) s01 = madd(q0, p1, s01);
    if (C > 2) s02 = madd(q0, p2, s02);
    if (R > 1) {
      const q1 = v128.load(x1 + at);
      s10 = madd(q1, p0, s10);
      if (C > 1) s11 = madd(q1, p1, s11);
      if (C > 2) s12 = madd(q1, p2, s12);
    }
    if (R > 2) {
      const q2 = v128.load(x2 + at);
      s20 = madd(q2, p0, s20);
      if (C > 1) s21 = madd(q2, p1, s21);
      if (C > 2) s22 = madd(q2, p2, s22);
    }
  }
  const step = <usize>columns << 2;
  accumulate(g, s00);
  if (C > 1) accumulate(g + 4, s01);
  if (C > 2) accumulate(g + 8, s02);
  if (R > 1) {
    g += step;
    accumulate(g, s10);
    if (C > 1) accumulate(g + 4, s11);
    if (C > 2) accumulate(g + 8, s12);
  }
  if (R > 2) {
    g += step;
    accumulate(g, s20);
    if (C > 1) accumulate(g + 4, s21);
    if (C > 2) accumulate(g + 8, s22);
  }
}

// @ts-ignore: decorator
@inline
function accumulate(g: usize, s: v128): void {
  store<f32>(g, load<f32>(g) + total(s));
}

/** The sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function total(s: v128): f32 {
  const pairs = f32x4.add(s, i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** out[j][i] = w[i][j] */
export function transpose(w: usize, rows: i32, columns: i32, out: usize): void {
  const step = <usize>rows << 2;
  for (let i = 0; i < rows; i++, out += 4) {
    let to = out;
    for (let j = 0; j < columns; j++, w += 4, to += step) store<f32>(to, load<f32>(w));
  }
}
