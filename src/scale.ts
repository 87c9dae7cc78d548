/** Scaling: columns divided by powers of two near their largest size, so that all numbers of the search are near 1 and going back is exact. */
import { largestSize, powerOfTwo, range, shared } from "./columns.js";
import { quanta } from "./noise.js";
import { random, sample } from "./random.js";
import type { Scales } from "./search/formula.js";
import { variance } from "./search/sample.js";
import type { Problem } from "./search/workbench.js";
import type { Table } from "./table.js";

/** Rows the search looks at, and rows that decide at the end. */
export const SEARCH_ROWS = 256;
export const FINAL_ROWS = 4096;

/** The table's rows in the order the search takes them: all if they are few, else a random choice. */
export function rowOrder(rows: number, seed: number): number[] {
  if (rows <= SEARCH_ROWS) return Array.from({ length: rows }, (_, i) => i);
  return sample(rows, Math.min(rows, FINAL_ROWS), random(seed));
}

export interface Scaled {
  readonly problem: Problem;
  readonly scales: Scales;
}

/** @param weights 1/σ of the rows in `order`, undefined where all are alike */
export function scale(
  { inputs, target, dimensions }: Table,
  order: readonly number[],
  weights: Float64Array | undefined,
  primitives: Problem["primitives"],
): Scaled {
  const scales = {
    inputs: inputs.map(({ values }) => inputScale(values)),
    target: powerOfTwo(largestSize(target.values)),
  };
  const n = order.length;
  const y = shared(n, (k) => target.values[order[k]] / scales.target);
  // A common factor of all weights means nothing.
  const common = weights ? Math.exp(weights.reduce((sum, w) => sum + Math.log(w), 0) / n) : 1;
  const relative = weights && shared(n, (k) => weights[k] / common);
  const steps = quanta(Float64Array.from(order, (row) => target.values[row]));
  const rounding = y.reduce((sum, _, k) => {
    const step = (steps[k] / scales.target) * (relative ? relative[k] : 1);
    return sum + (step * step) / 12 / n;
  }, 0);
  const problem: Problem = {
    inputs: inputs.map(({ values }, i) => {
      const { by, shift } = scales.inputs[i];
      return shared(n, (k) => (values[order[k]] - shift) / by);
    }),
    shifts: scales.inputs.map(({ by, shift }) => shift / by),
    scales: scales.inputs.map(({ by }) => by),
    target: y,
    weights: relative,
    searchRows: Math.min(n, SEARCH_ROWS),
    primitives,
    dimensions,
    targetScale: scales.target,
    resolution: rounding / (variance(y, relative) || 1),
  };
  return { problem, scales };
}

/** An input whose size exceeds its range by this factor is counted from a round number near its least value. */
const FAR_FROM_ZERO = 10;

/** Years, kelvins, pressures near one atmosphere: far from zero all powers of an input look alike, so such inputs are shifted. */
function inputScale(values: Float64Array): { by: number; shift: number } {
  const [low, high] = range(values);
  const largest = (shift: number) => Math.max(Math.abs(low - shift), Math.abs(high - shift));
  const width = high - low;
  if (Math.min(Math.abs(low), Math.abs(high)) < FAR_FROM_ZERO * width) return { by: powerOfTwo(largest(0)), shift: 0 };
  const step = 10 ** Math.floor(Math.log10(width));
  const shift = Math.floor(low / step) * step;
  return { by: powerOfTwo(largest(shift)), shift };
}
