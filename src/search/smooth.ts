/**
 * How well some columns explain the target by a smooth function of any form: the evidence of a Gaussian process (Rasmussen and
 * Williams 2006, chapters 2 and 5). It knows no formula, so it compares views of one table before there is any: the view in
 * fewer columns has the more evidence where the law is a function of them.
 */
import { Memory } from "./kernel/memory.js";

export interface Smoothness {
  /** Logarithm of the evidence; of views of the same rows the larger one is the better explanation. */
  readonly evidence: number;
  /** Logarithms of the lengths over which the function changes along each column. */
  readonly lengths: readonly number[];
  /** Logarithm of the noise's part of the variance. */
  readonly noise: number;
}

/** What is explained: rows of some columns and a target, and the variances of its errors up to a common factor. */
export interface Rows {
  readonly columns: readonly Float64Array[];
  readonly target: Float64Array;
  readonly variances: Float64Array;
}

/** Steps of the ascent in the logarithms of a length and of the noise; halved where none goes up. */
const STEP = { length: 0.7, noise: 1.6 };
const LEAST_NOISE = Math.log(1e-10);
/** The kernel wants columns of whole blocks, as in assembly/evidence.ts. */
const BLOCK = 8;

/** Climbs to the lengths and the noise of the largest evidence, one of them after the other, `sweeps` times through all. */
export function ascend(rows: Rows, start: Omit<Smoothness, "evidence">, sweeps: number): Smoothness {
  const at = [...start.lengths, start.noise];
  const last = start.lengths.length;
  const steps = at.map((_, k) => (k === last ? STEP.noise : STEP.length));
  const memory = Memory.borrow();
  const evidence = evidenceOf(rows, memory);
  let most = evidence(at);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = false;
    for (let k = 0; k <= last; k++) {
      const here = at[k];
      for (const step of [steps[k], -steps[k]]) {
        at[k] = k === last ? Math.max(LEAST_NOISE, here + step) : here + step;
        const found = evidence(at);
        if (found > most) {
          most = found;
          steps[k] = step; // the next sweep goes on this way first
          moved = true;
          break;
        }
        at[k] = here;
      }
    }
    if (!moved) for (let k = 0; k <= last; k++) steps[k] /= 2;
  }
  memory.giveBack();
  return { evidence: most, lengths: at.slice(0, last), noise: at[last] };
}

/** The rows in the kernel's memory; gives the evidence for logarithms of lengths and noise. */
function evidenceOf({ columns, target, variances }: Rows, memory: Memory): (at: readonly number[]) => number {
  const n = target.length;
  const count = columns.length;
  const stride = Math.ceil(n / BLOCK) * BLOCK;
  const mean = target.reduce((sum, y) => sum + y, 0) / n;
  const values = memory.column(count * stride);
  const factor = memory.column(n * stride);
  const [rates, white] = [memory.column(count), memory.column(n)];
  const [errors, centred] = [memory.store(variances), memory.store(target.map((y) => y - mean))];
  for (const [k, column] of columns.entries())
    memory
      .view(values + 8 * k * stride, stride)
      .fill(0)
      .set(column);
  return (at) => {
    const { kernel, f64 } = memory;
    for (let k = 0; k < count; k++) f64[(rates >> 3) + k] = Math.exp(-2 * at[k]) / 2;
    kernel.copy(centred, white, n);
    return kernel.evidence(values, rates, count, white, errors, Math.exp(at[count]), n, stride, factor);
  };
}
