/**
 * The checkpoint of a fit: a journal of its steps' results. A fit takes the same steps in the same order every time, so going on
 * means reading results instead of computing them, up to where the journal ends. Numbers come back to the last bit.
 */
import { createHash } from "node:crypto";
import { openJournal } from "../parallel/journal.js";
import type { DynamicsSettings } from "./options.js";
import type { SeriesSet } from "./series.js";

/** Computes a result that is plain data, or has it from the journal. */
export type Step = <T>(compute: () => Promise<T>) => Promise<T>;

export const unrecorded: Step = (compute) => compute();

/** @throws InputError for a file that is no checkpoint, or one of other series, options or another version */
export function openSteps(path: string, settings: DynamicsSettings, set: SeriesSet, signal: AbortSignal): Step {
  const { known, add } = openJournal(path, keyOf(settings, set), ["search", "network", "dynamics"]);
  let next = 0;
  return async (compute) => {
    if (next < known.length) return JSON.parse(known[next++], revived);
    const result = await compute();
    if (!signal.aborted) add(JSON.stringify(result, told)); // else it is not all it could be
    return result;
  };
}

function keyOf({ options, ...settings }: DynamicsSettings, { list, dt }: SeriesSet): string {
  const hash = createHash("sha256").update(JSON.stringify([settings, dt, list.map(({ rows }) => rows)]));
  for (const { columns } of list) for (const column of columns) hash.update(column);
  return hash.digest("hex");
}

/** What JSON has no word for: arrays of float64, and numbers that are none or have a sign but no size. */
function told(_: string, value: unknown): unknown {
  if (value instanceof Float64Array) {
    return { $float64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  }
  const plain = typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0));
  return plain ? value : { $number: Object.is(value, -0) ? "-0" : `${value}` };
}

function revived(_: string, value: unknown): unknown {
  const { $float64, $number } = (value ?? {}) as { $float64?: string; $number?: string };
  if ($float64 !== undefined) return new Float64Array(new Uint8Array(Buffer.from($float64, "base64")).buffer);
  return $number === undefined ? value : Number($number);
}
