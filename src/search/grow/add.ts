/** Growth at the output: a new term. */
import type { Pointer } from "../kernel/memory.js";
import type { Sprout } from "../library.js";
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

/** A product of two sprouts: all pairs of the paired shelf at once, the products' inner products being a matrix product too. */
export function* addPair({ root, tangent, fitter, library }: Growth): Generator<Affine> {
  const { memory } = fitter.sample;
  const { kernel } = memory;
  const { sprouts, columns } = library.paired;
  const u = sprouts.length;
  const rows = library.rows;
  if (u < 2 || tangent.count > WIDEST_FOR_PAIRS || !fitter.grammar.products) return;
  const mark = memory.mark();
  const probe = makeProbe(tangent, weightedSensitivity(undefined, fitter), fitter, rows);
  if (!probe) return;
  const scaled = memory.allocate(u * rows * 4);
  const squared = memory.allocate(u * rows * 4);
  const found = memory.allocate(u * u * 4);
  const norms = memory.allocate(u * u * 4);
  const left = memory.allocate(u * u * 4);
  const each = (f: (at: Pointer, out: Pointer) => void) => {
    for (let a = 0; a < u; a++) f(columns + a * rows * 4, scaled + a * rows * 4);
  };
  each((at, out) => kernel.multiplyF32(at, at, out + (squared - scaled), rows));
  each((_, out) => kernel.multiplyF32(out + (squared - scaled), probe.squares, out, rows));
  kernel.upperProducts(scaled, squared, u, rows, norms);
  const product = (k: number, out: Pointer) => {
    each((at, to) => kernel.multiplyF32(at, probe.rows + k * rows * 4, to, rows));
    kernel.upperProducts(scaled, columns, u, rows, out);
  };
  product(0, found);
  memory.view32(left, u * u).set(memory.view32(norms, u * u));
  const part = memory.allocate(u * u * 4);
  for (let k = 1; k < probe.count; k++) {
    product(k, part);
    kernel.subtractSquares(left, part, u * u);
  }
  kernel.gains(found, left, norms, u * u, LEAST_NEW, part);
  const gains = memory.view32(part, u * u);
  const products = memory.view32(found, u * u);
  const remaining = memory.view32(left, u * u);
  const best = new Map<number, { gain: number; a: Sprout; b: Sprout; weight: number }>();
  for (let i = 0; i < u; i++) {
    for (let j = i + 1; j < u; j++) {
      const at = i * u + j;
      const gain = gains[at];
      if (!(gain > LEAST_GAIN)) continue;
      const [a, b] = [sprouts[i], sprouts[j]];
      if (a.kind === MONOMIAL && b.kind === MONOMIAL) continue; // is in the library itself
      if (a.kind === b.kind && a.kind >= 0 && fitter.grammar.exponential(a.kind)) continue; // so is e^a·e^b
      const family = a.family * 65536 + b.family;
      if (gain <= (best.get(family)?.gain ?? 0)) continue;
      const scale = a.scale * b.scale * (tangent.norm / probe.largest);
      best.set(family, { gain, a, b, weight: (products[at] / remaining[at]) * scale });
    }
  }
  memory.release(mark);
  const chosen = [...best.values()].sort((a, b) => b.gain - a.gain).slice(0, PAIRS);
  for (const { a, b, weight } of chosen) yield withTerm(root, times(a.unit, b.unit), weight);
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
    const allow = ({ kind }: Sprout) => kind !== MONOMIAL;
    const found = bestSprouts(tangent, s, library.all, fitter, { take: 4, allow });
    memory.release(mark);
    return found.map((pick) => ({ ...pick, powers }));
  });
  picks.sort((a, b) => b.gain - a.gain);
  for (const { sprout, weight, powers } of picks.slice(0, MODULATED)) {
    const modulator = powers.length === 1 ? input(powers[0][0]) : monomial(powers);
    yield withTerm(root, times(modulator, sprout.unit), weight);
  }
}
