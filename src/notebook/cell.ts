/**
 * The running cell, as long work sees it: a signal that Jupyter's Stop aborts, so that the work ends with what it has and the
 * cell goes on, and a place on the page for its progress. Outside a notebook there is no cell.
 */
import { type Displayable, type DisplayHandle, jupyterDisplay, show } from "./display.js";
import { escapeHtml } from "./html.js";

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
  report(progress: { readonly fraction: number; readonly best: string; readonly seconds: number }): void;
  end(): void;
}

/** Work shorter than this shows no progress, s. */
const patience = 1;
/** Characters of a formula. */
const longest = 120;

/** Announces long work in the running cell; undefined outside a notebook. */
export function beginWork(): LongWork | undefined {
  const cell = shared[key];
  if (!cell) return undefined;
  cell.working++;
  let shown: DisplayHandle | undefined;
  let last = 0;
  return {
    signal: cell.stop.signal,
    report({ fraction, best, seconds }) {
      last = seconds;
      if (seconds < patience) return;
      const state = bar(fraction, best, seconds);
      if (shown) shown.update(state);
      else shown = show(state);
    },
    end() {
      cell.working--;
      shown?.update(line(`Searched for ${last.toFixed(1)} s.`));
    },
  };
}

function bar(fraction: number, best: string, seconds: number): Displayable {
  const formula = best.length > longest ? `${best.slice(0, longest)} …` : best;
  const text = `${Math.round(100 * fraction)}% at most · ${seconds.toFixed(0)} s · Stop keeps the best so far: ${formula}`;
  const html =
    `<div style="font-size:13px"><progress max="1" value="${fraction}" style="width:12em;vertical-align:middle"></progress> ` +
    `${escapeHtml(text)}</div>`;
  return { [jupyterDisplay]: () => ({ "text/html": html, "text/plain": text }) };
}

function line(text: string): Displayable {
  return { [jupyterDisplay]: () => ({ "text/html": `<small>${escapeHtml(text)}</small>`, "text/plain": text }) };
}
