/**
 * The checkpoint of a search: a journal of its jobs' results, a line for each batch of jobs. A search does the same jobs in
 * the same order every time, so going on means reading results instead of computing them, up to where the journal ends. A last
 * line that a cut or a full disk has left unfinished is dropped; each line begins with its checksum, so that no damaged number
 * passes for a result.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors.js";
import type { Problem, Runner } from "../search/workbench.js";

/** The first line. */
interface Header {
  readonly eqlab: 2;
  /** Hash of the problems and the seed: results are good for nothing else. */
  readonly key: string;
  /** Hash of the search's own code: another search would do other jobs. */
  readonly search: string;
}

export interface Checkpoint {
  /** A runner that reads results from the journal while there are any, and writes those it computes. */
  wrap(run: Runner): Runner;
}

/** What the jobs of a search depend on beside its problems. */
export interface CheckpointSettings {
  readonly seed: number;
  readonly method?: "search" | "paper";
  readonly sparsity?: string;
  readonly layers?: number;
  readonly restarts?: number;
  readonly signal: AbortSignal;
}

/** Opens a checkpoint. An existing file must belong to the same search. */
export function openCheckpoint(
  path: string,
  problems: readonly Problem[],
  { signal, ...settings }: CheckpointSettings,
): Checkpoint {
  const { known, add } = openJournal(path, keyOf(problems, settings));
  let next = 0;
  return {
    wrap: (run) => async (jobs) => {
      if (next < known.length) return JSON.parse(known[next++]);
      const results = await run(jobs);
      if (!signal.aborted) add(JSON.stringify(results)); // else not all jobs were done
      return results;
    },
  };
}

/**
 * Opens a journal, or begins one.
 * @param key hash of all that its entries depend on beside the code
 * @param folders of the code they depend on
 * @returns what is in it, and how to add more; each a text on one line
 * @throws InputError for a file of another key or version
 */
export function openJournal(
  path: string,
  key: string,
  folders: readonly string[] = SEARCH,
): { readonly known: string[]; add(entry: string): void } {
  const header: Header = { eqlab: 2, key, search: versionOf(folders) };
  const known = existsSync(path) ? read(path, header) : [];
  if (!existsSync(path)) append(path, JSON.stringify(header));
  return { known, add: (entry) => append(path, summed(entry)) };
}

/** Folders of the code that decides what a search does, beside the files next to them. */
const SEARCH = ["search", "network"];

function keyOf(problems: readonly Problem[], settings: Omit<CheckpointSettings, "signal">): string {
  const { seed, method, sparsity, layers, restarts } = settings;
  const hash = createHash("sha256").update(
    JSON.stringify([1, seed, ...(method === "paper" ? [sparsity, layers, restarts] : [])]),
  );
  for (const { inputs, target, weights, ...rest } of problems) {
    hash.update(JSON.stringify(rest));
    for (const column of [...inputs, target, ...(weights ? [weights] : [])]) hash.update(Float64Array.from(column));
  }
  return hash.digest("hex");
}

function versionOf(folders: readonly string[]): string {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const files = [
    ...readdirSync(folder).filter((file) => file.endsWith(".js")),
    ...folders.flatMap((part) =>
      readdirSync(folder + part, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(js|wasm)$/.test(file))
        .map((file) => `${part}/${file}`),
    ),
  ];
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(file).update(readFileSync(folder + file));
  return hash.digest("hex");
}

function read(path: string, expected: Header): string[] {
  try {
    const [header, ...lines] = readFileSync(path, "utf8").split("\n");
    const unfinished = lines.pop(); // empty after a whole line
    checkHeader(path, header, expected);
    if (unfinished) truncateSync(path, statSync(path).size - Buffer.byteLength(unfinished));
    return lines.map((line, i) => {
      const json = line.slice(line.indexOf(" ") + 1);
      if (line !== summed(json)) throw new Error(`line ${i + 2} is damaged`);
      return json;
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `The checkpoint ${path} can't be read (${(error as Error).message}). Name another file or delete it.`,
    );
  }
}

function checkHeader(path: string, line: string, { key, search }: Header): void {
  let header: Partial<Header> | null = null;
  try {
    header = JSON.parse(line);
  } catch {}
  if (typeof header?.eqlab !== "number" || typeof header.key !== "string") {
    throw new InputError(`${path} is no checkpoint of eqlab. Name another file: this one is left as it is.`);
  }
  if (header.eqlab !== 2 || header.search !== search) {
    throw new InputError(
      `The checkpoint ${path} is of another version of eqlab's search, so it can't be gone on with. ` +
        "Name another file or delete it: the search starts anew.",
    );
  }
  if (header.key !== key) {
    throw new InputError(
      `The checkpoint ${path} belongs to other data, other options or another seed. Name another file or delete it.`,
    );
  }
}

/** A line behind its checksum. */
function summed(json: string): string {
  return `${createHash("sha256").update(json).digest("hex").slice(0, 16)} ${json}`;
}

function append(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`);
  } catch (error) {
    throw new InputError(
      `The checkpoint ${path} can't be written (${(error as Error).message}). Name a file elsewhere.`,
    );
  }
}
