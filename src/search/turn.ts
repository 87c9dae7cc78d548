/** Searches that are taken over one after the other, and may be under way at once. */

/** What a search is told of its place in the row. */
export interface Turn {
  /** Aborts when the search is not needed any more. */
  readonly signal: AbortSignal;
  /** Is it the one that is waited for? */
  isMine(): boolean;
  /** To be called when it will take longer: the next one begins, and its jobs fill the gaps at this one's barriers. */
  slow(): void;
}

export interface Row<Task, Result> {
  readonly search: (task: Task, turn: Turn) => Promise<Result>;
  readonly takeOver: (task: Task, result: Result) => void;
  /** Is the next search to be taken over needed at all? */
  readonly needed: () => Promise<boolean>;
  readonly signal?: AbortSignal;
}

/**
 * Takes over the results in the order of the tasks, for as long as they are needed: what is taken over does not depend on which
 * searches had begun before their turn. No search is left running in the end.
 */
export async function inTurn<Task, Result>(tasks: readonly Task[], row: Row<Task, Result>): Promise<void> {
  const needless = new AbortController();
  const signal = AbortSignal.any([needless.signal, ...(row.signal ? [row.signal] : [])]);
  const begun: Promise<Result>[] = [];
  let current = 0;
  try {
    for (; current < tasks.length && (await row.needed()); current++) {
      begin(current);
      row.takeOver(tasks[current], await begun[current]);
    }
  } finally {
    needless.abort();
    await Promise.allSettled(begun);
  }

  function begin(k: number): void {
    if (k < begun.length || k >= tasks.length) return;
    const slow = () => {
      if (!signal.aborted) begin(k + 1);
    };
    begun[k] = row.search(tasks[k], { signal, isMine: () => k === current, slow });
    begun[k].catch(() => {}); // it is waited for in its turn
  }
}
