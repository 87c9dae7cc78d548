/**
 * Matrix products, a tile of the result in registers. A row of a chunk is ROW bytes long, so that rows next to each other are a
 * constant apart; of each row the first `bytes` are used, a multiple of 32: two vectors of points.
 */
import { madd } from "./math";

/** Points of a chunk, and bytes of its rows. */
export const CHUNK: i32 = 128;
export const ROW: usize = 512;

/** Bytes of a row of the encoder, which goes through 64 series at a time: rows one behind the other, without a gap. */
export const SHORT: usize = 256;

/** Columns of a tile of `combine`: with two vectors of points each, as many as there are registers for. */
const WIDTH: i32 = 4;

/** What becomes of a sum: it is put down; what is there is multiplied by it; it begins elsewhere than at 0, and ends above 0. */
const PUT: i32 = 0, INTO: i32 = 1, FROM: i32 = 2, ABOVE: i32 = 3, WHERE: i32 = 4;

/** out[j] = Σᵢ w[i][j]·x[i] for all points of the chunk: `rows` rows of x, the first `count` of w's `columns` columns. */
export function combine(w: usize, rows: i32, columns: i32, count: i32, x: usize, out: usize, bytes: usize): void {
  combineTiles(PUT, ROW, w, rows, columns, count, x, out, bytes, 0);
}

/** out[j] *= Σᵢ w[i][j]·x[i] */
export function combineInto(w: usize, rows: i32, columns: i32, count: i32, x: usize, out: usize, bytes: usize): void {
  combineTiles(INTO, ROW, w, rows, columns, count, x, out, bytes, 0);
}

/** out[j] = start[j] + Σᵢ w[i][j]·x[i]; a start is a vector. */
export function combineFrom(w: usize, rows: i32, columns: i32, x: usize, out: usize, bytes: usize, start: usize): void {
  combineTiles(FROM, ROW, w, rows, columns, columns, x, out, bytes, start);
}

/** The same in short rows. */
export function combineShort(w: usize, rows: i32, columns: i32, x: usize, out: usize, bytes: usize, start: usize): void {
  combineTiles(FROM, SHORT, w, rows, columns, columns, x, out, bytes, start);
}

/** The same in short rows, and 0 where that is less. */
export function combineAbove(w: usize, rows: i32, columns: i32, x: usize, out: usize, bytes: usize, start: usize): void {
  combineTiles(ABOVE, SHORT, w, rows, columns, columns, x, out, bytes, start);
}

/** out[j] = Σᵢ w[i][j]·x[i] where seen[j] is above 0, and 0 elsewhere, in short rows. */
export function combineWhere(w: usize, rows: i32, columns: i32, x: usize, out: usize, bytes: usize, seen: usize): void {
  combineTiles(WHERE, SHORT, w, rows, columns, columns, x, out, bytes, seen);
}

// @ts-ignore: decorator
@inline
function combineTiles(HOW: i32, APART: usize, w: usize, rows: i32, columns: i32, count: i32, x: usize, out: usize, bytes: usize, by: usize): void {
  const apart: usize = HOW == WHERE ? APART : 16;
  for (; count >= WIDTH; count -= WIDTH, w += 16, out += 4 * APART, by += 4 * apart) combineTile(HOW, 4, APART, w, rows, columns, x, out, bytes, by);
  if (count == 1) combineTile(HOW, 1, APART, w, rows, columns, x, out, bytes, by);
  else if (count == 2) combineTile(HOW, 2, APART, w, rows, columns, x, out, bytes, by);
  else if (count == 3) combineTile(HOW, 3, APART, w, rows, columns, x, out, bytes, by);
}

/** `HOW`, `C` and `APART` are constants wherever this is called: inlining leaves that tile alone. */
// @ts-ignore: decorator
@inline
function combineTile(HOW: i32, C: i32, APART: usize, w: usize, rows: i32, columns: i32, x: usize, out: usize, bytes: usize, by: usize): void {
  const step = <usize>columns << 2;
  const end = w + <usize>rows * step;
  for (const last = x + bytes; x < last; x += 32, out += 32) {
    const from0 = HOW == FROM || HOW == ABOVE;
    let a0 = from0 ? v128.load(by) : f32x4.splat(0), b0 = a0;
    let a1 = from0 && C > 1 ? v128.load(by, 16) : f32x4.splat(0), b1 = a1;
    let a2 = from0 && C > 2 ? v128.load(by, 32) : f32x4.splat(0), b2 = a2;
    let a3 = from0 && C > 3 ? v128.load(by, 48) : f32x4.splat(0), b3 = a3;
    let from = x;
    for (let v = w; v < end; v += step, from += APART) {
      const p = v128.load(from);
      const q = v128.load(from, 16);
      const w0 = v128.load32_splat(v);
      a0 = madd(w0, p, a0);
      b0 = madd(w0, q, b0);
      if (C > 1) { const w1 = v128.load32_splat(v, 4); a1 = madd(w1, p, a1); b1 = madd(w1, q, b1); }
      if (C > 2) { const w2 = v128.load32_splat(v, 8); a2 = madd(w2, p, a2); b2 = madd(w2, q, b2); }
      if (C > 3) { const w3 = v128.load32_splat(v, 12); a3 = madd(w3, p, a3); b3 = madd(w3, q, b3); }
    }
    put(HOW, out, a0, b0, by);
    if (C > 1) put(HOW, out + APART, a1, b1, by + APART);
    if (C > 2) put(HOW, out + 2 * APART, a2, b2, by + 2 * APART);
    if (C > 3) put(HOW, out + 3 * APART, a3, b3, by + 3 * APART);
    if (HOW == WHERE) by += 32;
  }
}

// @ts-ignore: decorator
@inline
function put(HOW: i32, out: usize, a: v128, b: v128, by: usize): void {
  if (HOW == INTO) {
    a = f32x4.mul(a, v128.load(out));
    b = f32x4.mul(b, v128.load(out, 16));
  } else if (HOW == ABOVE) {
    a = f32x4.pmax(f32x4.splat(0), a);
    b = f32x4.pmax(f32x4.splat(0), b);
  } else if (HOW == WHERE) {
    a = v128.and(a, f32x4.gt(v128.load(by), f32x4.splat(0)));
    b = v128.and(b, f32x4.gt(v128.load(by, 16), f32x4.splat(0)));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
}

/** g[i][j] += Σ over the points of the chunk of x[i]·d[j]: the gradient by the weights. */
export function outer(x: usize, rows: i32, d: usize, columns: i32, g: usize, bytes: usize): void {
  outerTiles(ROW, x, rows, d, columns, g, bytes);
}

/** The same in short rows. */
export function outerShort(x: usize, rows: i32, d: usize, columns: i32, g: usize, bytes: usize): void {
  outerTiles(SHORT, x, rows, d, columns, g, bytes);
}

// @ts-ignore: decorator
@inline
function outerTiles(APART: usize, x: usize, rows: i32, d: usize, columns: i32, g: usize, bytes: usize): void {
  let i = rows;
  for (; i >= 2; i -= 2, x += 2 * APART, g += <usize>(2 * columns) << 2) outerRows(2, APART, x, d, columns, g, bytes);
  if (i == 1) outerRows(1, APART, x, d, columns, g, bytes);
}

// @ts-ignore: decorator
@inline
function outerRows(R: i32, APART: usize, x: usize, d: usize, columns: i32, g: usize, bytes: usize): void {
  let j = columns;
  for (; j >= 4; j -= 4, d += 4 * APART, g += 16) outerTile(R, 4, APART, x, d, g, columns, bytes);
  if (j == 3) outerTile(R, 3, APART, x, d, g, columns, bytes);
  else if (j == 2) outerTile(R, 2, APART, x, d, g, columns, bytes);
  else if (j == 1) outerTile(R, 1, APART, x, d, g, columns, bytes);
}

// @ts-ignore: decorator
@inline
function outerTile(R: i32, C: i32, APART: usize, x: usize, d: usize, g: usize, columns: i32, bytes: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (const last = x + bytes; x < last; x += 16, d += 16) {
    const p = v128.load(x);
    const q = R > 1 ? v128.load(x + APART) : p;
    const d0 = v128.load(d);
    a0 = madd(d0, p, a0);
    if (R > 1) b0 = madd(d0, q, b0);
    if (C > 1) { const d1 = v128.load(d + APART); a1 = madd(d1, p, a1); if (R > 1) b1 = madd(d1, q, b1); }
    if (C > 2) { const d2 = v128.load(d + 2 * APART); a2 = madd(d2, p, a2); if (R > 1) b2 = madd(d2, q, b2); }
    if (C > 3) { const d3 = v128.load(d + 3 * APART); a3 = madd(d3, p, a3); if (R > 1) b3 = madd(d3, q, b3); }
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

/** to[j] = Σ of the vectors of x[j], `vectors` of them (1 or 2, a constant) side by side. */
// @ts-ignore: decorator
@inline
export function sumRows(APART: usize, vectors: usize, x: usize, count: i32, bytes: usize, to: usize): void {
  for (; count >= 4; count -= 4, x += 4 * APART, to += 64) sumTile(4, APART, vectors, x, bytes, to);
  for (; count > 0; count--, x += APART, to += 16) sumTile(1, APART, vectors, x, bytes, to);
}

// @ts-ignore: decorator
@inline
function sumTile(R: i32, APART: usize, vectors: usize, x: usize, bytes: usize, to: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (const last = x + bytes; x < last; x += vectors << 4) {
    a0 = f32x4.add(a0, v128.load(x));
    if (R > 1) {
      a1 = f32x4.add(a1, v128.load(x + APART));
      a2 = f32x4.add(a2, v128.load(x + 2 * APART));
      a3 = f32x4.add(a3, v128.load(x + 3 * APART));
    }
    if (vectors > 1) b0 = f32x4.add(b0, v128.load(x, 16));
    if (vectors > 1 && R > 1) {
      b1 = f32x4.add(b1, v128.load(x + APART, 16));
      b2 = f32x4.add(b2, v128.load(x + 2 * APART, 16));
      b3 = f32x4.add(b3, v128.load(x + 3 * APART, 16));
    }
  }
  v128.store(to, f32x4.add(a0, b0));
  if (R > 1) {
    v128.store(to, f32x4.add(a1, b1), 16);
    v128.store(to, f32x4.add(a2, b2), 32);
    v128.store(to, f32x4.add(a3, b3), 48);
  }
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
