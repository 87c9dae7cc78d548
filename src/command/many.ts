/** The commands for many tables and many machines: `eqlab sweep` and `eqlab worker`. */
import { availableParallelism } from "node:os";
import { InputError, list } from "../errors.js";
import { serve } from "../parallel/serve.js";
import type { TableOptions } from "../parallel/tables.js";
import type { SweepRow } from "../results.js";
import { sweep } from "../sweep.js";

interface Machine {
  readonly workers?: number;
  readonly cluster?: string;
  readonly signal: AbortSignal;
}

/** Serves a cluster until Ctrl-C. @returns the exit code */
export async function serveCluster({ workers = availableParallelism(), cluster, signal }: Machine): Promise<number> {
  if (cluster === undefined) {
    throw new InputError("Say which Redis to serve: eqlab worker --redis redis://host:6379, or set EQLAB_REDIS.");
  }
  if (!Number.isInteger(workers) || workers < 1) {
    throw new InputError(`The number of workers must be a whole number from 1 on, not ${workers}.`);
  }
  const say = (text: string) => process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  let jobs = 0;
  await serve(cluster, {
    workers,
    signal,
    onReady: (shown) => say(`Serving ${shown} with ${workers} worker threads; Ctrl-C ends it after the jobs in hand.`),
    onEvent: ({ kind, text }) => {
      if (kind !== "error") jobs++;
      if (kind !== "job") say(text);
    },
  });
  say(`Ended after ${jobs} jobs.`);
  return 0;
}

interface Sweep extends Machine {
  readonly question: TableOptions;
  readonly out?: string;
  readonly json: boolean;
  readonly show: (progress: { fraction: number; best: string }) => void;
}

/** Searches many tables. @returns the exit code: 130 if it was stopped, 2 if a table could not be used */
export async function sweepFiles(
  files: readonly string[],
  { question, json, show, cluster, ...rest }: Sweep,
): Promise<number> {
  if (files.length === 0) throw new InputError("Name CSV files: eqlab sweep FILE.csv … --target COLUMN.");
  const twice = files.filter((file, i) => files.indexOf(file) !== i);
  if (twice.length > 0) throw new InputError(`Named twice: ${list(twice)}. Name each file once.`);
  const rows = await sweep(files, {
    ...rest,
    question,
    redis: cluster,
    onProgress: ({ done, of, file, best }) => show({ fraction: done / of, best: `${done}/${of} ${file}: ${best}` }),
  });
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
  for (const { file, refused } of rows) if (refused) process.stderr.write(`eqlab: ${file}: ${refused}\n`);
  if (rest.signal.aborted) {
    process.stderr.write(
      `Stopped: ${rows.length} of ${files.length} tables are done.${rest.out ? " Run it again to go on." : ""}\n`,
    );
    return 130;
  }
  return rows.some(({ refused }) => refused) ? 2 : 0;
}

function table(rows: readonly SweepRow[]): string {
  const width = Math.max(0, ...rows.map(({ file }) => file.length));
  return rows
    .map(({ file, verdict, expression, refused }) =>
      `${file.padEnd(width)}  ${(refused ? "refused" : verdict).padEnd("approximation".length)}  ${expression}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
