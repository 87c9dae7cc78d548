/** Growth at the output: a new term. */

import type { Fitter } from "../fit.js";
import type { Pointer } from "../kernel/memory.js";
import type { Library, Sprout } from "../library.js";
import {
  type Affine,
  copyAffine,
  copyUnit,
  factor,
  input,
  monomial,
  type Powers,
  productOf,
  single,
  type Unit,
} from "../network.js";
import { bestSprouts, LEAST_GAIN, LEAST_NEW, makeProbe, weightedSensitivity } from "../screen.js";
import { MONOMIAL } from "../sprouts.js";
import type { Growth } from "./growth.js";

/** Terms tried of each sort. */
const SPROUTS = 14;
const PAIRS = 6;
const MODULATED = 10;
/** Products of two sprouts of which the tangent space is taken out: those that explain most of the residual with it in them. */
const STRONGEST = 2048;
/** Pairs and modulated sprouts cost a matrix product each: they are tried while the tangent space is small. */
const WIDEST_FOR_PAIRS = 5;
const WIDEST_FOR_MODULATED = 4;

function withTerm(root: Affine, unit: Unit, weight: number): Affine {
  const copy = copyAffine(root);
  copy.links.push({ weight, unit });
  return copy;
}

/** A sprout. */
export function* addSprout({ root, tangent, fitter, library }: Growth): Generator<Affine> {
  for (const { sprout, weight } of bestSprouts(tangent, undefined, library.all, fitter, {
    take: SPROUTS,
    perFamily: 2,
  })) {
    yield withTerm(root, copyUnit(sprout.unit), weight);
  }
}

const times = (a: Unit, b: Unit): Unit => productOf(factor(single(copyUnit(a))), factor(single(copyUnit(b))));

/**
 * A product of two sprouts. The products' inner products with the residual are a matrix product too; how much of a product
 * lies in the tangent space is looked at for the strongest alone.
 */
export function* addPair({ root, tangent, fitter, library }: Growth): Generator<Affine> {
  const { memory } = fitter.sample;
  const { kernel } = memory;
  const { sprouts, columns, norms } = library.paired;
  const u = sprouts.length;
  const rows = library.rows;
  if (u < 2 || tangent.count > WIDEST_FOR_PAIRS || !fitter.grammar.products) return;
  const mark = memory.mark();
  const probe = makeProbe(tangent, weightedSensitivity(undefined, fitter), fitter, rows);
  if (!probe) return;
  if (!library.paired.ready) {
    allPairs(library, probe.squares, norms, fitter, true);
    library.paired.ready = true;
  }
  const found = memory.allocate(u * u * 4);
  allPairs(library, probe.rows, found, fitter);
  const pairsAt = memory.allocate(STRONGEST * 8);
  const leftAt = memory.allocate(STRONGEST * 4);
  const count = kernel.strongest(found, norms, u, STRONGEST, pairsAt);
  const basis = probe.rows + rows * 4;
  kernel.leftOfPairs(columns, rows, pairsAt, count, norms, u, basis, probe.count - 1, memory.column(rows), leftAt);
  const [products, squares] = [memory.view32(found, u * u), memory.view32(norms, u * u)];
  const [pairs, left] = [memory.viewInt(pairsAt, 2 * count), memory.view32(leftAt, count)];
  const best = new Map<number, { gain: number; a: Sprout; b: Sprout; weight: number }>();
  for (let k = 0; k < count; k++) {
    const [i, j] = [pairs[2 * k], pairs[2 * k + 1]];
    const product = products[i * u + j];
    const gain = left[k] > LEAST_NEW * squares[i * u + j] ? product ** 2 / left[k] : 0;
    if (!(gain > LEAST_GAIN)) continue;
    const [a, b] = [sprouts[i], sprouts[j]];
    if (a.kind === MONOMIAL && b.kind === MONOMIAL) continue; // is in the library itself
    if (a.kind === b.kind && a.kind >= 0 && fitter.grammar.exponential(a.kind)) continue; // so is e^a·e^b
    const family = a.family * 65536 + b.family;
    if (gain <= (best.get(family)?.gain ?? 0)) continue;
    const scale = a.scale * b.scale * (tangent.norm / probe.largest);
    best.set(family, { gain, a, b, weight: (product / left[k]) * scale });
  }
  memory.release(mark);
  const chosen = [...best.values()].sort((a, b) => b.gain - a.gain).slice(0, PAIRS);
  for (const { a, b, weight } of chosen) yield withTerm(root, times(a.unit, b.unit), weight);
}

/** Σ t·a·b for all pairs of the paired shelf and a row t of weights, or Σ t·a²·b². */
function allPairs({ paired, rows }: Library, t: Pointer, out: Pointer, { sample }: Fitter, squared = false): void {
  const { memory } = sample;
  const { kernel } = memory;
  const u = paired.sprouts.length;
  const mark = memory.mark();
  const left = memory.allocate(u * rows * 4);
  const right = squared ? memory.allocate(u * rows * 4) : paired.columns;
  for (let k = 0; k < u; k++) {
    const column = paired.columns + k * rows * 4;
    if (squared) kernel.multiplyF32(column, column, right + k * rows * 4, rows);
    kernel.multiplyF32(right + k * rows * 4, t, left + k * rows * 4, rows);
  }
  kernel.upperProducts(left, right, u, rows, out);
  memory.release(mark);
}

/** A sprout times one input, or two. */
export function* addModulated({ root, tangent, fitter, library }: Growth): Generator<Affine> {
  const { memory, n, inputs } = fitter.sample;
  const d = inputs.length;
  if (d < 2 || tangent.count > WIDEST_FOR_MODULATED || !fitter.grammar.products) return;
  const modulators: Powers[] = inputs.map((_, i) => [[i, 1]]);
  if (d <= 5)
    for (let i = 0; i < d; i++)
      for (let j = i + 1; j < d; j++)
        modulators.push([
          [i, 1],
          [j, 1],
        ]);
  const picks = modulators.flatMap((powers) => {
    const mark = memory.mark();
    const s = memory.column(n);
    memory.kernel.fill(s, 1, n);
    for (const [i] of powers) memory.kernel.multiply(s, inputs[i], s, n);
    const found = bestSprouts(tangent, s, library.functions, fitter, { take: 4 });
    memory.release(mark);
    return found.map((pick) => ({ ...pick, powers }));
  });
  picks.sort((a, b) => b.gain - a.gain);
  for (const { sprout, weight, powers } of picks.slice(0, MODULATED)) {
    const modulator = powers.length === 1 ? input(powers[0][0]) : monomial(powers);
    yield withTerm(root, times(modulator, sprout.unit), weight);
  }
}
