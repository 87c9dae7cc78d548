// `npm run bench [-- step | digits | dynamics | table-one | SUITE] [-- --quick --json …]`: set-up, rivals and PyTorch in Python environments of
// their own, the benchmark. Without them, eqlab runs alone and says so.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hand, run } from "./command.js";
import { cureDownload } from "./cure.js";
import { at, root } from "./paths.js";
import { findPython } from "./python.js";
import { setUp } from "./setup.js";
import { doSteps } from "./step.js";

/**
 * A Python environment of its own in .cache.
 * @param {string} name @param {string} folder @param {string} list file of requirements in test/benchmark
 * @returns {import("./step.js").Step}
 */
function environmentStep(name, folder, list) {
  const place = at(".cache", folder);
  const windows = process.platform === "win32";
  const python = windows ? join(place, "Scripts", "python.exe") : join(place, "bin", "python");
  const requirements = at("test", "benchmark", list);
  return {
    name,
    stamp: join(place, ".eqlab-stamp"),
    inputs: () => [root, process.env.EQLAB_PYTHON ?? "", readFileSync(requirements)],
    intact: () => existsSync(python),
    async work(say) {
      const { command, problem } = await findPython();
      if (problem) throw new Error(problem);
      const [program, ...first] = command;
      rmSync(place, { recursive: true, force: true });
      try {
        await run(program, [...first, "-m", "venv", place]);
        await run(python, ["-m", "pip", "install", "--no-input", "--progress-bar", "off", "-r", requirements], {
          onLine: say,
        });
      } catch (error) {
        rmSync(place, { recursive: true, force: true });
        throw error;
      }
    },
    cure: cureDownload("pip", "python -m pip config list"),
  };
}

const rivals = environmentStep("Rivals for the benchmark", "bench-venv", "requirements.txt");
const torch = environmentStep("PyTorch for the benchmark", "torch-venv", "requirements-torch.txt");

const args = process.argv.slice(2);
await setUp();
/** What is named is measured alone; else everything. @param {string} part */
const named = (part) => args.includes(part);
const alone = args.includes("--alone") || named("table-one");
const wanted = alone
  ? []
  : named("step") || named("digits") || named("dynamics")
    ? [torch]
    : args.some((arg) => !/^--(json|quick|keep)$/.test(arg))
      ? [rivals]
      : [rivals, torch];
for (const step of wanted) {
  try {
    await doSteps([step]);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nThe benchmark goes on without.`);
  }
}
const program = named("digits") ? "digits.js" : named("dynamics") ? "dynamics.js" : "bench.js";
process.exitCode = await hand(process.execPath, [at("dist", "test", "benchmark", program), ...args]);
