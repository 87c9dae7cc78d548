/** Candidates on their way into the pool: brought to canonical form, fitted, compared. */

import { canonical } from "./canonical.js";
import { mostParameters } from "./description.js";
import { type FitOptions, type Fitter, LINEAR, QUICK, THOROUGH } from "./fit.js";
import type { Sprout } from "./library.js";
import { type Affine, copyUnit, depth, type Link, parameters, size } from "./network.js";
import { LITTLE, NEXT_TO_NOTHING, straightened } from "./straight.js";

/** A fitted network. */
export interface Candidate {
  readonly root: Affine;
  /** Sum of squared (weighted) residuals on the search's rows. */
  readonly error: number;
}

/** Networks larger or deeper than this are not looked at. */
export const LARGEST = 45;
export const DEEPEST = 6;
/** Sums of monomials may be longer: they cost no inner parameter, and growth shortens them. */
export const LARGEST_SUM = 80;
/** A network may have some parameters more than a law of so few rows: pruning may bring it there. */
const SPARE_PARAMETERS = 2;
/** Of a batch, those that get a thorough fit. */
const BEST = 8;

/**
 * Brings a network to its canonical form and fits it; undefined where it is too large or has no value.
 * @param largest size at most; infinite for a network that is to be kept whatever its size and depth
 */
export function fitted(root: Affine, fitter: Fitter, options: FitOptions, largest = LARGEST): Candidate | undefined {
  canonical(root, fitter.grammar);
  if (Number.isFinite(largest) && (size(root) > largest || depth(root) > DEEPEST)) return undefined;
  if (parameters(root, fitter.grammar) > mostParameters(fitter.sample.n) + SPARE_PARAMETERS) return undefined;
  const error = fitter.fit(root, options);
  return Number.isFinite(error) ? { root, error } : undefined;
}

/**
 * A quick fit for all networks of a batch, a thorough one for the best, and for what these are where their functions hardly
 * bend. Weights come back in canonical form.
 */
export function fitBatch(roots: Iterable<Affine>, fitter: Fitter, largest = LARGEST): Candidate[] {
  const quick: Candidate[] = [];
  for (const root of roots) {
    const candidate = fitted(root, fitter, QUICK, largest);
    if (candidate) quick.push(candidate);
  }
  quick.sort((a, b) => a.error - b.error);
  return quick.flatMap(({ root, error }, rank) => {
    const better = rank < BEST ? fitter.fit(root, THOROUGH) : error;
    canonical(root, fitter.grammar);
    const candidate = { root, error: better };
    return rank < BEST ? plain(candidate, fitter, largest) : [candidate];
  });
}

/** The candidate, and what it is a longer name of, if it is: see `straight.ts`. */
function plain(candidate: Candidate, fitter: Fitter, largest: number): Candidate[] {
  const straight = straightened(candidate.root, LITTLE, fitter);
  const shorter = straight && fitted(straight, fitter, THOROUGH, largest);
  if (!shorter) return [candidate];
  canonical(shorter.root, fitter.grammar);
  return straightened(candidate.root, NEXT_TO_NOTHING, fitter) ? [shorter] : [candidate, shorter];
}

/** Sums whose weights are all at the output: one linear solve each. */
export function fitSums(roots: Iterable<Affine>, fitter: Fitter): Candidate[] {
  const found: Candidate[] = [];
  for (const root of roots) {
    const candidate = fitted(root, fitter, LINEAR, LARGEST_SUM);
    if (candidate) found.push(candidate);
  }
  return found;
}

export function copySprouts(terms: readonly { readonly sprout: Sprout; readonly weight: number }[]): Link[] {
  return terms.map(({ sprout, weight }) => ({ weight, unit: copyUnit(sprout.unit) }));
}
