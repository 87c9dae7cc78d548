/** The same check for a network of the search. */
import { expressible, formula } from "../search/formula.js";
import type { Grammar } from "../search/grammar.js";
import type { Affine } from "../search/network.js";
import { constantsOfNature } from "./check.js";
import type { Dimensions } from "./read.js";

interface Setting {
  /** Names of the inputs. */
  readonly names: readonly string[];
  readonly grammar: Grammar;
  readonly dimensions: Dimensions;
}

/** How many constants of a network must have a dimension; infinity where none could mend it. */
export function natureConstants(root: Affine, { names, grammar, dimensions }: Setting): number {
  if (!expressible(root)) return Number.POSITIVE_INFINITY;
  const place = new Map(names.map((name, i) => [name, dimensions.inputs[i]]));
  return constantsOfNature(formula(root, names, grammar), dimensions.target, (name) => place.get(name));
}
