// Step: JupyterLab's settings where they are not its defaults, for the project's own JupyterLab only.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { venv } from "./paths.js";

const folder = join(venv, "share", "jupyter", "lab", "settings");

const settings = {
  // No question on the first start whether one wants to read news, and no offer of versions that are not the pinned ones.
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
  // Completion waits so long for the kernel, ms: its first answer compiles the types of all that a cell imports.
  "@jupyterlab/completer-extension:manager": { providerTimeout: 8000 },
};

/** @type {import("./step.js").Step} */
export const labSettingsStep = {
  name: "JupyterLab's settings",
  stamp: join(folder, ".eqlab-stamp"),
  inputs: () => [JSON.stringify(settings)],
  async work() {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "overrides.json"), `${JSON.stringify(settings, null, 2)}\n`);
  },
  cure: "Make .venv writable, or delete it, and run the same command again.",
};
