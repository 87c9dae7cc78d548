/**
 * The ways to compute a unit of a network of the search by the primitives there are: a function by its own or by one shifted by a
 * quarter turn, a product of powers by squares, roots, quotients and products of two.
 */
import { PRIMITIVES } from "../primitives.js";
import type { Grammar } from "../search/grammar.js";
import { type Affine, affine, type Factor, factor, productOf, single, type Unit } from "../search/network.js";
import { added } from "../search/read.js";

/** Factors of a product that are divided between two units in all ways; more are divided in the middle. */
const MOST_DIVIDED = 6;

/** A primitive and its pre-activations. */
export interface Way {
  readonly name: string;
  readonly inputs: readonly Affine[];
}

export function* waysTo(unit: Unit, grammar: Grammar): Generator<Way> {
  if (unit.kind === "function") yield* functions(unit, grammar);
  if (unit.kind === "product") yield* products(unit.factors);
}

/** The primitives that are this function, be it shifted by a quarter turn. */
function* functions({ index, factors }: Unit, grammar: Grammar): Generator<Way> {
  const inputs = factors.map(({ input }) => input);
  const wanted = grammar.functions[index];
  for (const [name, { unit, value }] of Object.entries(PRIMITIVES)) {
    if (unit !== wanted) continue;
    const shift = [0, Math.PI / 2].find((by) => Math.abs(value(0.3, 0.4) - wanted.value(0.3 + by, 0.4)) < 1e-12);
    if (shift === 0) yield { name, inputs };
    else if (shift !== undefined) yield { name, inputs: [added([inputs[0], affine([], -shift)])] };
  }
}

/** The ways to a product of powers. */
function* products(factors: readonly Factor[]): Generator<Way> {
  const powers = factors.map(({ power }) => power);
  const scaledBy = (by: number) => factors.map((f) => factor(f.input, f.power * by));
  for (const [name, { value, powers: own, unit }] of Object.entries(PRIMITIVES)) {
    // Square, cube, root, inverse: a power of what remains.
    if (value.length !== 1 || unit || !own || own[0] === 1) continue;
    const [p] = own;
    // x^3 is not the root of x^6, and a quotient not the inverse of the other way round.
    const fits = powers.every(
      (power) => Number.isInteger(power / p) && Number.isInteger(power) === Number.isInteger(p),
    );
    if (fits && (p > 0 || powers.every((power) => power < 0))) yield { name, inputs: [productOfAll(scaledBy(1 / p))] };
  }
  const below = factors.filter(({ power }) => power < 0).map((f) => factor(f.input, -f.power));
  const above = factors.filter(({ power }) => power > 0);
  if (below.length > 0) {
    yield { name: "division", inputs: [above.length > 0 ? productOfAll(above) : affine([], 1), productOfAll(below)] };
  }
  for (const [left, right] of halves(factors))
    yield { name: "product", inputs: [productOfAll(left), productOfAll(right)] };
  const [only, ...others] = factors;
  if (only && others.length === 0) yield { name: "power", inputs: [only.input, affine([], only.power)] };
}

/** Two groups of factors whose product is the whole: higher powers are split too. */
function* halves(factors: readonly Factor[]): Generator<[Factor[], Factor[]]> {
  const single = factors.flatMap((f) => {
    const count = Number.isInteger(f.power) && Math.abs(f.power) <= MOST_DIVIDED ? Math.abs(f.power) : 1;
    return Array.from({ length: count }, () => factor(f.input, f.power / count));
  });
  const n = single.length;
  if (n < 2) return;
  const seen = new Set<string>();
  const choices = n <= MOST_DIVIDED ? Array.from({ length: 2 ** (n - 1) - 1 }, (_, i) => i + 1) : [2 ** (n >> 1) - 1];
  const even = (choice: number) => Math.abs(n / 2 - bits(choice));
  for (const choice of choices.sort((a, b) => even(a) - even(b))) {
    const [left, right] = [1, 0].map((side) => joined(single.filter((_, i) => ((choice >> i) & 1) === side)));
    const key = JSON.stringify([left, right]);
    if (seen.has(key)) continue;
    seen.add(key);
    yield [left, right];
  }
}

const bits = (n: number): number => (n === 0 ? 0 : (n & 1) + bits(n >> 1));

/** Equal inputs brought together again. */
function joined(factors: readonly Factor[]): Factor[] {
  const found: Factor[] = [];
  for (const { input, power } of factors) {
    const same = found.find((f) => f.input === input);
    if (same) same.power += power;
    else found.push(factor(input, power));
  }
  return found;
}

/** A product of powers as a sum of one term; a lone factor is its own sum. */
function productOfAll(factors: readonly Factor[]): Affine {
  const [only, ...others] = factors;
  return others.length === 0 && only.power === 1 ? only.input : single(productOf(...factors));
}
