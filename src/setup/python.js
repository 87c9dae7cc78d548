// Steps: the project's own Python environment in .venv, and in it JupyterLab, nbconvert and Plotly's extension,
// pinned by requirements.txt for every platform.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.js";
import { cureDownload } from "./cure.js";
import { at, cacheFolder, root, venv, venvPython } from "./paths.js";

/** The oldest Python that the pinned packages run on. */
const oldest = [3, 10];

const requirements = at("src", "setup", "requirements.txt");

/** How Python may be called, the likeliest first; EQLAB_PYTHON names one outright. */
function candidates() {
  const chosen = process.env.EQLAB_PYTHON;
  if (chosen) return [[chosen]];
  const versioned = [14, 13, 12, 11, 10].map((minor) => [`python3.${minor}`]);
  return process.platform === "win32"
    ? [["py", "-3"], ["python"], ["python3"]]
    : [["python3"], ["python"], ...versioned];
}

/**
 * Finds a Python that is new enough and can make environments.
 * @returns {Promise<{ command: string[], version: string, problem?: string }>} the first that will do, or why none does
 */
export async function findPython() {
  let problem = "no Python was found";
  const ask = "import sys; print(*sys.version_info[:3], sep='.'); import venv, ensurepip";
  for (const command of candidates()) {
    const [program, ...first] = command;
    let said;
    try {
      said = await run(program, [...first, "-c", ask], { seconds: 30 });
    } catch (error) {
      if (/No module named '?(venv|ensurepip)/.test(String(error)))
        problem = `${command.join(" ")} lacks its venv module`;
      continue;
    }
    const version = said.trim();
    const [major, minor] = version.split(".").map(Number);
    if (major === oldest[0] && minor >= oldest[1]) return { command, version };
    problem = `${command.join(" ")} is ${version}, and ${oldest.join(".")} or later is needed`;
  }
  return { command: [], version: "", problem };
}

/** How to get Python, or its missing part, on this platform. */
export const curePython =
  {
    linux:
      "Install Python 3.10 or later with its venv module: sudo apt-get install python3 python3-venv (Debian, Ubuntu), sudo dnf install python3 (Fedora). EQLAB_PYTHON=/path/to/python chooses one.",
    darwin:
      "Install Python 3.10 or later: brew install python, or from python.org. EQLAB_PYTHON=/path/to/python chooses one.",
    win32:
      "Install Python 3.10 or later from python.org or the Microsoft Store (winget install Python.Python.3.13). Set EQLAB_PYTHON to choose one.",
  }[/** @type {string} */ (process.platform)] ?? "Install Python 3.10 or later with its venv module.";

/** @type {import("./step.js").Step} */
export const environmentStep = {
  name: "Python environment",
  stamp: join(venv, ".eqlab-stamp"),
  // An environment names its own place in its files: a project that was moved needs a new one.
  inputs: () => [root, process.platform, process.arch, process.env.EQLAB_PYTHON ?? ""],
  intact: () => existsSync(venvPython),
  async work(say) {
    const { command, version, problem } = await findPython();
    if (problem) throw new Error(problem);
    const [program, ...first] = command;
    say(`Python ${version}`);
    // Not --clear: a half-made environment may hold no Python that could clear it.
    rmSync(venv, { recursive: true, force: true });
    await run(program, [...first, "-m", "venv", venv]);
    // JupyterLab brings scripts for Node that are no ES modules, as our package.json would have it.
    writeFileSync(join(venv, "package.json"), "{}\n");
    return `Python ${version}`;
  },
  cure: curePython,
};

/** @type {import("./step.js").Step} */
export const jupyterStep = {
  name: "JupyterLab and nbconvert",
  stamp: join(venv, ".eqlab-packages-stamp"),
  inputs: () => [readFileSync(requirements)],
  async work(say) {
    const wheels = join(cacheFolder(), "wheels");
    mkdirSync(wheels, { recursive: true });
    const pip = (/** @type {string[]} */ ...words) =>
      run(venvPython, ["-m", "pip", ...words, "--no-input", "--progress-bar", "off", "-r", requirements], {
        onLine: say,
      });
    // pip's own cache is of no use without network; a folder of wheels is.
    const install = () => pip("install", "--no-index", "--find-links", wheels);
    await install().catch(async () => {
      await pip("download", "--no-cache-dir", "--dest", wheels);
      await install();
    });
  },
  cure: cureDownload("pip", "python -m pip config list"),
};
