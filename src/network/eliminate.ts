/**
 * Elimination: what is left of a trained network is fitted in float64, and the weight that is missed least goes, one after the
 * other. Which that is, its saliency w²/(2[H⁻¹]ᵢᵢ) says to second order (optimal brain surgeon, Hassibi & Stork 1993); the best
 * few are tried. Of all the networks on the way the one with the shortest description stays.
 */
import { type Candidate, fitted } from "../search/candidates.js";
import { cholesky, invertFactored } from "../search/dense.js";
import { FINAL, type Fitter, LINEAR } from "../search/fit.js";
import { type Affine, copyAffine, edited, type Places, places } from "../search/network.js";
import { equationsOn } from "../search/normal.js";
import { lengthOf, prune } from "../search/prune.js";

const TRIAL = { steps: 40, tolerance: 1e-3 };
/** Weights of least saliency that are tried. */
const TRIED = 3;
/** Of a larger network, this part goes at once. */
const LARGE = 40;
const AT_ONCE = 0.1;
/** A description longer than the shortest by so many nats won't become short again. */
const HOPELESS = 100;
/** Added to the Hessian's diagonal, relative to it: directions that change nothing. */
const RIDGE = 1e-9;

/**
 * Largest effect of a weight, |w|·‖∂y/∂w‖, relative to the target's scatter: rounded to float32 it then changes the output by
 * less than about 1e-6 of that. Beyond it are large terms that cancel, such as e^(x/1000) in place of x².
 */
const LARGEST_EFFECT = 30;

/** The index of a link, or of a pre-activation's bias, in the order of `places`; −1 for the output's own bias. */
type Part = { readonly link: number } | { readonly bias: number };

/**
 * @param resolution relative mean square of the rounding of the target's digits
 * @returns the network as fitted, and the shortest found; undefined where it has no value on some row, or more parameters than
 * so few rows bear
 */
export function eliminated(root: Affine, fitter: Fitter, resolution: number): [Candidate, Candidate] | undefined {
  const fits = [FINAL, LINEAR].flatMap((how) => fitted(copyAffine(root), fitter, how, Number.POSITIVE_INFINITY) ?? []);
  const whole = fits.find(({ root }) => isSteady(root, fitter)) ?? fits[0];
  if (!whole) return undefined;
  let [current, shortest] = [whole, whole];
  const length = (candidate: Candidate) => lengthOf(candidate, fitter, resolution);
  for (;;) {
    const parts = bySaliency(current.root, fitter);
    if (parts.length < 2) break;
    const several = parts.length > LARGE ? [parts.slice(0, Math.ceil(AT_ONCE * parts.length))] : [];
    const choices = [...several, ...parts.slice(0, TRIED).map((part) => [part])];
    const fit = (some: readonly Part[]) =>
      fitted(without(current.root, some), fitter, TRIAL, Number.POSITIVE_INFINITY) ?? [];
    const trials = choices.flatMap(fit);
    if (trials.length === 0) break;
    const steady = trials.filter(({ root }) => isSteady(root, fitter));
    const [best] = (steady.length > 0 ? steady : trials).sort((a, b) => length(a) - length(b));
    current = best;
    if (length(current) > length(shortest) + HOPELESS) break;
    if (steady.length > 0 && length(current) < length(shortest)) shortest = current;
  }
  const chain = prune(shortest, fitter, resolution).filter(({ root }) => isSteady(root, fitter));
  const pruned = chain.at(-1) ?? shortest;
  const last = fitted(copyAffine(pruned.root), fitter, FINAL, Number.POSITIVE_INFINITY);
  return [whole, last && isSteady(last.root, fitter) ? last : pruned];
}

/** Does the network bear that its weights are rounded to float32? */
function isSteady(root: Affine, fitter: Fitter): boolean {
  const { constants, gram, rows, variance } = equationsOn(fitter)(root);
  const largest = LARGEST_EFFECT ** 2 * rows * variance;
  return constants.every(({ get }, i) => get() ** 2 * gram[i * constants.length + i] <= largest);
}

/** The parts that can be taken out, those that are missed least first. */
function bySaliency(root: Affine, fitter: Fitter): Part[] {
  const { constants, gram } = equationsOn(fitter)(root);
  const k = constants.length;
  const hessian = gram.slice();
  for (let i = 0; i < k; i++) hessian[i * k + i] += RIDGE * hessian[i * k + i] + Number.MIN_VALUE;
  if (!cholesky(hessian, k)) return [];
  const inverse = invertFactored(hessian, k);
  const found = places(root);
  return constants
    .flatMap((constant, i) => {
      const part = partOf(constant, root, found);
      return part ? [{ part, saliency: constant.get() ** 2 / (2 * inverse[i * k + i]) }] : [];
    })
    .sort((a, b) => a.saliency - b.saliency)
    .map(({ part }) => part);
}

/** Where a constant is: it shows when it is set. The last term of a pre-activation has to stay. */
function partOf(
  { get, set }: { get(): number; set(value: number): void },
  root: Affine,
  { links, owners, affines }: Places,
) {
  const value = get();
  set(Number.NaN);
  const link = links.findIndex(({ weight }) => Number.isNaN(weight));
  const bias = affines.findIndex((of) => Number.isNaN(of.bias));
  const own = Number.isNaN(root.bias);
  set(value);
  if (link >= 0) return owners[link] === root || owners[link].links.length > 1 ? { link } : undefined;
  return bias >= 0 || own ? { bias } : undefined;
}

function without(root: Affine, parts: readonly Part[]): Affine {
  return edited(root, (at, copy) => {
    for (const part of parts) {
      if ("link" in part) {
        const { links } = at.owners[part.link];
        if (links.length > 1 || at.owners[part.link] === copy) links.splice(links.indexOf(at.links[part.link]), 1);
      } else {
        const of = part.bias < 0 ? copy : at.affines[part.bias];
        of.bias = 0;
        of.biased = false;
      }
    }
  });
}
