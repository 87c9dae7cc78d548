/** Exchanges: another factor in a product, another function of the same argument, another power. */
import { range } from "../../columns.js";
import type { Pointer } from "../kernel/memory.js";
import {
  type Affine,
  copyAffine,
  copyUnit,
  edited,
  factor,
  functionOf,
  productOf,
  single,
  type Unit,
} from "../network.js";
import { bestSprouts, type Target } from "../screen.js";
import { orthonormalise } from "../tangent.js";
import { raise } from "../values.js";
import type { Growth } from "./growth.js";

const REPLACEMENTS = 4;
const FACTORS = 5;
/** Larger networks are not looked through factor by factor. */
const LARGEST_FOR_REPLACEMENT = 24;

/** A factor of one of the output's products is replaced by the sprout that fits best in its place. */
export function* replaceFactor(growth: Growth): Generator<Affine> {
  const { root, tangent, fitter, library, size } = growth;
  const { memory, n } = fitter.sample;
  if (size > LARGEST_FOR_REPLACEMENT) return;
  for (let t = 0; t < root.links.length; t++) {
    const { unit } = root.links[t];
    if (unit.kind !== "product" || unit.factors.length < 2) continue;
    const mark = memory.mark();
    const target = withoutTerm(growth, t);
    const { columns } = tangent.circuit.top[t];
    for (let f = 0; target && f < Math.min(unit.factors.length, FACTORS); f++) {
      const s = memory.column(n);
      memory.kernel.fill(s, 1, n);
      for (let k = 0; k < columns.length; k++) {
        if (k === f) continue;
        const value = memory.column(n);
        raise(columns[k], unit.factors[k].power, value, fitter.sample);
        memory.kernel.multiply(s, value, s, n);
      }
      for (const { sprout } of bestSprouts(target, s, library.all, fitter, { take: REPLACEMENTS })) {
        yield edited(root, (_, copy) => {
          copy.links[t].unit.factors[f] = factor(single(copyUnit(sprout.unit)));
        });
      }
    }
    memory.release(mark);
  }
}

/** The linear problem that is left when term t of the output is taken out. */
function withoutTerm({ root, tangent, fitter }: Growth, t: number): Target | undefined {
  const { memory, n, weights, ones } = fitter.sample;
  const { kernel } = memory;
  const columns = tangent.circuit.top.filter((_, k) => k !== t).map((unit) => unit.value);
  if (root.biased) columns.push(ones);
  const weighted = (column: Pointer, out: Pointer) =>
    weights ? kernel.multiply(column, weights, out, n) : kernel.copy(column, out, n);
  const basis = memory.allocate(columns.length * n * 8);
  const ignored = memory.allocate(columns.length * 8 + 8);
  let count = 0;
  for (const column of columns) {
    const q = basis + count * n * 8;
    weighted(column, q);
    if (orthonormalise(q, basis, count, ignored, fitter)) count++;
  }
  const residual = memory.column(n);
  weighted(tangent.circuit.top[t].value, residual);
  kernel.scale(root.links[t].weight, residual, residual, n);
  kernel.axpy(1, tangent.residual, residual, n);
  kernel.project(basis, n * 8, count, residual, ignored, n);
  const norm = Math.sqrt(kernel.dot(residual, residual, n));
  return norm > 0 ? { basis, count, residual, norm } : undefined;
}

/** A function or power of a pre-activation is swapped for every other one. */
export function* swapFunction({ root, places, tangent, fitter }: Growth): Generator<Affine> {
  const { memory, n } = fitter.sample;
  const { grammar } = fitter;
  for (let q = 0; q < places.links.length; q++) {
    const { unit } = places.links[q];
    for (let f = 0; f < unit.factors.length; f++) {
      const { input: argument, power } = unit.factors[f];
      const terms = argument.links.length + (argument.biased ? 1 : 0);
      if (unit.kind === "product" && terms < 2) continue;
      if (unit.kind === "function" && argument.links.length === 1 && argument.links[0].unit.kind === "input") continue;
      const columns = tangent.circuit.affines[places.affines.indexOf(argument)];
      const [low, high] = range(memory.view(columns.value, n));
      if (!(high - low > 1e-12) || !(high - low < 1e12)) continue;
      const put = (make: (scaled: Affine) => Unit, slope: number, bias: number): Affine => {
        const scaled = copyAffine(argument);
        const s = (2 * slope) / (high - low);
        for (const link of scaled.links) link.weight *= s;
        scaled.bias = (scaled.bias - (high + low) / 2) * s + bias;
        scaled.biased = true;
        const made = make(scaled);
        return edited(root, ({ links }) => {
          if (unit.kind === "function" || unit.factors.length === 1) links[q].unit = made;
          else links[q].unit.factors[f] = factor(single(made));
        });
      };
      for (let g = 0; g < grammar.functions.length; g++) {
        if (unit.kind === "function" && unit.index === g) continue;
        const { coarse, swapped = coarse.slice(0, 2) } = grammar.functions[g];
        for (const [slope, bias] of swapped) yield put((u) => functionOf(g, u), slope, bias);
      }
      for (const p of grammar.powers) {
        if (p === 1 || (unit.kind === "product" && p === power)) continue;
        const whole = p > 0 && Number.isInteger(p);
        for (const slope of whole ? [1] : [1, -1]) yield put((u) => productOf(factor(u, p)), slope, whole ? 0.5 : 1.4);
      }
    }
  }
}

/** The power of a sum in a product is changed. */
export function* changePower({ root, places, fitter }: Growth): Generator<Affine> {
  for (let q = 0; q < places.links.length; q++) {
    const { unit } = places.links[q];
    if (unit.kind !== "product") continue;
    for (let f = 0; f < unit.factors.length; f++) {
      const { input, power } = unit.factors[f];
      if (input.links.length + (input.biased ? 1 : 0) < 2) continue;
      for (const p of fitter.grammar.powers) {
        if (p === power) continue;
        yield edited(root, ({ links }) => {
          links[q].unit.factors[f].power = p;
          links[q].unit.factors[f].free = false;
        });
      }
    }
  }
}
