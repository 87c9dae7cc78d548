/**
 * Many tables, one question: each table's law goes into a results table as soon as it is found, and a sweep that is run again
 * goes on with the tables that are not in there yet.
 */
import { readText } from "./csv.js";
import type { Progress } from "./options.js";
import {
  answer,
  keyOf,
  readTableReply,
  type TableOptions,
  type TableReply,
  type TableRequest,
} from "./parallel/tables.js";
import { openResults, type SweepRow } from "./results.js";

/** Tables that are out at workers, or wait at the server for one, at once. */
const OUT_AT_ONCE = 2_000;
/** Seconds that an answer waits on the server for a sweep that was cut. */
const KEPT = 86_400;
/** Characters of CSV sent to one worker at most; a larger table is searched from here, its jobs on all workers. */
const LARGEST_WHOLE = 2 ** 24;

export interface SweepOptions {
  /** What is asked of each table, as of `discover`. */
  readonly question: TableOptions;
  /** The results table: a CSV file, added to line by line. */
  readonly out?: string;
  /** Address of a Redis whose workers do the work; here, one table after the other, if not given. */
  readonly redis?: string;
  readonly workers?: number;
  readonly signal: AbortSignal;
  /** Called while tables are searched and for each that is done. */
  readonly onProgress?: (progress: { done: number; of: number; file: string; best: string }) => void;
}

/**
 * @returns a row for each file, in their order; after `signal` those that were done
 * @throws InputError for a file that can't be read, or a results table that is none or can't be written
 */
export async function sweep(files: readonly string[], options: SweepOptions): Promise<SweepRow[]> {
  const { question, out, redis, workers, signal, onProgress } = options;
  const requestOf = (file: string): TableRequest => ({ file, csv: readText(file), options: question });
  const copies = new Map<string, number>();
  const keys = files.map((file) => {
    const key = keyOf(requestOf(file)); // all files are read before the work begins
    const before = copies.get(key) ?? 0;
    copies.set(key, before + 1);
    return before === 0 ? key : `${key}-${before}`; // a file with the same content has a line of its own
  });
  const results = openResults(out);
  let done = keys.filter((key) => results.rows.has(key)).length;
  const report = (file: string, best: string) => onProgress?.({ done, of: files.length, file, best });

  const names = new Map(keys.map((key, i) => [key, files[i]]));
  const queue =
    redis === undefined
      ? undefined
      : await (await import("./parallel/queue.js")).openQueue<TableRequest, TableReply>(redis, {
          kind: "tables",
          read: readTableReply,
          keep: KEPT,
          onProgress: (key, best) => report(names.get(key) ?? "", String(best)),
        });
  if (queue) signal.addEventListener("abort", queue.abandon);

  const search = (key: string, request: TableRequest): Promise<TableReply | undefined> => {
    if (queue && request.csv.length <= LARGEST_WHOLE)
      return queue.ask(new Map([[key, request]])).then(([reply]) => reply);
    const machine = { workers, cluster: redis, signal, onProgress: ({ best }: Progress) => report(request.file, best) };
    return answer(request, Object.fromEntries(Object.entries(machine).filter(([, value]) => value !== undefined)));
  };
  const left = keys.entries();
  const lane = async () => {
    for (const [i, key] of left) {
      if (signal.aborted) return;
      if (results.rows.has(key)) continue;
      const reply = await search(key, requestOf(files[i]));
      if (signal.aborted || !reply) return; // what a stopped search has is not the table's law
      if (!results.rows.has(key)) results.add(key, files[i], reply);
      done++;
      report(files[i], "refused" in reply ? reply.refused : reply.best.expression);
    }
  };
  try {
    await Promise.all(Array.from({ length: queue ? OUT_AT_ONCE : 1 }, lane));
  } finally {
    if (queue) signal.removeEventListener("abort", queue.abandon);
    await queue?.close();
  }
  return keys.flatMap((key) => results.rows.get(key) ?? []);
}
