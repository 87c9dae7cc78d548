// Steps: TypeScript to dist/ by the project's own compiler, AssemblyScript to a WebAssembly module, and the command
// `npx eqlab` on top of them.

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { run } from "./command.js";
import { npm } from "./packages.js";
import { at } from "./paths.js";

/** Kernels in AssemblyScript: the configuration of each module and the file that becomes of it. */
const kernels = [
  { config: "src/search/kernel/asconfig.json", file: "dist/src/search/kernel/kernel.wasm" },
  { config: "src/network/kernel/asconfig.json", file: "dist/src/network/kernel/kernel.wasm" },
];
const assembly = /\/kernel\/assembly\//;

export const kernelsCompiled = () => kernels.every(({ file }) => existsSync(at(file)));

const command = at("dist", "src", "cli.js");

/** What makes `npx eqlab` work in the project. */
export const commandLink = at("node_modules", ".bin", process.platform === "win32" ? "eqlab.cmd" : "eqlab");

/**
 * Files below a folder of the project whose path fits, as paths from the project's root with forward slashes, in order.
 * @param {string} folder
 * @param {RegExp} pattern
 */
export function filesOf(folder, pattern) {
  if (!existsSync(at(folder))) return [];
  const names = /** @type {string[]} */ (readdirSync(at(folder), { recursive: true }));
  const paths = names.map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
  return paths.filter((path) => pattern.test(path)).sort();
}

/** Paths and contents, so that a renamed file counts too. @param {string[]} paths */
const contents = (paths) => paths.flatMap((path) => [path, readFileSync(at(path))]);

const compiled = (/** @type {string} */ path) => !assembly.test(path) && !path.endsWith(".d.ts");
const sources = () => [...filesOf("src", /\.ts$/), ...filesOf("test", /\.ts$/)].filter(compiled);

/** Removes what was compiled from sources that are gone: a deleted test would run for ever. */
function sweep() {
  const wanted = new Set(sources().map((path) => `dist/${path.slice(0, -".ts".length)}`));
  for (const path of filesOf("dist", /\.(js|d\.ts|js\.map)$/)) {
    if (!wanted.has(path.replace(/\.(js|d\.ts|js\.map)$/, ""))) rmSync(at(path));
  }
}

/** @type {import("./step.js").Step} */
export const compileStep = {
  name: "TypeScript",
  stamp: at("dist", ".eqlab-stamp"),
  inputs: () => contents(["package.json", "package-lock.json", "tsconfig.json", ...sources()]),
  intact: () => existsSync(commandLink) || !existsSync(command),
  async work() {
    sweep();
    await run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "-p", "."]);
    if (!existsSync(command)) return;
    chmodSync(command, 0o755);
    // npm links a command only where its file is there, so not in `npm ci`, which runs before the build.
    const { program, first } = npm();
    await run(program, [...first, "rebuild", "eqlab", "--ignore-scripts"]);
  },
  cure: "Mend what the compiler names (file, line, column) and run the same command again.",
};

/** @type {import("./step.js").Step} */
export const assemblyStep = {
  name: "WebAssembly kernels",
  stamp: at("dist", ".eqlab-assembly-stamp"),
  inputs: () => contents(["package-lock.json", ...kernels.map(({ config }) => config), ...filesOf("src", assembly)]),
  intact: kernelsCompiled,
  async work() {
    const compiler = at("node_modules", "assemblyscript", "bin", "asc.js");
    for (const { config } of kernels) await run(process.execPath, [compiler, "--config", config]);
  },
  cure: "Mend what the compiler names (file, line, column) and run the same command again.",
};
