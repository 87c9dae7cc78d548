/** Several notebooks at once, as many as there are cores; those that took longest last time begin. */
import { availableParallelism } from "node:os";
import { type Executed, executeNotebook } from "./execute.js";
import { readNotebook } from "./ipynb.js";
import { progress } from "./progress.js";

/** Each has a kernel, TensorFlow and worker threads of its own: more would fight for memory. */
const most = 4;

/**
 * Executes notebooks and does `then` with each; says on the terminal how far they are and how each ended. A failure leaves
 * the others to go on.
 * @param then returns what is said of the notebook
 * @returns whether all went well
 */
export async function executeAll(
  paths: readonly string[],
  then: (executed: Executed, path: string) => Promise<string> | string,
): Promise<boolean> {
  const queue = [...paths].sort((a, b) => lastTime(b) - lastTime(a));
  const running = new Map<string, string>();
  let done = 0;
  let good = true;
  const show = (path: string, state?: string) => {
    if (state === undefined) running.delete(path);
    else running.set(path, state);
    const states = [...running].map(([one, at]) => `${one}: ${at}`).join(" · ");
    progress(states && `… ${done} of ${paths.length} done · ${states}`.slice(0, (process.stderr.columns ?? 100) - 1));
  };
  const work = async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      let line: string;
      try {
        const at = path;
        const executed = await executeNotebook(path, (cell, of) => show(at, `cell ${cell} of ${of}`));
        show(path, "the page");
        line = `✓ ${await then(executed, path)}`;
      } catch (error) {
        good = false;
        line = `✗ ${(error as Error).message}`;
      }
      done++;
      progress();
      if (line.startsWith("✓")) console.log(line);
      else console.error(line);
      show(path);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, availableParallelism(), paths.length) }, work));
  progress();
  return good;
}

/** Seconds that a notebook took when it was refreshed; one that never was may take for ever. */
function lastTime(path: string): number {
  try {
    return readNotebook(path).metadata.eqlab?.seconds ?? Number.MAX_VALUE;
  } catch {
    return Number.MAX_VALUE;
  }
}
