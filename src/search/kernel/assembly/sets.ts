/** Small sets of columns that explain a target together: the arithmetic of `linear.ts`, in the Gram matrix of centred columns. */

/**
 * Takes the weighted mean out of `m` float32 columns of `n` rows (`rows` with padding) and scales what is left to norm 1.
 * `target` is the weighted, centred target of norm 1. along[j] becomes the column's product with it, NaN where nothing is
 * left of the column.
 */
export function centre(from: usize, m: i32, n: i32, rows: i32, w: usize, target: usize, out: usize, along: usize): void {
  let total: f64 = 0;
  for (let i = 0; i < n; i++) total += weight(w, i) * weight(w, i);
  for (let j = 0; j < m; j++) {
    const column = from + (<usize>(j * rows) << 2);
    const to = out + (<usize>(j * rows) << 2);
    let mean: f64 = 0;
    let raw: f64 = 0;
    for (let i = 0; i < n; i++) {
      const v = <f64>load<f32>(column + (<usize>i << 2));
      const s = weight(w, i) * weight(w, i);
      mean += s * v;
      raw += s * v * v;
    }
    mean /= total;
    let square: f64 = 0;
    let product: f64 = 0;
    for (let i = 0; i < n; i++) {
      const v = weight(w, i) * (<f64>load<f32>(column + (<usize>i << 2)) - mean);
      square += v * v;
      product += v * load<f64>(target + (<usize>i << 3));
    }
    const usable = square > 1e-9 * raw && square > 0;
    const scale: f64 = usable ? 1 / sqrt<f64>(square) : 0;
    for (let i = 0; i < n; i++) {
      const v = weight(w, i) * (<f64>load<f32>(column + (<usize>i << 2)) - mean) * scale;
      store<f32>(to + (<usize>i << 2), <f32>v);
    }
    for (let i = n; i < rows; i++) store<f32>(to + (<usize>i << 2), 0);
    store<f64>(along + (<usize>j << 3), usable ? product * scale : NaN);
  }
}

// @ts-ignore: decorator
@inline
function weight(w: usize, i: i32): f64 {
  return load<f64>(w + (<usize>i << 3));
}

/**
 * Keeps a list of the `keep` largest gains, largest first: float64 at `gains`, and two whole numbers for each at `marks`.
 * Of equal gains the earlier one stays in front.
 */
function insert(gains: usize, marks: usize, count: i32, keep: i32, gain: f64, first: i32, second: i32): i32 {
  let at = count < keep ? count : keep - 1;
  while (at > 0 && load<f64>(gains + (<usize>(at - 1) << 3)) < gain) {
    store<f64>(gains + (<usize>at << 3), load<f64>(gains + (<usize>(at - 1) << 3)));
    store<u64>(marks + (<usize>at << 3), load<u64>(marks + (<usize>(at - 1) << 3)));
    at--;
  }
  store<f64>(gains + (<usize>at << 3), gain);
  store<i32>(marks + (<usize>at << 3), first);
  store<i32>(marks + (<usize>at << 3), second, 4);
  return count < keep ? count + 1 : keep;
}

/** The `keep` best pairs of columns; returns how many there are. `gram` need only have its upper half. Columns nearer to each other than `independent` are no pair. */
export function bestPairs(gram: usize, along: usize, m: i32, independent: f64, keep: i32, gains: usize, marks: usize): i32 {
  let count = 0;
  for (let i = 0; i < m; i++) {
    const bi = weight(along, i);
    if (bi != bi) continue;
    for (let j = i + 1; j < m; j++) {
      const bj = weight(along, j);
      const g = <f64>load<f32>(gram + (<usize>(i * m + j) << 2));
      const left = 1 - g * g;
      if (!(left >= independent)) continue;
      const gain = (bi * bi + bj * bj - 2 * g * bi * bj) / left;
      if (count == keep && !(gain > weight(gains, keep - 1))) continue;
      if (!(gain >= 0)) continue;
      count = insert(gains, marks, count, keep, gain, i, j);
    }
  }
  return count;
}

/**
 * The `keep` best columns to add to a set of `k`: `terms` (i32) its columns, `factor` the Cholesky factor of their Gram
 * matrix (k × k), `gram` as above, `solution` their weights, `gain` what they explain. Returns how many there are.
 */
export function bestAdditions(
  gram: usize,
  along: usize,
  m: i32,
  terms: usize,
  k: i32,
  factor: usize,
  solution: usize,
  gain: f64,
  independent: f64,
  keep: i32,
  gains: usize,
  marks: usize,
  spare: usize,
): i32 {
  let count = 0;
  for (let j = 0; j < m; j++) {
    let rest = weight(along, j);
    if (rest != rest) continue;
    let left: f64 = 1;
    for (let p = 0; p < k; p++) {
      const term = load<i32>(terms + (<usize>p << 2));
      if (term == j) {
        left = 0;
        break;
      }
      const g = <f64>load<f32>(gram + (<usize>(min<i32>(term, j) * m + max<i32>(term, j)) << 2));
      rest -= g * weight(solution, p);
      let t = g;
      for (let q = 0; q < p; q++) t -= weight(factor, p * k + q) * weight(spare, q);
      t /= weight(factor, p * k + p);
      store<f64>(spare + (<usize>p << 3), t);
      left -= t * t;
    }
    if (!(left >= independent)) continue;
    const value = gain + (rest * rest) / left;
    if (count == keep && !(value > weight(gains, keep - 1))) continue;
    count = insert(gains, marks, count, keep, value, j, 0);
  }
  return count;
}
