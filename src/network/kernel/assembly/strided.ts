/**
 * Convolutions that go on by as many rows as they are wide: each place of one is a matrix product of its own, and what it gives
 * lies where the next one looks for it. A dense layer is one of a single place. Lanes of a chunk are series, so that nothing is
 * ever rearranged on the way.
 */
import { splat } from "./math";
import { bytesOf } from "./net";
import { combine, outer, ROW, total, transpose } from "./product";
import { Stage } from "./records";

// @ts-ignore: decorator
@inline
function stageOf(first: usize, k: i32): Stage {
  return changetype<Stage>(first + <usize>k * offsetof<Stage>());
}

/**
 * Numbers first, first + 1, … of each series become rows of a chunk. The last series stands in for those that are missing to a
 * whole pair of vectors.
 * @param from series of `stride` bytes each
 * @param which places of the `n` series, 4 bytes each
 */
export function gather(from: usize, stride: usize, which: usize, n: i32, count: i32, to: usize): void {
  const lanes = <i32>(bytesOf(n) >> 2);
  for (let i = 0; i < count; i += 4, from += 16, to += 4 * ROW) {
    for (let lane = 0; lane < lanes; lane += 4) {
      const a = v128.load(seriesAt(from, stride, which, min(lane, n - 1)));
      const b = v128.load(seriesAt(from, stride, which, min(lane + 1, n - 1)));
      const c = v128.load(seriesAt(from, stride, which, min(lane + 2, n - 1)));
      const d = v128.load(seriesAt(from, stride, which, min(lane + 3, n - 1)));
      const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const AB = i32x4.shuffle(a, b, 2, 6, 3, 7), CD = i32x4.shuffle(c, d, 2, 6, 3, 7);
      const at = to + (<usize>lane << 2);
      v128.store(at, i32x4.shuffle(ab, cd, 0, 1, 4, 5));
      if (i + 1 < count) v128.store(at, i32x4.shuffle(ab, cd, 2, 3, 6, 7), ROW);
      if (i + 2 < count) v128.store(at, i32x4.shuffle(AB, CD, 0, 1, 4, 5), 2 * ROW);
      if (i + 3 < count) v128.store(at, i32x4.shuffle(AB, CD, 2, 3, 6, 7), 3 * ROW);
    }
  }
}

// @ts-ignore: decorator
@inline
function seriesAt(from: usize, stride: usize, which: usize, k: i32): usize {
  return from + stride * <usize>load<i32>(which + (<usize>k << 2));
}

/** From what the first stage sees to what the last gives; all but the last cut off below 0. */
export function encode(first: usize, stages: i32, weights: usize, n: i32): void {
  const bytes = bytesOf(n);
  for (let k = 0; k < stages; k++) {
    const stage = stageOf(first, k);
    const rows = stage.rows, columns = stage.columns;
    const matrix = weights + stage.offset;
    const biases = matrix + (<usize>(rows * columns) << 2);
    const floor = splat(k + 1 < stages ? 0 : -Infinity);
    let x = stage.seen, out = stageOf(first, k + 1).seen;
    for (let p = 0; p < stage.places; p++, x += <usize>rows * ROW) {
      combine(matrix, rows, columns, columns, x, out, bytes);
      for (let j = 0; j < columns; j++, out += ROW) {
        const bias = v128.load32_splat(biases + (<usize>j << 2));
        for (let at: usize = 0; at < bytes; at += 16) {
          v128.store(out + at, f32x4.pmax(floor, f32x4.add(v128.load(out + at), bias)));
        }
      }
    }
  }
}

/** Adds to `gradient` what the derivatives by the last stage's results, left in `back` behind it, say of the weights. */
export function encodeBack(first: usize, stages: i32, weights: usize, n: i32, gradient: usize, transposed: usize): void {
  const bytes = bytesOf(n);
  for (let k = stages - 1; k >= 0; k--) {
    const stage = stageOf(first, k), next = stageOf(first, k + 1);
    const rows = stage.rows, columns = stage.columns, places = stage.places;
    const byMatrix = gradient + stage.offset;
    const byBiases = byMatrix + (<usize>(rows * columns) << 2);
    if (k > 0) transpose(weights + stage.offset, rows, columns, transposed);
    let x = stage.seen, y = next.seen, d = next.back, back = stage.back;
    for (let p = 0; p < places; p++, x += <usize>rows * ROW, d += <usize>columns * ROW, back += <usize>rows * ROW) {
      for (let j = 0; j < columns; j++, y += ROW) {
        const own = d + <usize>j * ROW, by = byBiases + (<usize>j << 2);
        let sum = splat(0);
        for (let at: usize = 0; at < bytes; at += 16) {
          let v = v128.load(own + at);
          if (k + 1 < stages) {
            v = v128.and(v, f32x4.gt(v128.load(y + at), splat(0)));
            v128.store(own + at, v);
          }
          sum = f32x4.add(sum, v);
        }
        store<f32>(by, load<f32>(by) + total(sum));
      }
      outer(x, rows, d, columns, byMatrix, bytes);
      if (k > 0) combine(transposed, columns, rows, rows, d, back, bytes);
    }
  }
}
