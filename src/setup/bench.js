// `npm run bench [-- --quick --json --only SUITE …]`: set-up, the rivals in a Python environment of their own, the benchmark.
// Without the rivals, eqlab runs alone and says so.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hand, run } from "./command.js";
import { cureDownload } from "./cure.js";
import { at, root } from "./paths.js";
import { findPython } from "./python.js";
import { setUp } from "./setup.js";
import { doSteps } from "./step.js";

const folder = at(".cache", "bench-venv");
const python = process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
const requirements = at("test", "benchmark", "requirements.txt");

/** @type {import("./step.js").Step} */
const rivalsStep = {
  name: "Rivals for the benchmark",
  stamp: join(folder, ".eqlab-stamp"),
  inputs: () => [root, process.env.EQLAB_PYTHON ?? "", readFileSync(requirements)],
  intact: () => existsSync(python),
  async work(say) {
    const { command, problem } = await findPython();
    if (problem) throw new Error(problem);
    const [program, ...first] = command;
    rmSync(folder, { recursive: true, force: true });
    await run(program, [...first, "-m", "venv", folder]);
    await run(python, ["-m", "pip", "install", "--no-input", "--progress-bar", "off", "-r", requirements], {
      onLine: say,
    });
  },
  cure: cureDownload("pip", "python -m pip config list"),
};

const args = process.argv.slice(2);
await setUp();
if (!args.includes("--alone")) {
  try {
    await doSteps([rivalsStep]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    console.error(`${error instanceof Error ? error.message : error}\nThe benchmark goes on without rivals.`);
  }
}
process.exitCode = await hand(process.execPath, [at("dist", "test", "benchmark", "bench.js"), ...args]);
