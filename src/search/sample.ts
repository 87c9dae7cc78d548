import type { Memory, Pointer } from "./kernel/memory.js";

/** Rows of a scaled table in the kernel's memory, and what is known of them from the start. */
export interface Sample {
  readonly memory: Memory;
  readonly n: number;
  readonly inputs: readonly Pointer[];
  /** The target, not weighted. */
  readonly y: Pointer;
  /** One over each row's measurement error, up to a common factor; undefined where all rows count alike. */
  readonly weights: Pointer | undefined;
  /** The column of ones. */
  readonly ones: Pointer;
  /** Weighted mean square of the target about its weighted mean: what a constant leaves over. */
  readonly variance: number;
  /** Largest |value| of each input. */
  readonly largest: readonly number[];
  /** Is each input positive in all rows? */
  readonly positive: readonly boolean[];
}

/**
 * Puts rows into the kernel's memory.
 * @param inputs one column for each input
 * @param weights row weights (1/σ), or undefined
 */
export function makeSample(
  memory: Memory,
  inputs: readonly ArrayLike<number>[],
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Sample {
  const n = target.length;
  const ones = memory.column(n);
  memory.kernel.fill(ones, 1, n);
  const columns = inputs.map((column) => memory.store(column));
  const y = memory.store(target);
  const w = weights ? memory.store(weights) : undefined;
  return {
    memory,
    n,
    inputs: columns,
    y,
    weights: w,
    ones,
    variance: variance(memory.view(y, n), w === undefined ? undefined : memory.view(w, n)),
    largest: columns.map((column) => memory.kernel.largest(column, n)),
    positive: columns.map((column) => memory.view(column, n).every((v) => v > 0)),
  };
}

/** Weighted mean square about the weighted mean. */
export function variance(y: Float64Array, weights?: Float64Array): number {
  const n = y.length;
  const square = (i: number) => (weights ? weights[i] * weights[i] : 1);
  let total = 0;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    total += square(i);
    mean += square(i) * y[i];
  }
  mean /= total;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (square(i) * (y[i] - mean) ** 2) / n;
  return sum;
}
