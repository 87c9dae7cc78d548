/**
 * One notebook through the real kernel: nbclient does the work, this file says how far it is, and which cell failed.
 */
import { spawn } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { jupyterEnvironment, python, root } from "./jupyter.js";

const defaults = {
  /** A cell may take this long, s. */
  timeout: 1800,
  /** Lines of a failing cell that are shown. */
  sourceLines: 5,
};

export interface Executed {
  /** The copy with its outputs. */
  path: string;
  cells: number;
  seconds: number;
  /** The seeds from which it drew random numbers. */
  seeds: number[];
}

/** What execute.py says. */
interface Line {
  cell?: number;
  of?: number;
  seeds?: number[];
  failed?: { message: string; cell: number; source?: string; prompt?: number };
}

/**
 * Executes a notebook, in its own folder; its file stays as it is, the copy with outputs goes to reports/.executed.
 * @throws Error that names the notebook, the cell, its first lines and what went wrong
 */
export async function executeNotebook(
  path: string,
  onProgress: (cell: number, of: number) => void = () => {},
): Promise<Executed> {
  const start = performance.now();
  const inside = relative(root, resolve(path));
  const executed = join(root, "reports", ".executed", inside.startsWith("..") ? basename(path) : inside);
  const unfinished = `${executed}.${process.pid}`;
  mkdirSync(dirname(executed), { recursive: true });

  const script = join(root, "src", "notebook", "execute.py");
  const child = spawn(python(), [script, resolve(path), dirname(resolve(path)), unfinished, String(defaults.timeout)], {
    env: jupyterEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const exit = new Promise<number | null>((done, fail) => child.on("error", fail).on("close", done));
  let cells = 0;
  let seeds: number[] = [];
  let failed: Line["failed"];
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      const line: Line = JSON.parse(text);
      failed ??= line.failed;
      cells = line.of ?? cells;
      seeds = line.seeds ?? seeds;
      if (line.cell !== undefined) onProgress(line.cell, cells);
    }
    if ((await exit) !== 0) throw new Error(`${path} could not be executed:\n${log.trim()}`);
    renameSync(unfinished, executed);
  } finally {
    rmSync(unfinished, { force: true });
  }
  if (failed) throw new Error(failureMessage(path, failed));
  return { path: executed, cells, seeds, seconds: (performance.now() - start) / 1000 };
}

function failureMessage(path: string, { message, source, prompt }: NonNullable<Line["failed"]>): string {
  const where = source === undefined ? "after its last cell" : `in cell In [${prompt}]`;
  const lines = source?.trim().split("\n") ?? [];
  const shown = lines.slice(0, defaults.sourceLines).map((line) => `    ${line}`);
  if (lines.length > shown.length) shown.push("    …");
  const error = stripVTControlCharacters(message).split("\n");
  return [`${path} failed ${where}`, ...shown, ...error.map((line) => `  ${line}`)].join("\n");
}
