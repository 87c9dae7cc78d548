/**
 * Matrix products, a tile of the result in registers. A row of a chunk is ROW bytes long, so that rows next to each other are a
 * constant apart; of each row the first `bytes` are used, a multiple of 32: two vectors of points.
 */
import { madd } from "./math";

/** Points of a chunk, and bytes of its rows. */
export const CHUNK: i32 = 128;
export const ROW: usize = 512;

/** Columns of a tile of `combine`: with two vectors of points each, as many as there are registers for. */
const WIDTH: i32 = 4;

/** out[j] = Σᵢ w[i][j]·x[i] for all points of the chunk: `rows` rows of x, the first `count` of w's `columns` columns. */
export function combine(w: usize, rows: i32, columns: i32, count: i32, x: usize, out: usize, bytes: usize): void {
  combineTiles(false, w, rows, columns, count, x, out, bytes);
}

/** out[j] *= Σᵢ w[i][j]·x[i] */
export function combineInto(w: usize, rows: i32, columns: i32, count: i32, x: usize, out: usize, bytes: usize): void {
  combineTiles(true, w, rows, columns, count, x, out, bytes);
}

// @ts-ignore: decorator
@inline
function combineTiles(INTO: bool, w: usize, rows: i32, columns: i32, count: i32, x: usize, out: usize, bytes: usize): void {
  for (; count >= WIDTH; count -= WIDTH, w += 16, out += 4 * ROW) combineTile(INTO, 4, w, rows, columns, x, out, bytes);
  if (count == 1) combineTile(INTO, 1, w, rows, columns, x, out, bytes);
  else if (count == 2) combineTile(INTO, 2, w, rows, columns, x, out, bytes);
  else if (count == 3) combineTile(INTO, 3, w, rows, columns, x, out, bytes);
}

/** `INTO` and `C` are constants wherever this is called: inlining leaves that tile alone. */
// @ts-ignore: decorator
@inline
function combineTile(INTO: bool, C: i32, w: usize, rows: i32, columns: i32, x: usize, out: usize, bytes: usize): void {
  const step = <usize>columns << 2;
  const end = w + <usize>rows * step;
  for (const last = x + bytes; x < last; x += 32, out += 32) {
    let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
    let from = x;
    for (let v = w; v < end; v += step, from += ROW) {
      const p = v128.load(from);
      const q = v128.load(from, 16);
      const w0 = v128.load32_splat(v);
      a0 = madd(w0, p, a0);
      b0 = madd(w0, q, b0);
      if (C > 1) { const w1 = v128.load32_splat(v, 4); a1 = madd(w1, p, a1); b1 = madd(w1, q, b1); }
      if (C > 2) { const w2 = v128.load32_splat(v, 8); a2 = madd(w2, p, a2); b2 = madd(w2, q, b2); }
      if (C > 3) { const w3 = v128.load32_splat(v, 12); a3 = madd(w3, p, a3); b3 = madd(w3, q, b3); }
    }
    put(INTO, out, a0, b0);
    if (C > 1) put(INTO, out + ROW, a1, b1);
    if (C > 2) put(INTO, out + 2 * ROW, a2, b2);
    if (C > 3) put(INTO, out + 3 * ROW, a3, b3);
  }
}

// @ts-ignore: decorator
@inline
function put(INTO: bool, out: usize, a: v128, b: v128): void {
  v128.store(out, INTO ? f32x4.mul(a, v128.load(out)) : a);
  v128.store(out, INTO ? f32x4.mul(b, v128.load(out, 16)) : b, 16);
}

/** g[i][j] += Σ over the points of the chunk of x[i]·d[j]: the gradient by the weights. */
export function outer(x: usize, rows: i32, d: usize, columns: i32, g: usize, bytes: usize): void {
  let i = rows;
  for (; i >= 2; i -= 2, x += 2 * ROW, g += <usize>(2 * columns) << 2) outerRows(2, x, d, columns, g, bytes);
  if (i == 1) outerRows(1, x, d, columns, g, bytes);
}

// @ts-ignore: decorator
@inline
function outerRows(R: i32, x: usize, d: usize, columns: i32, g: usize, bytes: usize): void {
  let j = columns;
  for (; j >= 4; j -= 4, d += 4 * ROW, g += 16) outerTile(R, 4, x, d, g, columns, bytes);
  if (j == 3) outerTile(R, 3, x, d, g, columns, bytes);
  else if (j == 2) outerTile(R, 2, x, d, g, columns, bytes);
  else if (j == 1) outerTile(R, 1, x, d, g, columns, bytes);
}

// @ts-ignore: decorator
@inline
function outerTile(R: i32, C: i32, x: usize, d: usize, g: usize, columns: i32, bytes: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (const last = x + bytes; x < last; x += 16, d += 16) {
    const p = v128.load(x);
    const q = R > 1 ? v128.load(x, ROW) : p;
    const d0 = v128.load(d);
    a0 = madd(d0, p, a0);
    if (R > 1) b0 = madd(d0, q, b0);
    if (C > 1) { const d1 = v128.load(d, ROW); a1 = madd(d1, p, a1); if (R > 1) b1 = madd(d1, q, b1); }
    if (C > 2) { const d2 = v128.load(d, 2 * ROW); a2 = madd(d2, p, a2); if (R > 1) b2 = madd(d2, q, b2); }
    if (C > 3) { const d3 = v128.load(d, 3 * ROW); a3 = madd(d3, p, a3); if (R > 1) b3 = madd(d3, q, b3); }
  }
  addSums(C, g, a0, a1, a2, a3);
  if (R > 1) addSums(C, g + (<usize>columns << 2), b0, b1, b2, b3);
}

/** Adds the sums of the lanes to up to four numbers next to each other. */
// @ts-ignore: decorator
@inline
function addSums(C: i32, g: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (C == 4) {
    // Four sums at once, by transposition.
    const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
    const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
    const sums = f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
    v128.store(g, f32x4.add(v128.load(g), sums));
    return;
  }
  store<f32>(g, load<f32>(g) + total(a));
  if (C > 1) store<f32>(g, load<f32>(g, 4) + total(b), 4);
  if (C > 2) store<f32>(g, load<f32>(g, 8) + total(c), 8);
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
