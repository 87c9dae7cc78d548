import { type NamedFormula, unitOf } from "../custom.js";
import { DEFAULT_PRIMITIVES, PRIMITIVES, type UnitFunction } from "../primitives.js";
import type { Gauge } from "./canonical.js";

/** What the search may build: the primitives asked for, in the form it uses them. */
export interface Grammar extends Gauge {
  readonly functions: readonly UnitFunction[];
  /** Index in `functions` of a function with this name, or −1. */
  readonly indexOf: (name: string) => number;
  /** Powers a factor may have, 1 first. */
  readonly powers: readonly number[];
  /** Are negative powers among them? */
  readonly inverse: boolean;
  /** Are powers of one half? */
  readonly roots: boolean;
  /** May real exponents of positive inputs be fitted? */
  readonly freePowers: boolean;
  /** May two different units be multiplied? */
  readonly products: boolean;
}

/** The grammar of a list of primitives (already checked): names, and the user's own. */
export function makeGrammar(primitives: readonly (string | NamedFormula)[] = DEFAULT_PRIMITIVES): Grammar {
  const names = primitives.filter((primitive) => typeof primitive === "string");
  const chosen = names.map((name) => PRIMITIVES[name]);
  const custom = primitives.filter((primitive) => typeof primitive !== "string").map(unitOf);
  const functions = [...new Set([...chosen.flatMap((p) => (p.unit ? [p.unit] : [])), ...custom])];
  const powers = new Set([1, ...chosen.flatMap((p) => p.powers ?? [])]);
  const inverse = powers.has(-1);
  const roots = powers.has(0.5);
  if (roots && inverse) powers.add(-0.5);
  return {
    functions,
    indexOf: (name) => functions.findIndex((f) => f.name === name),
    powers: [...powers].sort((a, b) => Math.abs(a - 1.1) - Math.abs(b - 1.1)),
    inverse,
    roots,
    freePowers: chosen.some((p) => p.freePowers),
    products: names.includes("product"),
    exponential: (index) => !functions[index].biased,
    degree: (index) => functions[index].degree,
  };
}
