// Set-up: the steps in their order. Run by itself (`npm run setup`), it also tries again what it once found a way around.

import { assemblyStep, compileStep } from "./build.js";
import { kernelStep } from "./kernel.js";
import { labSettingsStep } from "./lab-settings.js";
import { packages } from "./packages.js";
import { environmentStep, jupyterStep } from "./python.js";
import { doSteps } from "./step.js";
import { isWayAround, tensorflowStep } from "./tensorflow.js";

export const steps = [
  packages,
  environmentStep,
  jupyterStep,
  tensorflowStep,
  compileStep,
  assemblyStep,
  kernelStep,
  labSettingsStep,
];

/** Oldest Node that runs eqlab. */
const oldestNode = "20.19";

/** What is to be done about this Node, if it is too old. */
export function cureNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestNode.split(".").map(Number);
  const good = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return good ? undefined : `install Node ${oldestNode} or later, from nodejs.org (this is ${version})`;
}

/**
 * Does what of the set-up is not yet done; ends the process with code 1 and the reason if it can't.
 * @param {{ again?: boolean }} [options] again: try again what a way around was found for
 */
export async function setUp({ again = false } = {}) {
  const begun = performance.now();
  try {
    const cure = cureNode();
    if (cure) throw new Error(cure);
    await doSteps(steps, again ? (_, note) => isWayAround(note) : undefined);
  } catch (error) {
    console.error(
      `\nSet-up stopped. The same command goes on from here.\n${error instanceof Error ? error.message : error}`,
    );
    process.exit(1);
  }
  console.error(`Set-up complete (${((performance.now() - begun) / 1000).toFixed(1)} s).`);
}

if (process.argv[1] === import.meta.filename) await setUp({ again: true });
