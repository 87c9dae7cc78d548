/** The power-law probe: for positive inputs and a target of one sign, ln|y| is linear in ln x. */
import type { Fitter } from "../fit.js";
import type { Pointer } from "../kernel/memory.js";
import { leastSquares } from "../linear.js";
import { type Affine, factor, input, productOf, single } from "../network.js";

/**
 * Products of powers, with all positive inputs, then without the least important one, and so on; with and without a constant.
 * @param shifts what was taken off each input: a power law is one of the input as it was
 */
export function* powerLaws(fitter: Fitter, shifts: readonly number[]): Generator<Affine> {
  const { sample, grammar } = fitter;
  const { memory, n, inputs, ones, y } = sample;
  const { kernel } = memory;
  if (!grammar.freePowers) return;
  const mark = memory.mark();
  const spare = memory.column(n);
  const target = memory.view(y, n);
  const sign = target[0] > 0 ? 1 : -1;
  const logarithm = (of: Pointer, scale: number, shift: number): Pointer | undefined => {
    const out = memory.column(n);
    kernel.fill(out, shift, n);
    kernel.axpy(scale, of, out, n);
    if (memory.view(out, n).some((v) => !(v > 0))) return undefined;
    kernel.log(out, out, spare, n);
    return out;
  };
  const goal = logarithm(y, sign, 0);
  const active = inputs.flatMap((column, i) => {
    const values = goal && logarithm(column, 1, shifts[i]);
    return values ? [{ i, column: values }] : [];
  });
  while (goal && active.length > 0) {
    const solution = leastSquares([ones, ...active.map(({ column }) => column)], goal, fitter);
    if (!solution) break;
    const powers = active.map(({ i, column }, k) => ({ i, p: solution[k + 1], spread: deviation(column) }));
    const rounded = powers.map(({ i, p }) => ({ i, p: Math.round(2 * p) / 2 })).filter(({ p }) => p !== 0);
    const base = (i: number) => single(input(i), 1, shifts[i] || undefined);
    for (const bias of [undefined, 0]) {
      yield single(productOf(...powers.map(({ i, p }) => factor(base(i), p, true))), sign, bias);
      if (rounded.length > 0) yield single(productOf(...rounded.map(({ i, p }) => factor(base(i), p))), sign, bias);
    }
    const importance = powers.map(({ p, spread }) => Math.abs(p) * spread);
    active.splice(importance.indexOf(Math.min(...importance)), 1);
  }
  memory.release(mark);

  function deviation(column: Pointer): number {
    const mean = kernel.dot(column, ones, n) / n;
    return Math.sqrt(Math.max(0, kernel.dot(column, column, n) - n * mean * mean));
  }
}
