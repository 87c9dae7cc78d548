/** Starts from linear algebra alone: the target as a combination of monomials, or of a few sprouts. */
import { copySprouts } from "../candidates.js";
import { type Combination, eliminate } from "../eliminate.js";
import type { Fitter } from "../fit.js";
import type { Pointer } from "../kernel/memory.js";
import type { Shelves, Sprout } from "../library.js";
import { bestSets, type LinearTarget, weightedColumn } from "../linear.js";
import { type Affine, affine, copyUnit } from "../network.js";
import { screen } from "../screen.js";
import { HIGHEST_ALONE } from "../sprouts.js";
import { orthonormalise } from "../tangent.js";

const LONGEST = 16;
const DENSE_TERMS = 70;
const TERMS = 4;
const KEEP = 6;

/** Sums of monomials, of every length on the way down from many. Some are long: they are allowed to be. */
export function* polynomials(fitter: Fitter, shelves: Shelves): Generator<Affine> {
  const target = plainTarget(fitter);
  for (const combination of monomialSums(target, LONGEST, [], fitter, shelves)) yield network(combination);
}

/** The best sums of up to four sprouts. */
export function* fewSprouts(fitter: Fitter, shelves: Shelves): Generator<Affine> {
  for (const shelf of [shelves.linear, shelves.paired]) {
    for (const set of bestSets(shelf, plainTarget(fitter), { most: TERMS, keep: KEEP }, fitter)) {
      yield affine(
        set.map((k) => ({ weight: 1, unit: copyUnit(shelf.sprouts[k].unit) })),
        0,
      );
    }
  }
}

function plainTarget({ sample }: Fitter): LinearTarget {
  return { z: sample.y, w: sample.weights ?? sample.ones };
}

function network({ terms, bias }: Combination): Affine {
  return affine(copySprouts(terms), bias);
}

/** Combinations of monomials (and `extra` sprouts) for a linear target, by pursuit and from the dense polynomial. */
export function monomialSums(
  target: LinearTarget,
  longest: number,
  extra: readonly Sprout[],
  fitter: Fitter,
  shelves: Shelves,
): Combination[] {
  const { n, inputs } = fitter.sample;
  const chosen = pursue(target, Math.min(longest, Math.floor(n / 6)), fitter, shelves);
  const dense = densePolynomial(shelves, inputs.length, Math.min(DENSE_TERMS, n / 3));
  return [chosen, dense].flatMap((sprouts) => {
    const all = [...sprouts, ...extra];
    return all.length > 0 ? eliminate(all, target, fitter) : [];
  });
}

/** Orthogonal matching pursuit over the monomials. */
function pursue({ z, w }: LinearTarget, most: number, fitter: Fitter, shelves: Shelves): Sprout[] {
  const { memory, n } = fitter.sample;
  const { kernel } = memory;
  const mark = memory.mark();
  const chosen: Sprout[] = [];
  const basis = memory.allocate((most + 1) * n * 8);
  const ignored = memory.allocate((most + 1) * 8);
  const residual = memory.column(n);
  kernel.copy(w, basis, n);
  kernel.scale(1 / Math.sqrt(kernel.dot(w, w, n)), basis, basis, n);
  kernel.multiply(z, w, residual, n);
  kernel.project(basis, n * 8, 1, residual, ignored, n);
  const first = kernel.dot(residual, residual, n);
  let count = 1;
  while (first > 0 && chosen.length < most) {
    const square = kernel.dot(residual, residual, n);
    if (square < 1e-20 * first) break;
    const target = { basis, count, residual, norm: Math.sqrt(square) };
    const [pick] = screen(target, w, shelves.monomials, fitter, { take: 1, leastGain: 1e-9 });
    if (!pick) break;
    const inner = memory.mark();
    const q: Pointer = basis + count * n * 8;
    kernel.copy(weightedColumn(pick.sprout, w, fitter), q, n);
    memory.release(inner);
    if (!orthonormalise(q, basis, count, ignored, fitter)) break;
    kernel.project(q, n * 8, 1, residual, ignored, n);
    chosen.push(pick.sprout);
    count++;
  }
  memory.release(mark);
  return chosen;
}

/** All monomials up to the largest total degree that has at most `most` of them. */
function densePolynomial({ monomials }: Shelves, d: number, most: number): Sprout[] {
  for (let degree = d === 1 ? HIGHEST_ALONE : 6; degree >= 1; degree--) {
    let count = 1;
    for (let k = 1; k <= degree; k++) count = (count * (d + k)) / k;
    if (Math.round(count) > most) continue;
    return monomials.sprouts.filter(({ unit }) => {
      const powers = unit.kind === "input" ? [1] : unit.factors.map((f) => f.power);
      return powers.every((p) => p > 0 && Number.isInteger(p)) && powers.reduce((a, b) => a + b, 0) <= degree;
    });
  }
  return [];
}
