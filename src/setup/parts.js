// The parts that eqlab consists of on this machine, each with a look at it: what is there, or how to mend it.

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { findCompiler } from "./binding.js";
import { commandLink, kernelsCompiled } from "./build.js";
import { CommandError, run } from "./command.js";
import { kernelFolder } from "./kernel.js";
import { at, preload, venv, venvPython } from "./paths.js";
import { curePython, findPython } from "./python.js";
import { cureNode } from "./setup.js";
import { binding } from "./tensorflow.js";

/**
 * What a look gives: what was found, how to mend what is not as it should be, and whether eqlab does without.
 * @typedef {{ found?: string, mend?: string, optional?: boolean }} Finding
 */

/** Mends nearly everything. */
const setup = "npm run setup";

/** A look may take this long, in seconds: the first load of a library from a slow disk is slow. */
const patience = 120;

const json = (/** @type {string} */ path) => JSON.parse(readFileSync(path, "utf8"));

/** Something that set-up makes. @param {string} path @param {string} found @returns {Finding} */
const made = (path, found) => (existsSync(path) ? { found } : { mend: setup });

/** @returns {Finding} */
const node = () => ({
  found: `${process.versions.node}, ${process.platform}-${process.arch}, ${availableParallelism()} cores for workers`,
  mend: cureNode(),
});

/** @returns {Finding} */
function npmPackages() {
  const { dependencies, devDependencies } = json(at("package.json"));
  const pinned = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => /^\d/.test(version));
  const off = pinned.filter(([name, version]) => {
    const path = at("node_modules", name, "package.json");
    return !existsSync(path) || json(path).version !== version;
  });
  if (off.length === 0) return { found: `${pinned.length}, in the versions that package.json pins` };
  return { mend: `${setup} (missing or of another version: ${off.map(([name]) => name).join(", ")})` };
}

/** @returns {Finding} */
function simd() {
  // (module (func (result v128) i32.const 0 i8x16.splat))
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];
  // The compiler's library has WebAssembly among the browser's things only.
  const { WebAssembly } = /** @type {any} */ (globalThis);
  if (WebAssembly.validate(new Uint8Array(bytes))) return { found: "yes" };
  return { mend: "this processor lacks what it takes: run eqlab on a newer one" };
}

/** @returns {Promise<Finding>} */
async function systemPython() {
  const { version, problem } = await findPython();
  // Once .venv is made, only making it anew would need one.
  return problem ? { mend: `${problem}. ${curePython}`, optional: existsSync(venvPython) } : { found: version };
}

/** A package in .venv. @param {string} name @returns {() => Promise<Finding>} */
const pythonPackage = (name) => async () => {
  if (!existsSync(venvPython)) return { mend: setup };
  const code = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))";
  const version = await run(venvPython, ["-c", code, name], { seconds: patience }).catch(() => "");
  return version ? { found: version.trim() } : { mend: `delete .venv, then ${setup}` };
};

/** @returns {Finding} */
function kernel() {
  const path = join(kernelFolder, "kernel.json");
  if (!existsSync(path)) return { mend: setup };
  const [program, ...words] = /** @type {string[]} */ (json(path).argv);
  const absent = [program, ...words.filter((word) => !/^-|^\{/.test(word))].filter((word) => !existsSync(word));
  if (absent.length === 0) return { found: `in .venv, run by ${program}` };
  return { mend: `${setup} (its command names ${absent.join(", ")}, which is not there)` };
}

/** Loads tfjs in a process of its own, as a notebook would. @returns {Promise<Finding>} */
async function tfjs() {
  if (!existsSync(at("node_modules", "@tensorflow", "tfjs-node", "package.json"))) return { mend: setup };
  const code = `const tf = require("@tensorflow/tfjs-node");
    tf.ready().then(() => {
      if (tf.tensor([1, 2]).square().sum().dataSync()[0] !== 5) throw new Error("it computes wrongly");
      const library = tf.getBackend() === "tensorflow" ? ", TensorFlow " + tf.backend().binding.TF_Version : "";
      console.log("backend " + tf.getBackend() + ", tfjs " + tf.version.tfjs + library);
    });`;
  try {
    const said = await run(process.execPath, ["--require", preload, "-e", code], { seconds: patience });
    const found = said.split("\n").find((line) => line.startsWith("backend ")) ?? "";
    if (found.startsWith("backend tensorflow")) return { found: `native: ${found}` };
    const mend = process.env.EQLAB_TFJS ? "unset EQLAB_TFJS" : `a C++ compiler or the open network, then ${setup}`;
    return { found: `${found}; not native, convolutional networks train slowly`, mend, optional: true };
  } catch (error) {
    const cause = error instanceof CommandError ? error.cause : String(error);
    return { mend: `delete node_modules, then ${setup}; it can't be loaded:\n${cause}` };
  }
}

/** @returns {Promise<Finding>} */
async function compiler() {
  const path = findCompiler();
  if (path) return { found: (await run(path, ["--version"]).catch(() => path)).split("\n")[0] };
  if (existsSync(binding)) return { found: "none, and none is needed: tfjs's native library is there" };
  /** @type {Record<string, string>} */
  const cures = {
    linux: "sudo apt-get install g++ (Debian, Ubuntu) or sudo dnf install gcc-c++ (Fedora)",
    darwin: "xcode-select --install",
  };
  return { mend: cures[process.platform] ?? "of no use on this platform", optional: true };
}

/** In the order in which they build on each other. @type {[string, () => Finding | Promise<Finding>][]} */
export const parts = [
  ["Node", node],
  ["WebAssembly SIMD", simd],
  ["npm packages", npmPackages],
  ["Python", systemPython],
  ["JupyterLab", pythonPackage("jupyterlab")],
  ["nbconvert", pythonPackage("nbconvert")],
  ["Plotly for JupyterLab", () => made(join(venv, "share", "jupyter", "labextensions", "jupyterlab-plotly"), "yes")],
  ["C++ compiler", compiler],
  ["tfjs", tfjs],
  ["eqlab", () => made(at("dist", "src", "index.js"), "compiled")],
  ["WebAssembly kernels", () => (kernelsCompiled() ? { found: "compiled" } : { mend: setup })],
  ["npx eqlab", () => made(commandLink, "linked")],
  ["TypeScript kernel", kernel],
];
