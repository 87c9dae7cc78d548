/**
 * Reading a formula off trained weights: the wiring with its holes becomes a network of the search, in float64, and that the
 * shortest formula that exact algebra makes of it.
 */
import { InputError } from "../errors.js";
import { variable } from "../expression/build.js";
import type { Expression } from "../expression/tree.js";
import { type Gains, PRIMITIVES, type Trained } from "../primitives.js";
import { canonical } from "../search/canonical.js";
import { formula, readable } from "../search/formula.js";
import { type Grammar, makeGrammar } from "../search/grammar.js";
import { type Affine, affine, copyAffine, type Factor, input, single, size } from "../search/network.js";
import { added, networkOf, scaled } from "../search/read.js";
import { shorten } from "../search/shorten.js";
import { alive, columnsOf } from "./alive.js";
import { type Architecture, shapes } from "./architecture.js";
import { expanded } from "./expand.js";

/** A formula of more nodes than this nobody reads, and algebra with it takes long. */
const LARGEST = 1000;
/** Networks larger than this are not rewritten. */
const LARGEST_SHORTENED = 80;

/** What differs, or is left over, by less than this relative to what it is made of is rounding of float32. */
const ROUNDING = 1e-6;

/** The grammar of the formulas that an architecture can hold. */
export const grammarOf = ({ layers }: Architecture): Grammar => {
  const names = new Set(layers.flat());
  // u^v is e^(v·ln u).
  return makeGrammar(names.has("power") ? [...names, "exp", "log"] : [...names]);
};

/**
 * The network of each output.
 * @param weights of one replica
 * @throws InputError where so many weights are at work that no formula could be read
 */
export function networks(of: Architecture, weights: ArrayLike<number>, grammar: Grammar): Affine[] {
  const lives = alive(of, weights);
  const matrices = shapes(of);
  const inputs = Array.from({ length: of.inputs }, (_, i) => single(input(i)));
  const one = affine([], 1);
  let units: Affine[] = [];
  for (const [k, { rows, columns, offset }] of matrices.entries()) {
    const below = k === 0 ? inputs : units;
    const seen = of.dense ? [...below, ...(k === 0 ? [] : inputs), one] : below;
    const sums = Array.from({ length: columns }, (_, column) => {
      const terms: Affine[] = [];
      for (let row = 0; row < rows; row++) {
        const at = offset + row * columns + column;
        if (lives[at]) terms.push(scaled(seen[row], decimal(weights[at])));
      }
      return withoutRounding(added(terms), terms);
    });
    if (k === of.layers.length) return sums.map((sum) => ownCopy(sum, lives));
    units = columnsOf(of.layers[k]).map(({ name, columns: own }) =>
      unitOf(
        name,
        own.map((c) => sums[c]),
        of.gains,
        grammar,
      ),
    );
  }
  throw new Error("a network ends with its outputs");
}

/** outer·f(inner·g) + offset, as a network. */
function unitOf(name: string, sums: readonly Affine[], gains: Gains, grammar: Grammar): Affine {
  const primitive = PRIMITIVES[name];
  const { inner, outer, offset } = (primitive.trained as Trained)[gains];
  const scaledSums = sums.map((sum) => scaled(sum, inner));
  if (name === "identity") return scaled(scaledSums[0], outer);
  const names = sums.map((_, k) => `u${k}`);
  const given = Object.fromEntries(names.map((each, k) => [each, scaledSums[k]]));
  const value = networkOf(primitive.expression(...names.map(variable)), given, grammar);
  return added([scaled(value, outer), ...(offset === 0 ? [] : [affine([], offset)])]);
}

/** A sum whose constants cancel but for the rounding of float32 has none. */
function withoutRounding(sum: Affine, terms: readonly Affine[]): Affine {
  const size = terms.reduce((total, { bias }) => total + Math.abs(bias), 0);
  return Math.abs(sum.bias) < ROUNDING * size ? affine(sum.links) : sum;
}

/** Weights that are ±1 but for the rounding of float32 are that, and factors equal but for it one power. */
function tidied(root: Affine): Affine {
  const near = (a: number, b: number) => Math.abs(a - b) < ROUNDING;
  const print = (of: Affine) => JSON.stringify(of, (_, v) => (typeof v === "number" ? Number(v.toPrecision(6)) : v));
  const visit = (of: Affine): void => {
    for (const link of of.links) {
      if (near(Math.abs(link.weight), 1)) link.weight = Math.sign(link.weight);
      const { unit } = link;
      for (const { input } of unit.factors) visit(input);
      if (unit.kind !== "product") continue;
      const distinct = new Map<string, Factor>();
      for (const each of unit.factors) {
        const same = distinct.get(print(each.input));
        if (same) same.power += each.power;
        else distinct.set(print(each.input), each);
      }
      unit.factors = [...distinct.values()];
    }
  };
  visit(root);
  return root;
}

/** A float32 as the shortest decimal number that it stands for. */
function decimal(weight: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(weight.toPrecision(digits));
    if (Math.fround(short) === weight) return short;
  }
  return weight;
}

/** A copy without shared units. */
function ownCopy(root: Affine, lives: Uint8Array): Affine {
  const nodes = size(root);
  if (nodes <= LARGEST) return copyAffine(root);
  const left = lives.reduce((sum, alive) => sum + alive, 0);
  throw new InputError(
    `With ${left} weights at work the formula would have some ${nodes} terms and operations. mask(threshold) takes the small ` +
      "weights out; if too many are large, the penalty was too low or the training too short.",
  );
}

/** The shortest of the forms that exact algebra gives a network. */
export function simplified(root: Affine, grammar: Grammar): Affine {
  const plain = canonical(tidied(canonical(copyAffine(root), grammar)), grammar);
  const multiplied = expanded(plain, grammar);
  const forms = multiplied ? [plain, canonical(multiplied, grammar)] : [plain];
  const shortened = forms.filter((form) => size(form) <= LARGEST_SHORTENED).map((form) => shorten(form, grammar));
  const best = [...shortened, ...forms].reduce((best, form) => (size(form) < size(best) ? form : best));
  return tidied(copyAffine(best));
}

/** The formula of a network of the search. @param names of the inputs */
export function formulaOf(root: Affine, names: readonly string[], grammar: Grammar): Expression {
  return formula(readable(simplified(root, grammar), grammar), names, grammar);
}
