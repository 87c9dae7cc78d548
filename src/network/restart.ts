/**
 * The job of a worker: one restart of the paper's training on a problem of the search, read off as published, and polished.
 */
import { InputError } from "../errors.js";
import type { Candidate } from "../search/candidates.js";
import type { Fitter } from "../search/fit.js";
import type { Affine } from "../search/network.js";
import type { Problem } from "../search/workbench.js";
import { architecture } from "./architecture.js";
import { polished } from "./polish.js";
import { networks } from "./readoff.js";
import { READ_OFF } from "./schedule.js";
import { train } from "./train.js";
import type { Sparsity } from "./trainer.js";

export interface Restart {
  readonly sparsity: Sparsity;
  /** Primitives of the hidden layers. */
  readonly layers: readonly (readonly string[])[];
  readonly seed: number;
  /** Number of the restart. */
  readonly restart: number;
  /** The network sees the problem's columns times these. */
  readonly units: { readonly inputs: readonly number[]; readonly target: number };
}

/**
 * @returns first the network as read off, then what the polish makes of it; nothing where training failed in every attempt, or has
 * left more weights than a formula can be read off
 */
export function restart(job: Restart, problem: Problem, fitter: Fitter): Candidate[] {
  const { inputs, target, weights, searchRows } = problem;
  const { units, layers } = job;
  const wiring = architecture({ inputs: inputs.length, layers });
  const x = new Float32Array(searchRows * inputs.length);
  inputs.forEach((column, i) => {
    for (let p = 0; p < searchRows; p++) x[p * inputs.length + i] = column[p] * units.inputs[i];
  });
  const y = Float32Array.from({ length: searchRows }, (_, p) => target[p] * units.target);
  const squares = weights?.subarray(0, searchRows).map((w) => w * w);
  const trained = train(wiring, { x, y, weights: squares }, job);
  if (!trained) return [];
  const kept = trained.weights.map((w) => (Math.abs(w) < READ_OFF ? 0 : w));
  const network = readable(() => networks(wiring, kept, fitter.grammar)[0]);
  if (!network) return [];
  const root = inUnitsOfProblem(network, units);
  const published = { root, error: trained.error };
  return [published, ...polished(root, fitter, problem.resolution)];
}

/** The network, unless it is too large to be read. */
function readable(read: () => Affine): Affine | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function inUnitsOfProblem(root: Affine, { inputs, target }: Restart["units"]): Affine {
  const inward = (of: Affine) => {
    for (const link of of.links) {
      if (link.unit.kind === "input") link.weight *= inputs[link.unit.index];
      for (const { input } of link.unit.factors) inward(input);
    }
  };
  inward(root);
  for (const link of root.links) link.weight /= target;
  root.bias /= target;
  return root;
}
