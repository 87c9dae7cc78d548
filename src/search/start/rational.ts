/**
 * Rational starts: y·(v₀ + Σ d·v) = Σ n·u is linear in n and d once the term v₀ of the denominator is chosen, because
 * y = Σ n·u/v₀ − Σ d·y·v/v₀. A few terms of it are sought like any linear combination, or all of low degree thinned out, then
 * fitted in y itself.
 */
import { eliminateColumns, termSize } from "../eliminate.js";
import type { Fitter } from "../fit.js";
import type { Pointer } from "../kernel/memory.js";
import type { Shelves } from "../library.js";
import { bestSets, leastSquares } from "../linear.js";
import { type Affine, affine, copyUnit, factor, productOf, single, type Unit } from "../network.js";
import { columnOf } from "../values.js";

/** Monomials in numerator and denominator, and choices of v₀. */
const MONOMIALS = 60;
const FIRST_TERMS = 12;
const TERMS = 4;
const KEEP = 3;
/** Of all terms of low degree at once: columns at most, and how many of the thinned out sums are fitted. */
const ALL_SIDES = 24;
const SUMS = 4;

/** A monomial, or the constant 1 (no unit), with its values. */
interface Term {
  readonly unit: Unit | undefined;
  readonly degree: number;
  readonly values: Pointer;
}

/** How many first terms there are to try: each is a job of its own. */
export const firstTerms = FIRST_TERMS;

/** Networks numerator / denominator for choice number `index` of v₀. */
export function* rationals(index: number, fitter: Fitter, shelves: Shelves): Generator<Affine> {
  const { sample, grammar } = fitter;
  const { memory, n, y, weights, ones, inputs } = sample;
  const { kernel } = memory;
  if (!grammar.inverse || !grammar.products) return;
  const d = inputs.length;
  const mark = memory.mark();
  const terms = termsOf(fitter, shelves);
  const v0 = terms.filter(({ degree }) => degree <= (d <= 4 ? 2 : 1))[index];
  const usable = v0 && memory.view(v0.values, n).every((v) => Math.abs(v) > 1e-9);
  if (usable) {
    const w = weights ?? ones;
    const over = memory.column(n);
    kernel.reciprocal(v0.values, over, n);
    const others = terms.filter((term) => term !== v0);
    const sides = [...others.map((term) => ({ term, below: false })), ...others.map((term) => ({ term, below: true }))];
    const rows = shelves.rows;
    const shelf = memory.allocate(sides.length * rows * 4);
    const columns = sides.map(({ term, below }, k) => {
      const column = memory.column(n);
      kernel.multiply(term.values, over, column, n);
      if (below) kernel.multiply(column, y, column, n);
      memory.view32(shelf + k * rows * 4, rows).fill(0);
      kernel.narrow(1 / (kernel.largest(column, n) || 1), column, shelf + k * rows * 4, n);
      kernel.multiply(column, w, column, n);
      return column;
    });
    const right = memory.column(n);
    kernel.multiply(y, w, right, n);
    const sets = bestSets({ columns: shelf, sprouts: sides }, { z: y, w }, { most: TERMS, keep: KEEP }, fitter);
    for (const set of sets) {
      for (const constant of [false, true]) {
        const chosen = set.map((k) => columns[k]);
        const solution = leastSquares(constant ? [...chosen, w] : chosen, right, fitter);
        if (!solution) continue;
        const sum = set.map((column, i) => ({ column, weight: solution[i] }));
        yield* quotient(sum, constant ? solution[set.length] : undefined);
      }
    }
    // Of too high a degree they could all be multiplied by the same factor, and nothing would tell which.
    const low = sides.flatMap(({ term }, k) => (term.degree <= (d === 1 ? 3 : 2) ? [k] : []));
    if (low.length <= Math.min(ALL_SIDES, n / 3)) {
      const its = low.map((k) => columns[k]);
      const nodes = low.map((k) => termSize(sides[k].term.unit));
      const sums = eliminateColumns(its, nodes, { z: y, w }, fitter);
      for (const { terms, bias } of sums.sort((a, b) => a.length - b.length).slice(0, SUMS)) {
        const sum = terms.map(({ column, weight }) => ({ column: low[column], weight }));
        yield* quotient(sum, bias);
      }
    }

    function* quotient(sum: readonly { column: number; weight: number }[], constant?: number): Generator<Affine> {
      const above = affine([]);
      const below = affine([]);
      put(below, v0, 1);
      for (const { column, weight } of sum) {
        const side = sides[column];
        if (side.below) put(below, side.term, -weight);
        else put(above, side.term, weight);
      }
      if (constant !== undefined) put(above, v0, constant);
      if (below.links.length === 0 || !sum.some(({ column }) => sides[column].below)) return;
      const denominator = factor(below, -1);
      yield single(above.links.length > 0 ? productOf(factor(above), denominator) : productOf(denominator));
    }
  }
  memory.release(mark);
}

function put(of: Affine, { unit }: Term, weight: number): void {
  if (unit) of.links.push({ weight, unit: copyUnit(unit) });
  else {
    of.bias += weight;
    of.biased = true;
  }
}

function termsOf({ sample, grammar }: Fitter, { monomials }: Shelves): Term[] {
  const { memory, n, inputs, ones } = sample;
  const terms: Term[] = [{ unit: undefined, degree: 0, values: ones }];
  for (const { unit } of monomials.sprouts) {
    const powers = unit.kind === "input" ? [1] : unit.factors.map((f) => f.power);
    const degree = powers.reduce((a, b) => a + b, 0);
    if (terms.length > MONOMIALS) break;
    if (!powers.every((p) => p > 0 && Number.isInteger(p)) || degree > (inputs.length <= 2 ? 3 : 2)) continue;
    const values = memory.column(n);
    const mark = memory.mark();
    memory.kernel.copy(columnOf(unit, sample, grammar), values, n);
    memory.release(mark);
    terms.push({ unit, degree, values });
  }
  return terms;
}
