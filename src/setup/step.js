// A step of set-up: done once, skipped while what it depends on stays the same, redone when it was interrupted.
// Its stamp, a hash of its inputs, is written only after success and lies inside what the step makes, so that
// deleting the one deletes the other.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CommandError } from "./command.js";
import { startLine } from "./progress.js";

/**
 * @typedef {object} Step
 * @property {string} name what the user reads
 * @property {string} stamp the stamp's file, inside what the step makes
 * @property {() => (string | Uint8Array)[]} inputs all that its result depends on
 * @property {(note: string) => boolean} [intact] a quick look whether the result is still there
 * @property {(say: (line: string) => void) => Promise<string | void>} work does it; returns a note to keep and show
 * @property {string | ((error: unknown) => string)} cure what to do if it fails
 */

/** A step's failure, in words: what was run, what it said, what to do. */
export class StepError extends Error {
  /**
   * @param {Step} step
   * @param {unknown} error
   */
  constructor(step, error) {
    const command = error instanceof CommandError ? error.command : undefined;
    const cause = error instanceof CommandError ? error.cause : error instanceof Error ? error.message : String(error);
    const cure = typeof step.cure === "function" ? step.cure(error) : step.cure;
    const parts = { step: step.name, ...(command && { command }), cause, cure };
    super(
      Object.entries(parts)
        .map(([name, text]) => `${name.padStart(8)}: ${text.replaceAll("\n", "\n          ")}`)
        .join("\n"),
    );
  }
}

/**
 * Does the steps that are not yet done, in order, and returns their notes by name; `again` redoes steps by their note.
 * @param {Step[]} steps
 * @param {(step: Step, note: string) => boolean} [again]
 * @throws {StepError} at the first step that fails; what was done before it stays done
 */
export async function doSteps(steps, again = () => false) {
  /** @type {Record<string, string>} */
  const notes = {};
  for (const step of steps) {
    const hash = hashOf(step.inputs());
    const [done, ...rest] = existsSync(step.stamp) ? readFileSync(step.stamp, "utf8").split("\n") : [];
    const note = rest.join("\n");
    if (done === hash && (step.intact?.(note) ?? true) && !again(step, note)) {
      notes[step.name] = note;
      continue;
    }
    rmSync(step.stamp, { force: true });
    const line = startLine(step.name);
    try {
      notes[step.name] = (await step.work(line.say)) ?? "";
    } catch (error) {
      line.end("✗", "");
      throw new StepError(step, error);
    }
    mkdirSync(dirname(step.stamp), { recursive: true });
    writeFileSync(step.stamp, `${hash}\n${notes[step.name]}`);
    line.end("✓", notes[step.name]);
  }
  return notes;
}

/** @param {(string | Uint8Array)[]} inputs */
function hashOf(inputs) {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(input).update("\0");
  return hash.digest("hex");
}
