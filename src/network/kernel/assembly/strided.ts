/**
 * Convolutions that go on by as many rows as they are wide: each place of one is a matrix product of its own, and what it gives
 * lies where the next one looks for it. A dense layer is one of a single place. Lanes of a chunk are series, so that nothing is
 * ever rearranged on the way.
 */
import { bytesOf } from "./net";
import { combineAbove, combineShort, combineWhere, outerShort, SHORT, sumRows, total, transpose } from "./product";
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
  for (let i = 0; i < count; i += 4, from += 16, to += 4 * SHORT) {
    for (let lane = 0; lane < lanes; lane += 4) {
      const a = v128.load(seriesAt(from, stride, which, min(lane, n - 1)));
      const b = v128.load(seriesAt(from, stride, which, min(lane + 1, n - 1)));
      const c = v128.load(seriesAt(from, stride, which, min(lane + 2, n - 1)));
      const d = v128.load(seriesAt(from, stride, which, min(lane + 3, n - 1)));
      const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const AB = i32x4.shuffle(a, b, 2, 6, 3, 7), CD = i32x4.shuffle(c, d, 2, 6, 3, 7);
      const at = to + (<usize>lane << 2);
      v128.store(at, i32x4.shuffle(ab, cd, 0, 1, 4, 5));
      if (i + 1 < count) v128.store(at, i32x4.shuffle(ab, cd, 2, 3, 6, 7), SHORT);
      if (i + 2 < count) v128.store(at, i32x4.shuffle(AB, CD, 0, 1, 4, 5), 2 * SHORT);
      if (i + 3 < count) v128.store(at, i32x4.shuffle(AB, CD, 2, 3, 6, 7), 3 * SHORT);
    }
  }
}

// @ts-ignore: decorator
@inline
function seriesAt(from: usize, stride: usize, which: usize, k: i32): usize {
  return from + stride * <usize>load<i32>(which + (<usize>k << 2));
}

/**
 * From what the first stage sees to what the last gives; all but the last cut off below 0.
 * @param room as much as the weights take
 */
export function encode(first: usize, stages: i32, weights: usize, n: i32, room: usize): void {
  for (let k = 0; k < stages; k++) {
    const stage = stageOf(first, k);
    const start = room + stage.offset, biases = biasesOf(stage, weights);
    for (let j: usize = 0; j < <usize>stage.columns; j++) v128.store(start + (j << 4), v128.load32_splat(biases + (j << 2)));
  }
  ahead(first, stages - 1, 0, true, weights, bytesOf(n), room);
}

/** A stage's place, after those of the stage before that it sees: what they give is still in the first-level cache. */
function ahead(first: usize, k: i32, place: i32, last: bool, weights: usize, bytes: usize, room: usize): void {
  const stage = stageOf(first, k);
  const rows = stage.rows, columns = stage.columns;
  if (k > 0) {
    const seen = stageOf(first, k - 1).places / stage.places;
    for (let q = 0; q < seen; q++) ahead(first, k - 1, place * seen + q, false, weights, bytes, room);
  }
  const w = weights + stage.offset, start = room + stage.offset;
  const x = stage.seen + <usize>(place * rows) * SHORT;
  const out = stageOf(first, k + 1).seen + <usize>(place * columns) * SHORT;
  if (last) combineShort(w, rows, columns, x, out, bytes, start);
  else combineAbove(w, rows, columns, x, out, bytes, start);
}

/**
 * Adds to `gradient` what the derivatives by the last stage's results, left in `back` behind it, say of the weights.
 * @param room as much as the weights take
 */
export function encodeBack(first: usize, stages: i32, weights: usize, n: i32, gradient: usize, room: usize): void {
  for (let k = 1; k < stages; k++) {
    const stage = stageOf(first, k);
    transpose(weights + stage.offset, stage.rows, stage.columns, room + stage.offset);
  }
  behind(first, stages - 1, 0, stageOf(first, stages).back, gradient, bytesOf(n), room);
}

/** Back from the derivatives `d` by what a stage's place gives, and from there at once to the places that it sees. */
function behind(first: usize, k: i32, place: i32, d: usize, gradient: usize, bytes: usize, room: usize): void {
  const stage = stageOf(first, k);
  const rows = stage.rows, columns = stage.columns;
  const x = stage.seen + <usize>(place * rows) * SHORT;
  outerShort(x, rows, d, columns, gradient + stage.offset, bytes);
  sumRows(SHORT, 1, d, columns, bytes, stage.back); // where nothing stands yet
  const bias = biasesOf(stage, gradient);
  for (let j: usize = 0; j < <usize>columns; j++) {
    const to = bias + (j << 2);
    store<f32>(to, load<f32>(to) + total(v128.load(stage.back + (j << 4))));
  }
  if (k == 0) return;
  // What was cut off below 0 goes no further. (The sizes were not cut off, but nothing is asked of them.)
  combineWhere(room + stage.offset, columns, rows, d, stage.back, bytes, x);
  const before = stageOf(first, k - 1);
  const seen = before.places / stage.places;
  for (let q = 0; q < seen; q++) {
    behind(first, k - 1, place * seen + q, stage.back + <usize>(q * before.columns) * SHORT, gradient, bytes, room);
  }
}

/** A stage's biases, behind its matrix. */
// @ts-ignore: decorator
@inline
function biasesOf(stage: Stage, weights: usize): usize {
  return weights + stage.offset + (<usize>(stage.rows * stage.columns) << 2);
}
