// Set-up: the steps in their order. Run by itself (`npm run setup`), it also tries again what it once found a way around.

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assemblyStep, compileStep } from "./build.js";
import { kernelStep } from "./kernel.js";
import { packages } from "./packages.js";
import { environmentStep, jupyterStep } from "./python.js";
import { doSteps } from "./step.js";
import { isWayAround, tensorflowStep } from "./tensorflow.js";

export const steps = [packages, environmentStep, jupyterStep, tensorflowStep, compileStep, assemblyStep, kernelStep];

/** Oldest Node that runs eqlab. */
const oldestNode = 20;

/**
 * Does what of the set-up is not yet done; ends the process with code 1 and the reason if it can't.
 * @param {{ again?: boolean }} [options] again: try again what a way around was found for
 */
export async function setUp({ again = false } = {}) {
  const begun = performance.now();
  try {
    if (Number(process.versions.node.split(".")[0]) < oldestNode)
      throw new Error(
        `This is Node ${process.versions.node}, and eqlab needs ${oldestNode} or later: install one from nodejs.org.`,
      );
    await doSteps(steps, again ? (_, note) => isWayAround(note) : undefined);
  } catch (error) {
    console.error(
      `\nSet-up stopped. The same command goes on from here.\n${error instanceof Error ? error.message : error}`,
    );
    process.exit(1);
  }
  console.log(`Set-up complete (${((performance.now() - begun) / 1000).toFixed(1)} s).`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await setUp({ again: true });
