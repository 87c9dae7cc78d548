/**
 * Round numbers in a law: a constant that a round number (0, ±1, ±2, ±1/2, …) is as good for, within its error, gets it, and a
 * term whose coefficient is 0 goes. The others are fitted anew; the law keeps what it has if that makes it worse.
 */
import { number } from "../expression/build.js";
import type { Law } from "./law.js";
import { substituted } from "./opened.js";
import type { Polished } from "./polish.js";

/** A round number within so many standard errors, or so small a part of the constant, is as good. */
const ERRORS = 2.5;
const PART = 1e-7;
/** Errors larger than this leave nothing to be recognised. */
const UNCLEAR = 0.05;
const DENOMINATORS = [1, 2, 3, 4];
const LARGEST = 10;

/** The law with round numbers in the place of constants that they are as good for. */
export function rounded(law: Law, { values, errors }: Pick<Polished, "values" | "errors">): Law {
  const round = new Map<string, number>();
  law.constants.forEach((name, k) => {
    const found = roundNumber(values[k], errors[k]);
    if (found !== undefined) round.set(name, found);
  });
  const by = new Map([...round].map(([name, value]) => [name, number(value)]));
  const left = law.constants.map((name, k) => ({ name, value: values[k] })).filter(({ name }) => !round.has(name));
  return {
    ...law,
    equations: law.equations.map((equation) => substituted(equation, by)),
    constants: left.map(({ name }) => name),
    values: Float64Array.from(left, ({ value }) => value),
  };
}

/** The round number that a constant is, as far as its error tells; undefined if there is none. */
export function roundNumber(value: number, error: number): number | undefined {
  const near = Math.max(ERRORS * error, PART * Math.abs(value));
  if (!(near < UNCLEAR) || Math.abs(value) > LARGEST + near) return undefined;
  for (const d of DENOMINATORS) {
    const candidate = Math.round(value * d) / d;
    // Fractions are many: the finer, the surer it must be.
    if (Math.abs(candidate - value) <= near && near * d * d < 0.25 * UNCLEAR * (d === 1 ? 4 : 1)) return candidate;
  }
  return undefined;
}
