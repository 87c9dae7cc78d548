/** What a terminal has: a bar of progress, and Ctrl-C. */
import { clearLine, cursorTo } from "node:readline";

/** Aborts at the first Ctrl-C, or when a batch system or a container's host asks for an end; the same once more ends the process. */
export function ctrlC(): AbortSignal {
  const stop = new AbortController();
  for (const asked of ["SIGINT", "SIGTERM"]) process.once(asked, () => stop.abort());
  return stop.signal;
}

/** Says on a terminal what is being done in one piece; Ctrl-C ends the process meanwhile. */
export function during<T>(what: string, work: () => T): T {
  if (!process.stderr.isTTY) return work();
  process.stderr.write(`${what} …`);
  try {
    return work();
  } finally {
    clearLine(process.stderr, 0);
    cursorTo(process.stderr, 0);
  }
}

/** A bar on a terminal; files and pipes get none. */
export async function progressBar() {
  if (!process.stderr.isTTY) return { show: () => {}, end: () => {} };
  const { default: library } = await import("cli-progress");
  const bar = new library.SingleBar({
    stream: process.stderr,
    format: "{bar} {percentage}% {best}",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(1, 0, { best: "" });
  return {
    show: ({ fraction, best = "" }: { fraction: number; best?: string }) => bar.update(fraction, { best }),
    end: () => bar.stop(),
  };
}
