/**
 * The checkpoint of a search: a journal of its jobs' results. A search does the same jobs in the same order every time, so
 * going on means reading results instead of computing them, up to where the journal ends. Each batch is written to a new file
 * beside the old one and renamed, so that a cut leaves the old one whole.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { InputError } from "../errors.js";
import type { Candidate } from "../search/candidates.js";
import type { Problem, Runner } from "../search/workbench.js";

interface Journal {
  readonly eqlab: 1;
  /** Hash of the problems and the seed: results are good for nothing else. */
  readonly key: string;
  readonly batches: Candidate[][][];
}

export interface Checkpoint {
  /** A runner that reads results from the journal while there are any, and writes those it computes. */
  wrap(run: Runner): Runner;
}

/** Opens a checkpoint. An existing file must belong to the same search. */
export function openCheckpoint(
  path: string,
  problems: readonly Problem[],
  { seed, signal }: { seed: number; signal: AbortSignal },
): Checkpoint {
  const key = keyOf(problems, seed);
  const batches = existsSync(path) ? read(path, key) : [];
  let next = 0;
  return {
    wrap: (run) => async (jobs) => {
      if (next < batches.length) return batches[next++];
      const results = await run(jobs);
      if (signal.aborted) return results; // not all jobs were done
      batches.push(results);
      next++;
      write(path, { eqlab: 1, key, batches });
      return results;
    },
  };
}

function keyOf(problems: readonly Problem[], seed: number): string {
  const hash = createHash("sha256").update(JSON.stringify([1, seed]));
  for (const { inputs, target, weights, primitives, searchRows } of problems) {
    hash.update(JSON.stringify([primitives, searchRows]));
    for (const column of [...inputs, target, ...(weights ? [weights] : [])]) hash.update(Float64Array.from(column));
  }
  return hash.digest("hex");
}

function read(path: string, key: string): Candidate[][][] {
  let journal: Journal;
  try {
    journal = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new InputError(
      `The checkpoint ${path} can't be read (${(error as Error).message}). Name another file or delete it.`,
    );
  }
  if (journal?.eqlab !== 1 || !Array.isArray(journal.batches)) {
    throw new InputError(`${path} is no checkpoint of eqlab. Name another file: this one is left as it is.`);
  }
  if (journal.key !== key) {
    throw new InputError(
      `The checkpoint ${path} belongs to other data, other options or another seed. Name another file or delete it.`,
    );
  }
  return journal.batches;
}

function write(path: string, journal: Journal): void {
  const beside = `${path}.part`;
  try {
    writeFileSync(beside, JSON.stringify(journal));
    renameSync(beside, path);
  } catch (error) {
    throw new InputError(
      `The checkpoint ${path} can't be written (${(error as Error).message}). Name a file elsewhere.`,
    );
  }
}
