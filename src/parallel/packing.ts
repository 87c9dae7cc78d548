/**
 * What goes to a worker and comes back. Networks travel as lists of numbers: to copy a list takes a tenth of the time it
 * takes to copy as many objects, and that time is the one part of a search that more workers don't share.
 *
 *   pre-activation: bias, is it biased?, number of links, then for each its weight and unit
 *   unit: kind, index, number of factors, then for each its power, is it free?, and its pre-activation
 */
import type { Candidate } from "../search/candidates.js";
import { type Affine, affine, type Factor, type Link, type Unit } from "../search/network.js";
import type { Job, Problem } from "../search/workbench.js";

/** A job, with the problem it belongs to: a worker that has met the problem keeps its workbench. */
export interface Task {
  readonly session: string;
  readonly problem: Problem;
  /** The job without its networks. */
  readonly job: Job;
  readonly networks: Float64Array;
}

/** What a job has found. */
export interface Findings {
  readonly networks: Float64Array;
  readonly errors: Float64Array;
}

export function taskOf(session: string, problem: Problem, job: Job): Task {
  return { session, problem, ...strippedOf(job) };
}

/** A job without its networks, and these. */
export function strippedOf(job: Job): Pick<Task, "job" | "networks"> {
  if (job.kind === "start" || job.kind === "train") return { job, networks: pack([]) };
  return job.kind === "mutate"
    ? { job: { ...job, parents: [] }, networks: pack(job.parents) }
    : { job: { ...job, root: affine([]) }, networks: pack([job.root]) };
}

export function jobOf({ job, networks }: Pick<Task, "job" | "networks">): Job {
  const roots = unpack(networks);
  if (job.kind === "start" || job.kind === "train") return job;
  return job.kind === "mutate" ? { ...job, parents: roots } : { ...job, root: roots[0] };
}

export function findingsOf(candidates: readonly Candidate[]): Findings {
  return {
    networks: pack(candidates.map(({ root }) => root)),
    errors: Float64Array.from(candidates, ({ error }) => error),
  };
}

export function candidatesOf({ networks, errors }: Findings): Candidate[] {
  return unpack(networks).map((root, k) => ({ root, error: errors[k] }));
}

const KINDS = ["input", "function", "product"] as const;

/** All of them, one after another. */
export function pack(networks: readonly Affine[]): Float64Array {
  const numbers: number[] = [];
  for (const network of networks) packAffine(network, numbers);
  return Float64Array.from(numbers);
}

function packAffine({ bias, biased, links }: Affine, to: number[]): void {
  to.push(bias, biased ? 1 : 0, links.length);
  for (const { weight, unit } of links) {
    to.push(weight, KINDS.indexOf(unit.kind), unit.index, unit.factors.length);
    for (const { power, free, input } of unit.factors) {
      to.push(power, free ? 1 : 0);
      packAffine(input, to);
    }
  }
}

/** What `pack` was given. @throws RangeError for other numbers */
export function unpack(numbers: Float64Array): Affine[] {
  const networks: Affine[] = [];
  let at = 0;
  while (at < numbers.length) networks.push(sum());
  return networks;

  /** Of what follows: never more than there are numbers left. */
  function count(): number {
    const found = numbers[at++];
    if (!(found <= numbers.length - at)) throw new RangeError("The numbers end within a network.");
    return found;
  }

  function sum(): Affine {
    const bias = numbers[at++];
    const biased = numbers[at++] === 1;
    const links: Link[] = new Array(count());
    for (let k = 0; k < links.length; k++) links[k] = { weight: numbers[at++], unit: unit() };
    return { bias, biased, links };
  }

  function unit(): Unit {
    const kind = KINDS[numbers[at++]];
    const index = numbers[at++];
    const factors: Factor[] = new Array(count());
    for (let k = 0; k < factors.length; k++) {
      const power = numbers[at++];
      const free = numbers[at++] === 1;
      factors[k] = { input: sum(), power, free };
    }
    return { kind, index, factors };
  }
}
