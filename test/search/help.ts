/** What tests of the search share: data from a seed, random networks, and a second, plain way to compute what a network says. */
import assert from "node:assert/strict";
import { DEFAULT_PRIMITIVES, PRIMITIVES } from "../../src/primitives.js";
import { type Random, random } from "../../src/random.js";
import { canonical } from "../../src/search/canonical.js";
import { Fitter } from "../../src/search/fit.js";
import { type Grammar, makeGrammar } from "../../src/search/grammar.js";
import { Memory, type Pointer } from "../../src/search/kernel/memory.js";
import { mutate } from "../../src/search/mutate.js";
import { type Affine, affine, copyAffine, places, type Unit } from "../../src/search/network.js";
import { makeSample } from "../../src/search/sample.js";

export const ALL = makeGrammar(Object.keys(PRIMITIVES));
/** Everything, and primitives of two inputs and homogeneous ones of the user's own. */
export const OWN = makeGrammar([
  ...Object.keys(PRIMITIVES),
  { name: "hyp", formula: "sqrt(u^2+v^2)" },
  { name: "share", formula: "u/(u+v)" },
  { name: "soft", formula: "log(exp(u)+exp(v))" },
  { name: "size", formula: "abs(u)" },
]);
export const DEFAULT = makeGrammar([...DEFAULT_PRIMITIVES, "power"]);

/** n numbers, uniform between two bounds. */
export function uniform(seed: number, n: number, low = -1, high = 1): Float64Array {
  const { uniform } = random(seed, 1);
  return Float64Array.from({ length: n }, () => low + (high - low) * uniform());
}

/** n numbers, normal with standard deviation 1. */
export function normal(seed: number, n: number): Float64Array {
  const { uniform } = random(seed, 2);
  return Float64Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** A column computed row by row from others. */
export const map = (columns: readonly Float64Array[], f: (...row: number[]) => number): Float64Array =>
  columns[0].map((_, i) => f(...columns.map((column) => column[i])));

export function fitterFor(
  inputs: readonly Float64Array[],
  target: Float64Array,
  { weights, grammar = ALL }: { weights?: Float64Array; grammar?: Grammar } = {},
): Fitter {
  return new Fitter(makeSample(new Memory(), inputs, target, weights), grammar);
}

/** The values at an address, copied. */
export const read = ({ sample: { memory } }: Fitter, at: Pointer, n: number): Float64Array =>
  memory.view(at, n).slice();

/** A network's value on one row, straight from its definition. */
export function outputAt(of: Affine, row: readonly number[], grammar: Grammar): number {
  const ofUnit = (unit: Unit): number => {
    if (unit.kind === "input") return row[unit.index];
    const inputs = unit.factors.map(({ input }) => outputAt(input, row, grammar));
    if (unit.kind === "function") return grammar.functions[unit.index].value(...inputs);
    return unit.factors.reduce((product, { power }, k) => product * inputs[k] ** power, 1);
  };
  return of.links.reduce((sum, { weight, unit }) => sum + weight * ofUnit(unit), of.bias);
}

/** Random networks, each changed from an earlier one, in canonical form; on positive inputs some powers of inputs are free. */
export function* randomNetworks(count: number, inputs: number, grammar: Grammar, seed = 1): Generator<Affine> {
  const stream: Random = random(seed, 3);
  const parents: Affine[] = [affine([], 0)];
  while (count > 0) {
    const root = canonical(mutate(parents, inputs, grammar, stream), grammar);
    if (places(root).links.length > 14 || JSON.stringify(root).includes("null")) continue; // too large, or not finite
    parents.push(copyAffine(root));
    for (const { unit } of places(root).links) {
      for (const factor of unit.factors) {
        const only = factor.input.links[0]?.unit;
        const positive = only?.kind === "input" && factor.input.links.length === 1 && !factor.input.biased;
        if (unit.kind === "product" && grammar.freePowers && positive && stream.uniform() < 0.3) {
          factor.free = true;
          factor.power = 0.3 + stream.uniform();
          factor.input.links[0].weight = 1;
        }
      }
    }
    count--;
    yield root;
  }
}

/** Asserts |actual − expected| ≤ tolerance·max(1, |expected|). */
export function close(actual: number, expected: number, tolerance: number, what = ""): void {
  const off = Math.abs(actual - expected);
  assert.ok(off <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${actual} instead of ${expected}`);
}

/** The same for lists, entry by entry. */
export function allClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what = ""): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) close(actual[i], expected[i], tolerance, `${what} [${i}]`);
}

/** The least-squares solution of columns·x = y by normal equations and Gaussian elimination, and what it leaves of Σy². */
export function solve(columns: readonly Float64Array[], y: Float64Array): { weights: number[]; error: number } {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const rows = columns.map((a) => [...columns.map((b) => dot(a, b)), dot(a, y)]);
  for (let k = 0; k < rows.length; k++) {
    for (let i = 0; i < rows.length; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((v, j) => v - factor * rows[k][j]);
    }
  }
  const weights = rows.map((row, k) => row[rows.length] / row[k]);
  const error = y.reduce((sum, v, i) => sum + (v - columns.reduce((s, c, k) => s + weights[k] * c[i], 0)) ** 2, 0);
  return { weights, error };
}
