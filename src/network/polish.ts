/**
 * What the search makes of a trained network: its weights fitted in float64 by Levenberg–Marquardt, then one part after the
 * other taken out, each time the one without which least is lost.
 */
import { type Candidate, fitted } from "../search/candidates.js";
import { FINAL, type Fitter } from "../search/fit.js";
import { type Affine, copyAffine, size } from "../search/network.js";
import { prune } from "../search/prune.js";

/** Larger networks are not worth the time. */
const LARGEST = 400;

/** The network as fitted, and what it becomes with one part less after the other. */
export function polished(root: Affine, fitter: Fitter, resolution: number): Candidate[] {
  if (size(root) > LARGEST) return [];
  const whole = fitted(copyAffine(root), fitter, FINAL, Number.POSITIVE_INFINITY);
  return whole ? prune(whole, fitter, resolution) : [];
}
