/** Pruning by trial: every part in turn is taken out, or straightened, and the rest fitted again, as long as that shortens the description. */
import { type Candidate, fitted } from "./candidates.js";
import { descriptionLength } from "./description.js";
import type { Fitter } from "./fit.js";
import { removeOne } from "./grow/remove.js";
import { type Affine, parameters, size } from "./network.js";
import { LITTLE, straightened } from "./straight.js";

const TRIAL = { steps: 40, tolerance: 1e-3 };
/** No law has so many parts to lose. */
const MOST = 20;

/** Description length of a fitted network on a fitter's rows. */
export function lengthOf({ root, error }: Candidate, { sample, grammar }: Fitter, resolution: number): number {
  return descriptionLength(
    { error, parameters: parameters(root, grammar), size: size(root) },
    sample.n,
    sample.variance,
    resolution,
  );
}

/** The candidate, and what it becomes with one part less after the other; the last is the shortest. */
export function prune(candidate: Candidate, fitter: Fitter, resolution: number, options = TRIAL): Candidate[] {
  const chain = [candidate];
  let length = lengthOf(candidate, fitter, resolution);
  for (let step = 0; step < MOST; step++) {
    let best: Candidate | undefined;
    for (const trial of shortened(chain[chain.length - 1].root, fitter, { options })) {
      const trialLength = lengthOf(trial, fitter, resolution);
      if (!(trialLength < length)) continue;
      length = trialLength;
      best = trial;
    }
    if (!best) break;
    chain.push(best);
  }
  return chain;
}

/**
 * All fitted networks with one part less, and the one without functions that hardly bend.
 * @param part which of how many divisions of them, in their order; all if not given
 */
export function shortened(root: Affine, fitter: Fitter, { options = TRIAL, part = 0, of = 1 } = {}): Candidate[] {
  const straight = straightened(root, LITTLE, fitter);
  const networks = [...removeOne(root), ...(straight ? [straight] : [])];
  const from = (k: number) => Math.floor((k * networks.length) / of);
  return networks.slice(from(part), from(part + 1)).flatMap((network) => fitted(network, fitter, options) ?? []);
}
