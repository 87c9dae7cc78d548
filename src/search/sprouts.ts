/**
 * Drafts of the sprouts: which units are worth having in the library of a table. Slopes are set to the size of the inputs,
 * and how many combinations are worth it falls with the number of inputs. SEARCH.md, section 4.
 */

import type { Start } from "../primitives.js";
import type { Grammar } from "./grammar.js";
import {
  affine,
  factor,
  functionOf,
  input,
  monomial,
  type Powers,
  productOf,
  single,
  type Unit,
  unitSignature,
} from "./network.js";
import type { Sample } from "./sample.js";
import { columnOf } from "./values.js";

/** What `kind` says of a sprout that is no function. */
export const MONOMIAL = -1;
export const POWER = -2;

/** Biases of powers of (b ± x), for an input scaled to 1. */
const POLE_BIASES = [1.2, -1.2, 2.5, -2.5];
const ROOT_BIASES = [0, 1.05, 2.5];

/** Highest power of the only input there is. */
export const HIGHEST_ALONE = 12;

export interface Draft {
  readonly unit: Unit;
  /** Sprouts of one family differ in their parameters only. */
  readonly family: string;
  /** Function of the unit, or MONOMIAL, or POWER of a pre-activation. */
  readonly kind: number;
  /** Is it tried inside other units? */
  readonly inner: boolean;
  /** Are its products with other sprouts tried? */
  readonly paired: boolean;
}

/**
 * Every sprout there may be for these inputs, the monomials first.
 * @param few only monomials, and what is tried inside units or in pairs: a small part
 */
export function draftSprouts(sample: Sample, grammar: Grammar, few = false): Draft[] {
  const drafts: Draft[] = [];
  const d = sample.inputs.length;
  const composed: Powers[] = [];
  for (const powers of monomials(d, grammar)) {
    const unit = monomial(powers);
    const degree = powers.reduce((sum, [, p]) => sum + Math.abs(p), 0);
    const ratio = isRatio(powers);
    drafts.push({
      unit,
      family: unitSignature(unit),
      kind: MONOMIAL,
      inner: powers.length <= 2 ? degree <= 3 || ratio : powers.length === 3 && degree <= 3 && d <= 6,
      paired: unit.kind === "input" || (d <= 4 && powers.length === 1 && powers[0][1] === 2),
    });
    const simple = powers.length <= 2 && degree <= 2.01 && (degree > 1.5 || powers[0][1] !== 1);
    if (simple || (d <= 4 && powers.length === 2 && ratio && degree <= 4)) composed.push(powers);
  }
  for (let i = 0; i < d; i++) drafts.push(...functionsOf(input(i), 1 / sample.largest[i], d, grammar));
  if (!few) {
    for (const powers of composed) drafts.push(...functionsOfMonomial(powers, sample, grammar));
    drafts.push(...ridges(sample, grammar));
  }
  drafts.push(...quadratics(sample, grammar), ...pairFunctions(sample, grammar));
  if (few) return drafts.filter(({ kind, inner, paired }) => kind === MONOMIAL || inner || paired);
  if (grammar.inverse && grammar.products && (d === 3 || d === 4)) {
    for (const powers of twoOverOne(d)) drafts.push(...functionsOfMonomial(powers, sample, grammar));
  }
  return drafts;
}

const isRatio = (powers: Powers) =>
  powers.length === 2 && powers[0][1] * powers[1][1] < 0 && Math.abs(powers[0][1]) === Math.abs(powers[1][1]);

/** Products of powers of inputs, the simple ones first; fewer powers the more inputs there are. */
function* monomials(d: number, { inverse, roots, products, powers }: Grammar): Generator<Powers> {
  const signs = inverse ? [1, -1] : [1];
  for (let i = 0; i < d; i++) {
    const highest = products ? (d === 1 ? HIGHEST_ALONE : d <= 3 ? 8 : 6) : Math.max(...powers);
    for (let p = 1; p <= highest; p++) yield [[i, p]];
    if (inverse) for (let p = 1; p <= (products ? (d <= 3 ? 12 : 4) : 2); p++) yield [[i, -p]];
    if (roots) {
      yield [[i, 0.5]];
      if (inverse) yield [[i, -0.5]];
    }
  }
  if (!products) return;
  const pairPowers = [1, 2, 3, ...(inverse ? [-1, -2] : [])];
  const pairDegree = d <= 4 ? 5 : d <= 6 ? 4 : 3;
  for (const [i, j] of subsets(d, 2)) {
    for (const p of pairPowers)
      for (const q of pairPowers)
        if (Math.abs(p) + Math.abs(q) <= pairDegree)
          yield [
            [i, p],
            [j, q],
          ];
  }
  for (const chosen of subsets(d, 3)) {
    const signed = [...combinations(signs, 3)].map((s) => chosen.map((i, k) => [i, s[k]] as const));
    yield* signed;
    for (let k = 0; k < 3 && d <= 6; k++)
      yield* signed.map((m) => m.map(([i, p], q) => [i, q === k ? 2 * p : p] as const));
    for (let k = 0; k < 3 && d <= 4; k++)
      yield* signed.map((m) => m.map(([i, p], q) => [i, q === k ? p : 2 * p] as const));
  }
  for (const width of [4, 5]) {
    for (const chosen of subsets(d, width)) {
      for (const s of combinations(d <= 6 ? signs : [1], width)) yield chosen.map((i, k) => [i, s[k]] as const);
    }
  }
}

function* twoOverOne(d: number): Generator<Powers> {
  for (const [i, j] of subsets(d, 2))
    for (let k = 0; k < d; k++)
      if (k !== i && k !== j)
        yield [
          [i, 1],
          [j, 1],
          [k, -1],
        ];
}

function* subsets(d: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else for (let i = from; i < d; i++) for (const rest of subsets(d, size - 1, i + 1)) yield [i, ...rest];
}

function* combinations(values: readonly number[], length: number): Generator<number[]> {
  if (length === 0) yield [];
  else for (const rest of combinations(values, length - 1)) for (const v of values) yield [...rest, v];
}

/** Every function of the grammar, and powers of (b ± x), of an input. `scale` is one over its largest size. */
function* functionsOf(of: Unit, scale: number, d: number, grammar: Grammar, coarse = false): Generator<Draft> {
  const name = unitSignature(of);
  for (let f = 0; f < grammar.functions.length; f++) {
    const { starts, coarse: few, inner, biased, paired, name: called } = grammar.functions[f];
    for (const [slope, bias] of coarse ? few : starts) {
      yield {
        unit: functionOf(f, single(of, slope * scale, biased ? bias : undefined)),
        family: `${called}(${name})`,
        kind: f,
        inner: !coarse && inner.some(([s, b]) => s === slope && b === bias),
        paired: !coarse && (paired?.(slope, d) ?? true),
      };
    }
  }
  const shifted = (p: number, biases: readonly number[], signs: readonly number[], inner: boolean): Draft[] =>
    biases.flatMap((bias) =>
      signs
        .filter((sign) => bias !== 0 || sign > 0)
        .map((sign) => ({
          unit: productOf(factor(single(of, sign * scale, bias === 0 ? undefined : bias), p)),
          family: `(${name})^${p}`,
          kind: POWER,
          inner: inner && !coarse,
          paired: !coarse,
        })),
    );
  if (grammar.inverse) {
    yield* shifted(-1, POLE_BIASES, [1], true);
    yield* shifted(-2, POLE_BIASES, [1], false);
  }
  if (grammar.roots) {
    yield* shifted(0.5, ROOT_BIASES, [1, -1], true);
    if (grammar.inverse) yield* shifted(-0.5, ROOT_BIASES, [1, -1], true);
  }
}

function* functionsOfMonomial(powers: Powers, sample: Sample, grammar: Grammar): Generator<Draft> {
  const unit = monomial(powers);
  const { largest, finite } = sizeOf(unit, sample, grammar);
  if (finite && largest > 0) yield* functionsOf(unit, 1 / largest, sample.inputs.length, grammar, true);
}

/** Functions of sums of two inputs, and where there are few inputs of three. */
function* ridges({ inputs, largest }: Sample, { functions }: Grammar): Generator<Draft> {
  const d = inputs.length;
  for (let f = 0; f < functions.length; f++) {
    const { ridge, ridge3, biased, name } = functions[f];
    if (!ridge) continue;
    const draft = (chosen: number[], slopes: number[], bias: number): Draft => ({
      unit: functionOf(
        f,
        affine(
          chosen.map((i, k) => ({ weight: slopes[k] / largest[i], unit: input(i) })),
          biased ? bias : undefined,
        ),
      ),
      family: `${name}(${chosen.join("+")})`,
      kind: f,
      inner: false,
      paired: false,
    });
    // With more inputs there are more sums of two, so every other slope must do.
    const slopes = ridge.slopes.length > 4 && d > 4 ? ridge.slopes.filter((_, k) => k % 2 === 1) : ridge.slopes;
    const anySign = [...slopes.map((s) => -s).reverse(), ...slopes];
    const first = biased ? slopes : anySign; // a bias and the output's weight make up for the sign of the whole
    for (const [i, j] of subsets(d, 2))
      for (const a of first)
        for (const b of anySign) for (const bias of ridge.biases) yield draft([i, j], [a, b], bias);
    if (!ridge3 || d < 3 || d > 4) continue;
    const anySign3 = [...ridge3.map((s) => -s).reverse(), ...ridge3];
    for (const chosen of subsets(d, 3))
      for (const a of ridge3)
        for (const b of anySign3)
          for (const c of anySign3) for (const bias of ridge.biases) yield draft(chosen, [a, b, c], bias);
  }
}

/** Functions of two inputs: of every two columns, and of one with a constant; where there are few, of their squares too. */
function* pairFunctions(sample: Sample, grammar: Grammar): Generator<Draft> {
  const d = sample.inputs.length;
  const squares = d <= 3 && grammar.powers.includes(2) ? [...Array(d).keys()].map((i): Powers => [[i, 2]]) : [];
  const arguments_ = [...Array(d).keys()].map((i): Powers => [[i, 1]]).concat(squares);
  const scaled = arguments_.map((powers) => ({ powers, scale: 1 / sizeOf(monomial(powers), sample, grammar).largest }));
  for (const [f, { name, second }] of grammar.functions.entries()) {
    if (!second) continue;
    const place = ({ powers, scale }: (typeof scaled)[number], [slope, bias]: Start) =>
      slope === 0 ? affine([], bias) : single(monomial(powers), slope * scale, bias === 0 ? undefined : bias);
    const isAlone = ([first, other]: (typeof second.starts)[number]) => first[0] === 0 || other[0] === 0;
    const draft = (a: (typeof scaled)[number], b: (typeof scaled)[number], starts: typeof second.starts): Draft[] =>
      starts.map(([first, other]) => ({
        unit: functionOf(f, place(a, first), place(b, other)),
        family: `${name}(${[a, b].map(({ powers }) => unitSignature(monomial(powers))).join(",")})`,
        kind: f,
        inner: a !== b && a.powers[0][1] === 1 && b.powers[0][1] === 1,
        paired: d <= 3,
      }));
    for (const [i, a] of scaled.entries()) {
      yield* draft(a, a, second.starts.filter(isAlone));
      for (const [j, b] of scaled.entries()) {
        if (i === j || (second.symmetric && i > j)) continue;
        yield* draft(
          a,
          b,
          second.starts.filter((start) => !isAlone(start)),
        );
      }
    }
  }
}

/** Functions of a square, or of a quadratic polynomial, of one input. */
function* quadratics({ inputs, largest }: Sample, { functions, powers }: Grammar): Generator<Draft> {
  if (!powers.includes(2)) return;
  for (let i = 0; i < inputs.length; i++) {
    const q = 1 / largest[i];
    const square: Powers = [[i, 2]];
    for (const [f, { squares, biased, name }] of functions.entries()) {
      if (!squares || inputs.length > squares.most) continue;
      for (const [a, b, c] of squares.starts) {
        const argument = single(monomial(square), a * q * q, biased ? c : undefined);
        if (b !== 0) argument.links.push({ weight: b * q, unit: input(i) });
        const family = b === 0 ? `${name}(${unitSignature(monomial(square))})` : `${name} of a quadratic in ${i}`;
        yield { unit: functionOf(f, argument), family, kind: f, inner: false, paired: b === 0 };
      }
    }
  }
}

/** Largest size of a unit's values on the sample. */
function sizeOf(unit: Unit, sample: Sample, grammar: Grammar): { largest: number; finite: boolean } {
  const { memory, n } = sample;
  const mark = memory.mark();
  const largest = memory.kernel.largest(columnOf(unit, sample, grammar), n);
  memory.release(mark);
  return { largest, finite: largest < 1e30 };
}
