/**
 * The running cell, as long work sees it: a signal that Jupyter's Stop aborts, so that the work ends with what it has and the
 * cell goes on, and a place on the page for its progress. Outside a notebook there is no cell.
 */
import { type DisplayHandle, jupyterDisplay, type MimeBundle, show } from "./display.js";
import { type LossPoint, type WorkProgress, workingBundle } from "./working.js";

/** What the launcher keeps of a cell. */
export interface Cell {
  readonly stop: AbortController;
  /** Long works under way: while there are any, Stop is theirs. */
  working: number;
}

// The launcher and a cell's imports may have this module twice; the process has one cell.
const key = Symbol.for("eqlab.cell");
const shared = globalThis as { [key]?: Cell | undefined };

/** The cell that runs from now on; undefined for none. For the launcher. */
export function setCell(cell: Cell | undefined): void {
  shared[key] = cell;
}

export interface LongWork {
  /** Aborted by Stop. */
  readonly signal: AbortSignal;
  report(progress: WorkProgress): void;
  end(): void;
}

/** Work shorter than this shows no progress, s. */
const patience = 1;

/** Points of the loss curve; of more, every other one is dropped. */
const mostPoints = 400;

/**
 * Announces long work in the running cell; undefined outside a notebook.
 * @param deed what is said of it in the end: "Searched" for 3.2 s
 */
export function beginWork(deed = "Searched"): LongWork | undefined {
  const cell = shared[key];
  if (!cell) return undefined;
  cell.working++;
  let shown: DisplayHandle | undefined;
  let last = 0;
  let curve: LossPoint[] = [];
  return {
    signal: cell.stop.signal,
    report(progress) {
      last = progress.seconds;
      if (progress.loss !== undefined && Number.isFinite(progress.loss)) curve.push([last, progress.loss]);
      if (curve.length > mostPoints) curve = curve.filter((_, i) => i % 2 === 0);
      if (last < patience) return;
      const state = looking(() => workingBundle(progress, curve));
      if (shown) shown.update(state);
      else shown = show(state);
    },
    end() {
      cell.working--;
      const text = `${deed} for ${last.toFixed(1)} s.`;
      shown?.update(looking(() => ({ "text/html": `<small>${text}</small>`, "text/plain": text })));
    },
  };
}

const looking = (bundle: () => MimeBundle) => ({ [jupyterDisplay]: bundle });
