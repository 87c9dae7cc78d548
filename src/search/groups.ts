/**
 * Dimensionless groups: a law that holds in any units is y = Π x^a · F(π₁, π₂, …) with pure numbers π, of which there are
 * fewer than inputs (Buckingham 1914). Each choice of the inputs that measure all others gives one such smaller problem;
 * those with the simplest exponents are searched first.
 */
import { isPure } from "../units/dimension.js";
import type { Grammar } from "./grammar.js";
import { factor, input, type Powers, productOf, single } from "./network.js";
import { type SmallerProblem, smallerProblem } from "./smaller.js";
import type { Problem } from "./workbench.js";

/** Choices that are searched. */
const CHOICES = 3;
/** More inputs have too many choices to look through. */
const MOST_INPUTS = 12;
/** Beyond this, a power is no power of a law. */
const HIGHEST = 6;
/** What a power that is not whole counts more than a whole one. */
const FRACTION = 2;
const TINY = 1e-9;

export interface Choice {
  /** Powers of the inputs in front. */
  readonly front: Powers;
  readonly groups: readonly Powers[];
  readonly cost: number;
}

/**
 * The smaller problems, the simplest first; they have no dimensions any more. None without units of all columns, or where a
 * constant of nature must be missing.
 */
export function reductions(problem: Problem, grammar: Grammar): SmallerProblem[] {
  return choices(problem, grammar).flatMap((choice) => reduced(problem, choice) ?? []);
}

function choices({ dimensions, inputs, shifts }: Problem, grammar: Grammar): Choice[] {
  const d = inputs.length;
  const target = dimensions?.target;
  const known = dimensions?.inputs.flatMap((dimension) => dimension ?? []) ?? [];
  if (!target || known.length < d || d > MOST_INPUTS || known.every(isPure)) return [];
  const nonzero = inputs.map((column, i) => column.every((x) => x + shifts[i] !== 0));
  const positive = inputs.map((column, i) => column.every((x) => x + shifts[i] > 0));
  const allowed = ([i, p]: Powers[number]) =>
    Math.abs(p) <= HIGHEST &&
    (Number.isInteger(p)
      ? (p > 0 && grammar.products) || (grammar.inverse && nonzero[i]) || (grammar.freePowers && positive[i])
      : positive[i] && (grammar.freePowers || (grammar.roots && Number.isInteger(2 * p))));
  const found: Choice[] = [];
  const vectors = known.map(({ powers }) => powers);
  for (const basis of bases(vectors)) {
    const express = (vector: readonly number[]): Powers | undefined => {
      const powers = solve(
        basis.map((i) => vectors[i]),
        vector,
      );
      return powers && basis.flatMap((i, k) => (Math.abs(powers[k]) < TINY ? [] : [[i, tidy(powers[k])] as const]));
    };
    const front = express(target.powers);
    if (!front) return []; // no basis can say it
    const groups = vectors.flatMap((vector, i): Powers[] => {
      if (basis.includes(i)) return [];
      const inverse = express(vector) ?? [];
      return [[[i, 1], ...inverse.map(([j, p]) => [j, -p] as const)]];
    });
    if (groups.length === d || ![front, ...groups].every((powers) => powers.every(allowed))) continue;
    const cost = [front, ...groups]
      .flat()
      .reduce((sum, [, p]) => sum + Math.abs(p) + (Number.isInteger(p) ? 0 : FRACTION), 0);
    found.push({ front, groups, cost });
  }
  return found.sort((a, b) => a.cost - b.cost).slice(0, CHOICES);
}

/** Sets of inputs whose dimensions are independent and span all the others'. */
function bases(vectors: readonly (readonly number[])[]): number[][] {
  let sets: number[][] = [[]];
  for (;;) {
    const larger = sets.flatMap((set) =>
      vectors.flatMap((vector, i) =>
        i > (set.at(-1) ?? -1) &&
        !solve(
          set.map((k) => vectors[k]),
          vector,
        )
          ? [[...set, i]]
          : [],
      ),
    );
    if (larger.length === 0)
      return sets.filter((set) =>
        vectors.every((vector) =>
          solve(
            set.map((k) => vectors[k]),
            vector,
          ),
        ),
      );
    sets = larger;
  }
}

/** The combination of independent vectors that gives a vector, undefined if there is none. */
function solve(basis: readonly (readonly number[])[], vector: readonly number[]): number[] | undefined {
  const rows = Math.max(vector.length, ...basis.map(({ length }) => length));
  const r = basis.length;
  const m = Array.from({ length: rows }, (_, q) => [...basis.map((b) => b[q] ?? 0), vector[q] ?? 0]);
  for (let k = 0; k < r; k++) {
    const pivot = m.findIndex((row, q) => q >= k && Math.abs(row[k]) > TINY);
    if (pivot < 0) return undefined;
    [m[k], m[pivot]] = [m[pivot], m[k]];
    for (let q = 0; q < rows; q++) {
      if (q === k) continue;
      const f = m[q][k] / m[k][k];
      for (let c = k; c <= r; c++) m[q][c] -= f * m[k][c];
    }
  }
  if (m.some((row, q) => q >= r && Math.abs(row[r]) > TINY)) return undefined;
  return Array.from({ length: r }, (_, k) => m[k][r] / m[k][k]);
}

/** Powers are ratios of small numbers: without the rounding of the elimination. */
const tidy = (p: number) => Math.round(p * 12) / 12;

export function reduced(problem: Problem, { front, groups }: Choice): SmallerProblem | undefined {
  const { inputs, shifts, scales, target } = problem;
  const column = (powers: Powers) =>
    target.map((_, row) => powers.reduce((m, [i, p]) => m * (inputs[i][row] + shifts[i]) ** p, 1));
  const factors = (powers: Powers) => powers.map(([i, p]) => factor(single(input(i), 1, shifts[i] || undefined), p));
  const made = groups.map((powers) => ({
    values: column(powers),
    as: single(productOf(...factors(powers))),
    scale: powers.reduce((product, [i, p]) => product * scales[i] ** p, 1),
    shift: 0,
  }));
  return smallerProblem(problem, made, { values: column(front), factors: factors(front) }, undefined);
}
