/** Long computing gives the event loop a turn now and then, so that Stop is heard. */
import { setImmediate } from "node:timers/promises";

/** Milliseconds between two turns. */
const PAUSE = 50;
let last = performance.now();

export async function turn(): Promise<void> {
  if (performance.now() - last < PAUSE) return;
  await setImmediate();
  last = performance.now();
}
