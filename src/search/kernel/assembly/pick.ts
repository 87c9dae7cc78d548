/** The choice of what screening is to offer: the best columns of each family, and the strongest products of two columns. */
import { dotF32 } from "./screen";

/**
 * The columns of largest gain, at most `take` in all and `perFamily` of one family, the best first; of equals the earlier one.
 * `gains` and `families` (i32) have m entries; the chosen indices go to `chosen` (i32). Returns how many there are.
 */
export function pick(gains: usize, families: usize, m: i32, least: f32, take: i32, perFamily: i32, chosen: usize): i32 {
  let count = 0;
  for (let j = 0; j < m; j++) {
    const gain = at(gains, j);
    if (!(gain > least)) continue;
    const full = count == take;
    if (full && !(gain > at(gains, load<i32>(chosen + (<usize>(count - 1) << 2))))) continue;
    const family = load<i32>(families + (<usize>j << 2));
    // The place that falls free: the family's last where it is complete, else the end of the list.
    let free = full ? count - 1 : count;
    let members = 0;
    let last = -1;
    for (let i = 0; i < count; i++) {
      if (load<i32>(families + (<usize>load<i32>(chosen + (<usize>i << 2)) << 2)) != family) continue;
      members++;
      last = i;
    }
    if (members >= perFamily) {
      if (!(gain > at(gains, load<i32>(chosen + (<usize>last << 2))))) continue;
      free = last;
    } else if (!full) count++;
    while (free > 0) {
      const before = load<i32>(chosen + (<usize>(free - 1) << 2));
      if (!(gain > at(gains, before))) break;
      store<i32>(chosen + (<usize>free << 2), before);
      free--;
    }
    store<i32>(chosen + (<usize>free << 2), j);
  }
  return count;
}

/** Sizes are told apart by the upper bits of their float32: sign, exponent and five bits of the mantissa. */
const DROPPED: i32 = 18;
const BINS: i32 = 1 << (31 - DROPPED);
const bins = memory.data(BINS * 4);

/**
 * The pairs i < j of largest product[i, j]² / norm[i, j] in matrices of m × m, about `keep` and no more, in the order of the
 * matrix. Two whole numbers for each go to `pairs`. Returns how many there are.
 */
export function strongest(product: usize, norm: usize, m: i32, keep: i32, pairs: usize): i32 {
  memory.fill(bins, 0, BINS * 4);
  for (let i = 0; i < m; i++) {
    for (let j = i + 1; j < m; j++) {
      const bin = bins + (<usize>binOf(product, norm, i * m + j) << 2);
      store<i32>(bin, load<i32>(bin) + 1);
    }
  }
  let lowest = BINS - 1;
  let above = load<i32>(bins + (<usize>lowest << 2));
  while (lowest > 1) {
    const more = load<i32>(bins + (<usize>(lowest - 1) << 2));
    if (above + more > keep) break;
    above += more;
    lowest--;
  }
  let count = 0;
  for (let i = 0; i < m && count < keep; i++) {
    for (let j = i + 1; j < m && count < keep; j++) {
      if (<i32>binOf(product, norm, i * m + j) < lowest) continue;
      store<i32>(pairs + (<usize>count << 3), i);
      store<i32>(pairs + (<usize>count << 3), j, 4);
      count++;
    }
  }
  return count;
}

/** What of the squared norms of the `count` products of two columns is left outside of the `rank` columns at `basis`, to `left`. */
export function leftOfPairs(
  columns: usize,
  n: i32,
  pairs: usize,
  count: i32,
  norm: usize,
  m: i32,
  basis: usize,
  rank: i32,
  spare: usize,
  left: usize,
): void {
  const bytes = <usize>n << 2;
  for (let k = 0; k < count; k++) {
    const i = load<i32>(pairs + (<usize>k << 3));
    const j = load<i32>(pairs + (<usize>k << 3), 4);
    const a = columns + <usize>i * bytes;
    const b = columns + <usize>j * bytes;
    for (let o: usize = 0; o < bytes; o += 16) v128.store(spare + o, f32x4.mul(v128.load(a + o), v128.load(b + o)));
    let rest = at(norm, i * m + j);
    for (let q = 0; q < rank; q++) {
      const p = dotF32(spare, basis + <usize>q * bytes, bytes);
      rest -= p * p;
    }
    store<f32>(left + (<usize>k << 2), rest);
  }
}

// @ts-ignore: decorator
@inline
function at(values: usize, index: i32): f32 {
  return load<f32>(values + (<usize>index << 2));
}

/** Bin 0 for what is no number or nothing. */
// @ts-ignore: decorator
@inline
function binOf(product: usize, norm: usize, index: i32): u32 {
  const p = at(product, index);
  const size = (p * p) / at(norm, index);
  return size > 0 && size < f32.MAX_VALUE ? reinterpret<u32>(size) >> DROPPED : 0;
}
