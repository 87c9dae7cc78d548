// Step: TensorFlow's C library under @tensorflow/tfjs-node. Three ways, the first that works is taken: the package's
// published binary; its own binding, built here against the library inside PyPI's TensorFlow wheel; or none, and tfjs
// computes in WebAssembly (preload.cjs sees to that).

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildBinding, findCompiler } from "./binding.js";
import { CommandError, run } from "./command.js";
import { at, cacheFolder, environment, preload } from "./paths.js";

/** How long things may take, in seconds: a look whether the publisher can be reached, its download, a first computation. */
const limits = { probe: 5, published: 600, trial: 120 };

export const tfjsNode = at("node_modules", "@tensorflow", "tfjs-node");

/** Where tfjs-node looks for its binding: the newest Node-API that it knows and Node has. */
export const binding = join(tfjsNode, "lib", "napi-v8", "tfjs_binding.node");

/** The user's choice of tfjs's backend, if any. */
const chosen = () => process.env.EQLAB_TFJS ?? "";
const noneChosen = () => ["wasm", "cpu"].includes(chosen());

/** Computes something with the native binding, in a process of its own: a wrong library can bring Node down. */
async function tryBinding() {
  const code =
    'const tf = require("@tensorflow/tfjs-node"); if (tf.tensor([1, 2]).square().sum().dataSync()[0] !== 5) throw "1 + 4 is not 5"';
  const env = { ...environment(), EQLAB_TFJS: "native" };
  await run(process.execPath, ["--require", preload, "-e", code], { env, seconds: limits.trial });
}

/** The binary that the package's makers publish: its own install script fetches it. */
async function fetchPublished() {
  const { host } = JSON.parse(readFileSync(join(tfjsNode, "package.json"), "utf8")).binary;
  // A closed network may swallow packets, and the script would wait for minutes; through a proxy only the script finds its way.
  if (!/^(https_proxy|tfjs_node_cdn_storage)$/im.test(Object.keys(process.env).join("\n"))) {
    await fetch(host, { method: "HEAD", signal: AbortSignal.timeout(limits.probe * 1000) }).catch((error) => {
      throw new Error(`${new URL(host).host} can't be reached (${error.cause?.code ?? error.message})`);
    });
  }
  const env = { ...environment(), npm_config_devdir: join(cacheFolder(), "node-gyp") };
  await run(process.execPath, [join("scripts", "install.js")], { cwd: tfjsNode, env, seconds: limits.published });
}

/** @type {{ note: string, way: (say: (line: string) => void) => Promise<void> }[]} */
const ways = [
  { note: "native, published binary", way: fetchPublished },
  { note: "native, built here", way: (say) => buildBinding(tfjsNode, binding, say) },
];

/** The first line of the note when no way worked; then comes what it costs and how to mend it. */
const without = "none";

/** @param {string[]} reasons */
const warning = (reasons) => `${without}: tfjs will compute in WebAssembly
    Cost: convolutional networks train some five times as slowly; discover on a table is as fast as ever.
    Why: ${reasons.join("; ")}.
    To mend it: install a C++ compiler (npm run doctor says how) or connect to the open network, then npm run setup.`;

/** @type {import("./step.js").Step} */
export const tensorflowStep = {
  name: "TensorFlow for tfjs-node",
  stamp: join(tfjsNode, ".eqlab-stamp"),
  inputs: () => [readFileSync(join(tfjsNode, "package.json")), process.platform, process.arch],
  intact(note) {
    if (!isWayAround(note)) return existsSync(binding);
    if (chosen() === "native") return false;
    if (note.includes("EQLAB_TFJS")) return noneChosen();
    // A compiler that came after the last try is a reason to try again.
    return !note.includes("no C++ compiler") || !findCompiler();
  },
  async work(say) {
    if (noneChosen()) return `${without}: EQLAB_TFJS=${chosen()} asks for none`;
    const reasons = [];
    for (const { note, way } of ways) {
      for (const made of ["deps", "lib"]) rmSync(join(tfjsNode, made), { recursive: true, force: true });
      try {
        await way(say);
        await tryBinding();
        return note;
      } catch (error) {
        reasons.push(
          error instanceof CommandError ? `${error.command} ${error.cause}` : /** @type {Error} */ (error).message,
        );
      }
    }
    for (const made of ["deps", "lib"]) rmSync(join(tfjsNode, made), { recursive: true, force: true });
    if (chosen() === "native") throw new Error(reasons.join("\n"));
    return warning(reasons);
  },
  cure: "EQLAB_TFJS=native insists on the native library: install a C++ compiler (npm run doctor says how), or leave EQLAB_TFJS unset to go on without.",
};

/** Whether a step's outcome was a way around, which `npm run setup` tries to better. @param {string} note */
export const isWayAround = (note) => note.startsWith(without);
