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
  let total = 0;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    const w = weights ? weights[i] * weights[i] : 1;
    total += w;
    mean += w * target[i];
  }
  mean /= total;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += ((weights ? weights[i] : 1) * (target[i] - mean)) ** 2 / n;
  return {
    memory,
    n,
    inputs: inputs.map((column) => memory.store(column)),
    y: memory.store(target),
    weights: weights && memory.store(weights),
    ones,
    variance,
    largest: inputs.map(
      (column) =>
        Array.prototype.reduce.call(column, (m, v) => Math.max(m as number, Math.abs(v as number)), 0) as number,
    ),
    positive: inputs.map((column) => Array.prototype.every.call(column, (v) => (v as number) > 0)),
  };
}
