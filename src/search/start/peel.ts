/**
 * Peeling: y = f(u) is undone to u = f⁻¹(y), and u sought as a linear combination. An error in y counts in u as
 * f⁻¹'(y) says, so rows get the weight 1/|f⁻¹'(y)|. What is found is fitted again in y by Levenberg–Marquardt.
 */
import { copySprouts } from "../candidates.js";
import type { Fitter } from "../fit.js";
import type { Grammar } from "../grammar.js";
import type { Shelf, Shelves, Sprout } from "../library.js";
import { bestSets, leastSquares, weightedColumn } from "../linear.js";
import {
  type Affine,
  affine,
  type Factor,
  factor,
  functionOf,
  input,
  productOf,
  single,
  type Unit,
} from "../network.js";
import { monomialSums } from "./pursuit.js";

/** One outer function and its inverse. y is in the search's units; `scale` is the user's unit of it. */
export interface Peel {
  readonly name: string;
  readonly inverse: (y: number) => number;
  readonly derivative: (y: number) => number;
  readonly defined: (y: number) => boolean;
  readonly outer: (u: Affine) => Unit;
  /** Does a sum in u mean a product in y, so that ln x_i in u is a factor x_i^p? */
  readonly logarithmic: boolean;
}

const LONGEST = 12;
const LONGEST_KEPT = 8;
const COMBINATIONS = 4;
const TERMS = 4;
const KEEP = 4;

const power = (
  p: number,
  inverse: (y: number) => number,
  derivative: (y: number) => number,
  defined: (y: number) => boolean,
): Peel => ({
  name: `power ${p}`,
  inverse,
  derivative,
  defined,
  outer: (u) => productOf(factor(u, p)),
  logarithmic: false,
});

/**
 * The peels a grammar allows. Functions with a fixed range (sigmoid, tanh, log) apply to the target in the user's own
 * units, so they are given the scale by which the search divided it; `sign` is that of a target of one sign, else 0.
 */
export function peels(
  { functions, exponential, inverse, roots, powers }: Grammar,
  scale: number,
  sign: number,
): Peel[] {
  const found: Peel[] = [];
  functions.forEach((f, index) => {
    if (!f.inverse) return;
    const { value, derivative, defined } = f.inverse;
    const outer = (u: Affine) => functionOf(index, u);
    const peel = (s: number, logarithmic: boolean): Peel => ({
      name: f.name,
      inverse: (y) => value(s * y),
      derivative: (y) => s * derivative(s * y),
      defined: (y) => defined(s * y),
      outer,
      logarithmic,
    });
    if (!exponential(index)) found.push(peel(scale, false));
    else if (sign !== 0) found.push(peel(sign, true));
  });
  if (powers.includes(3))
    found.push(
      power(
        3,
        Math.cbrt,
        (y) => 1 / (3 * Math.cbrt(y) ** 2 + 1e-12),
        () => true,
      ),
    );
  if (sign !== 0 && powers.includes(2))
    found.push(
      power(
        2,
        (y) => Math.sqrt(Math.abs(y)),
        (y) => 0.5 / Math.sqrt(Math.abs(y)),
        () => true,
      ),
    );
  if (inverse)
    found.push(
      power(
        -1,
        (y) => 1 / y,
        (y) => 1 / (y * y),
        (y) => y !== 0,
      ),
    );
  if (roots)
    found.push(
      power(
        0.5,
        (y) => y * y,
        (y) => 2 * y,
        (y) => y > 0,
      ),
    );
  if (roots && inverse)
    found.push(
      power(
        -0.5,
        (y) => 1 / (y * y),
        (y) => 2 / (y * y * y),
        (y) => y > 0,
      ),
    );
  return found;
}

/** Networks f(combination), each with and without a constant outside. */
export function* peeled(peel: Peel, fitter: Fitter, shelves: Shelves): Generator<Affine> {
  const { sample, grammar } = fitter;
  const { memory, n, inputs, positive } = sample;
  const mark = memory.mark();
  const target = invert(peel, fitter);
  if (!target) {
    memory.release(mark);
    return;
  }
  const logarithms: Sprout[] = peel.logarithmic
    ? inputs.flatMap((_, i) =>
        positive[i] ? [{ unit: input(i), family: -1 - i, kind: 0, scale: 1, logarithmOf: i }] : [],
      )
    : [];
  const combinations = monomialSums(target, LONGEST, logarithms, fitter, shelves)
    .filter(({ terms }) => terms.length <= LONGEST_KEPT)
    .sort((a, b) => a.length - b.length)
    .slice(0, COMBINATIONS);
  for (const { terms, bias } of combinations) yield* build(terms, bias);
  const shelf = withLogarithms(shelves, logarithms, fitter);
  for (const set of bestSets(shelf, target, { most: TERMS, keep: KEEP }, fitter)) {
    const sprouts = set.map((k) => shelf.sprouts[k]);
    const inner = memory.mark();
    const z = memory.column(n);
    memory.kernel.multiply(target.z, target.w, z, n);
    const columns = [target.w, ...sprouts.map((sprout) => weightedColumn(sprout, target.w, fitter))];
    const weights = leastSquares(columns, z, fitter);
    memory.release(inner);
    if (!weights) continue;
    const terms = sprouts.map((sprout, k) => ({ sprout, weight: weights[k + 1] }));
    yield* build(terms, weights[0]);
    if (terms.every(({ sprout }) => sprout.logarithmOf === undefined)) {
      const unbiased = network(terms, undefined, undefined);
      if (unbiased) yield unbiased;
    }
  }
  memory.release(mark);

  function* build(terms: Parameters<typeof network>[0], bias: number | undefined): Generator<Affine> {
    for (const constant of [undefined, 0]) {
      const built = network(terms, bias, constant);
      if (built) yield built;
    }
  }

  /** constant + f(Σ terms + bias)·Π x_i^p; undefined where nothing is left after rounding the powers. */
  function network(
    terms: readonly { readonly sprout: Sprout; readonly weight: number }[],
    bias: number | undefined,
    constant: number | undefined,
  ): Affine | undefined {
    const factors: Factor[] = [];
    for (const { sprout, weight } of terms) {
      if (sprout.logarithmOf === undefined) continue;
      const p = grammar.roots ? Math.round(2 * weight) / 2 : Math.round(weight);
      if (p > 0 || (p < 0 && grammar.inverse)) factors.push(factor(single(input(sprout.logarithmOf)), p));
    }
    const links = copySprouts(terms.filter(({ sprout }) => sprout.logarithmOf === undefined));
    if (links.length > 0) factors.push(factor(single(peel.outer(affine(links, bias)))));
    return factors.length > 0 ? single(productOf(...factors), 1, constant) : undefined;
  }
}

function invert({ inverse, derivative, defined }: Peel, { sample }: Fitter) {
  const { memory, n, weights } = sample;
  const z = memory.column(n);
  const w = memory.column(n);
  const y = memory.view(sample.y, n);
  const rowWeights = weights && memory.view(weights, n);
  const [zs, ws] = [memory.view(z, n), memory.view(w, n)];
  let largest = 0;
  for (let i = 0; i < n; i++) {
    if (!defined(y[i])) return undefined;
    zs[i] = inverse(y[i]);
    if (!(Math.abs(zs[i]) < 1e100)) return undefined;
    ws[i] = (rowWeights ? rowWeights[i] : 1) / Math.abs(derivative(y[i]));
    if (!(ws[i] < 1e100)) ws[i] = 0;
    largest = Math.max(largest, ws[i]);
  }
  if (!(largest > 0)) return undefined;
  memory.kernel.scale(1 / largest, w, w, n);
  return { z, w };
}

/** The linear shelf with columns for ln x_i behind it. */
function withLogarithms(
  { linear, rows }: Shelves,
  logarithms: readonly Sprout[],
  fitter: Fitter,
): Pick<Shelf, "sprouts" | "columns"> {
  if (logarithms.length === 0) return linear;
  const { memory, n, ones } = fitter.sample;
  const sprouts = [...linear.sprouts, ...logarithms];
  const columns = memory.allocate(sprouts.length * rows * 4);
  memory.f32.copyWithin(columns >> 2, linear.columns >> 2, (linear.columns >> 2) + linear.sprouts.length * rows);
  const mark = memory.mark();
  logarithms.forEach((sprout, k) => {
    const out = columns + (linear.sprouts.length + k) * rows * 4;
    memory.view32(out, rows).fill(0);
    memory.kernel.narrow(1, weightedColumn(sprout, ones, fitter), out, n);
  });
  memory.release(mark);
  return { sprouts, columns };
}
