/** Who does the jobs of a search: worker threads here, or the workers of a cluster. */
import { FEW_ROWS } from "../search/description.js";
import type { Problem, Runner } from "../search/workbench.js";
import { inWorkers } from "./pool.js";

export interface Workforce {
  /** Runs jobs of a problem. After the search's signal aborts, jobs not done yet have found nothing. */
  runnerFor(problem: Problem): Runner;
  close(): Promise<void>;
}

export async function openWorkforce(
  rows: number,
  { cluster, workers, signal }: { cluster?: string; workers: number; signal: AbortSignal },
): Promise<Workforce> {
  if (cluster !== undefined) return (await import("./cluster.js")).openCluster(cluster, signal);
  // A second worker takes longer to start than so few rows take to search.
  const threads = rows < FEW_ROWS ? 1 : workers;
  return { runnerFor: (problem) => inWorkers(problem, threads, signal), close: async () => {} };
}
