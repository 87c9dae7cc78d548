/** `eqlab discover`: one table. */
import { readCsv } from "../csv.js";
import { discover } from "../discover.js";
import type { DiscoverOptions } from "../options.js";
import type { Result } from "../result.js";
import { json, report } from "./report.js";
import { ctrlC, during, progressBar } from "./terminal.js";

/** @returns the exit code */
export async function discoverFile(file: string, options: DiscoverOptions, asJson: boolean): Promise<number> {
  const data = during(`Reading ${file}`, () => readCsv(file));
  const signal = ctrlC();
  const bar = await progressBar();
  let result: Result;
  try {
    result = await discover(data, { ...options, onProgress: bar.show, signal }).finally(bar.end);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write("Stopped before anything was found.\n");
    return 130;
  }

  for (const warning of result.warnings) process.stderr.write(`Warning: ${warning}\n`);
  process.stdout.write(asJson ? json(result) : report(result, file, options.target));
  if (!signal.aborted) return 0;
  process.stderr.write("Stopped: this is the best so far.\n");
  return 130;
}
