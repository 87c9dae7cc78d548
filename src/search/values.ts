/** Values of units and pre-activations on a sample, each operation once: circuits and the library's columns are made of them. */
import type { UnitFunction } from "../primitives.js";
import type { Grammar } from "./grammar.js";
import type { Pointer } from "./kernel/memory.js";
import type { Affine, Factor, Unit } from "./network.js";
import type { Sample } from "./sample.js";

/** out = Σ weights·columns + bias, one column for each link. */
export function combine({ bias, links }: Affine, columns: readonly Pointer[], out: Pointer, sample: Sample): void {
  const { n } = sample;
  const { kernel } = sample.memory;
  const first = bias !== 0 || links.length === 0 ? 0 : 1;
  if (first === 0) kernel.fill(out, bias, n);
  else kernel.scale(links[0].weight, columns[0], out, n);
  for (let k = first; k < links.length; k++) kernel.axpy(links[k].weight, columns[k], out, n);
}

/** out = f(u) or f(u, v), and its derivatives by u and v. */
export function apply(
  { column, value, derivative, second }: UnitFunction,
  [u, v]: readonly Pointer[],
  out: Pointer,
  [du, dv]: readonly Pointer[],
  { memory, n }: Sample,
): void {
  if (column) {
    column(memory.kernel)(u, out, du, n);
    return;
  }
  const { f64 } = memory;
  for (let i = 0; i < n; i++) {
    const a = f64[(u >> 3) + i];
    const b = second ? f64[(v >> 3) + i] : 0;
    f64[(out >> 3) + i] = value(a, b);
    f64[(du >> 3) + i] = derivative(a, b);
    if (second) f64[(dv >> 3) + i] = second.derivative(a, b);
  }
}

/** out = x^p */
export function raise(x: Pointer, p: number, out: Pointer, { memory: { kernel }, n }: Sample): void {
  if (p === 1) kernel.copy(x, out, n);
  else if (p === 2) kernel.multiply(x, x, out, n);
  else if (p === 0) kernel.fill(out, 1, n);
  else if (Number.isInteger(p) && Math.abs(p) < 32) {
    kernel.wholePower(x, Math.abs(p), out, n);
    if (p < 0) kernel.reciprocal(out, out, n);
  } else if (Math.abs(p) === 0.5) {
    kernel.squareRoot(x, out, n);
    if (p < 0) kernel.reciprocal(out, out, n);
  } else kernel.realPower(x, p, out, n);
}

/** x^p: x itself for p = 1, else computed into `out`. */
export function raised(x: Pointer, p: number, out: Pointer, sample: Sample): Pointer {
  if (p === 1) return x;
  raise(x, p, out, sample);
  return out;
}

/** out = Π columns^powers; `spare` is used up. */
export function powersProduct(
  factors: readonly Factor[],
  columns: readonly Pointer[],
  out: Pointer,
  spare: Pointer,
  sample: Sample,
): void {
  raise(columns[0], factors[0].power, out, sample);
  for (let k = 1; k < factors.length; k++) {
    sample.memory.kernel.multiply(out, raised(columns[k], factors[k].power, spare, sample), out, sample.n);
  }
}

/** Values of one unit's output: an input's own column, or a new one. */
export function columnOf(unit: Unit, sample: Sample, grammar: Grammar): Pointer {
  const { memory, n, inputs } = sample;
  if (unit.kind === "input") return inputs[unit.index];
  const out = memory.column(n);
  const mark = memory.mark();
  const { factors } = unit;
  const values = factors.map(({ input }) => affineColumn(input, sample, grammar));
  const spare = factors.map(() => memory.column(n));
  if (unit.kind === "function") apply(grammar.functions[unit.index], values, out, spare, sample);
  else powersProduct(factors, values, out, spare[0], sample);
  memory.release(mark);
  return out;
}

function affineColumn(of: Affine, sample: Sample, grammar: Grammar): Pointer {
  const out = sample.memory.column(sample.n);
  const mark = sample.memory.mark();
  const columns = of.links.map(({ unit }) => columnOf(unit, sample, grammar));
  combine(of, columns, out, sample);
  sample.memory.release(mark);
  return out;
}
