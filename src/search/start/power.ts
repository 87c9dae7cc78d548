/** The power-law probe: for positive inputs and a target of one sign, ln|y| is linear in ln x. */
import type { Fitter } from "../fit.js";
import type { Pointer } from "../kernel/memory.js";
import { leastSquares } from "../linear.js";
import { type Affine, factor, input, productOf, single } from "../network.js";

/** Products of powers, with all positive inputs, then without the least important one, and so on; with and without a constant. */
export function* powerLaws(fitter: Fitter): Generator<Affine> {
  const { sample, grammar } = fitter;
  const { memory, n, inputs, positive, y } = sample;
  if (!grammar.freePowers) return;
  const values = memory.view(y, n);
  const sign = values[0] > 0 ? 1 : -1;
  if (!values.every((v) => v * sign > 0)) return;
  const active = inputs.flatMap((_, i) => (positive[i] ? [i] : []));
  const mark = memory.mark();
  const spare = memory.column(n);
  const logarithm = (of: Pointer): Pointer => {
    const out = memory.column(n);
    memory.kernel.scale(of === y ? sign : 1, of, out, n);
    memory.kernel.log(out, out, spare, n);
    return out;
  };
  const target = logarithm(y);
  const logarithms = new Map(active.map((i) => [i, logarithm(inputs[i])]));
  const ones = sample.ones;
  while (active.length > 0) {
    const columns = active.map((i) => logarithms.get(i) as Pointer);
    const solution = leastSquares([ones, ...columns], target, fitter);
    if (!solution) break;
    const powers = active.map((i, k) => [i, solution[k + 1]] as const);
    const rounded = powers.map(([i, p]) => [i, Math.round(2 * p) / 2] as const).filter(([, p]) => p !== 0);
    for (const bias of [undefined, 0]) {
      yield single(productOf(...powers.map(([i, p]) => factor(single(input(i)), p, true))), sign, bias);
      if (rounded.length > 0)
        yield single(productOf(...rounded.map(([i, p]) => factor(single(input(i)), p))), sign, bias);
    }
    const importance = powers.map(([, p], k) => Math.abs(p) * deviation(columns[k]));
    active.splice(importance.indexOf(Math.min(...importance)), 1);
  }
  memory.release(mark);

  function deviation(column: Pointer): number {
    const mean = memory.kernel.dot(column, ones, n) / n;
    return Math.sqrt(Math.max(0, memory.kernel.dot(column, column, n) - n * mean * mean));
  }
}
