// Step: the TypeScript kernel, made known to the project's own Jupyter and to no other.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at, environment, preload, venv } from "./paths.js";

/** The kernel's name in a notebook's metadata. */
export const kernelName = "tslab";

export const kernelFolder = join(venv, "share", "jupyter", "kernels", kernelName);

const spec = () => ({
  // This very Node, not the one that the PATH of whoever opens a notebook may find.
  argv: [process.execPath, "--require", preload, at("dist", "src", "notebook", "launcher.js"), "{connection_file}"],
  display_name: "TypeScript",
  language: "typescript",
  interrupt_mode: "signal",
  env: { TF_CPP_MIN_LOG_LEVEL: environment().TF_CPP_MIN_LOG_LEVEL },
});

/** @type {import("./step.js").Step} */
export const kernelStep = {
  name: "TypeScript kernel",
  stamp: join(kernelFolder, ".eqlab-stamp"),
  inputs: () => [JSON.stringify(spec())],
  intact: () => existsSync(join(kernelFolder, "kernel.json")),
  async work() {
    mkdirSync(kernelFolder, { recursive: true });
    writeFileSync(join(kernelFolder, "kernel.json"), `${JSON.stringify(spec(), null, 2)}\n`);
  },
  cure: "Make .venv writable, or delete it, and run the same command again.",
};
