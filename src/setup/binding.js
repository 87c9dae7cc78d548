// tfjs-node's own binding, compiled here against the C library inside PyPI's TensorFlow wheel. Library and binding are
// kept in the cache, so the next clone needs neither network nor compiler.

import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { run } from "./command.js";
import { at, cacheFolder, environment, venvPython } from "./paths.js";

/** TensorFlow's release, and the Python whose wheel is taken: any does, we want no Python of it. */
const release = "2.21.0";
const wheelTags = ["--python-version", "3.12", "--implementation", "cp", "--abi", "cp312", "--only-binary=:all:"];

/** What of the wheel is kept: the C library and the C headers, 850 MB of 1.5 GB. */
const wanted = [
  "tensorflow/libtensorflow_",
  ...["tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/platform/ctstring", "xla/tsl/c/"].map(
    (headers) => `tensorflow/include/${headers}`,
  ),
];

const linux = {
  libraries: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
  flags: ["-Wl,-rpath,$ORIGIN/../../deps/lib"],
};
const mac = {
  libraries: ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"],
  flags: ["-Wl,-rpath,@loader_path/../../deps/lib", "-undefined", "dynamic_lookup"],
};

/** Platforms with such a wheel. @type {Record<string, { wheel: string, libraries: string[], flags: string[] }>} */
const platforms = {
  "linux-x64": { wheel: "tensorflow-cpu", ...linux },
  "linux-arm64": { wheel: "tensorflow", ...linux },
  "darwin-arm64": { wheel: "tensorflow", ...mac },
};

/** The C++ compiler: the one that CXX names, else g++ or clang++, wherever the PATH finds it; undefined if none is there. */
export function findCompiler(env = environment()) {
  const folders = (env.PATH ?? "").split(delimiter);
  return [env.CXX || "g++", "g++", "clang++"]
    .flatMap((name) => (isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name))))
    .find((path) => existsSync(path));
}

/**
 * Puts the binding at `target` and the library beside it, where tfjs-node expects them.
 * @param {string} tfjsNode folder of the package
 * @param {string} target file of the binding
 * @param {(line: string) => void} say
 */
export async function buildBinding(tfjsNode, target, say) {
  const name = `${process.platform}-${process.arch}`;
  const platform = platforms[name];
  if (!platform) throw new Error(`no TensorFlow wheel with a C library for ${name}`);
  const { version } = JSON.parse(readFileSync(join(tfjsNode, "package.json"), "utf8"));
  const kept = join(cacheFolder(), `tensorflow-${release}-${name}`);
  const built = join(kept, `tfjs_binding-${version}.node`);
  if (!existsSync(built) && !findCompiler()) throw new Error("no C++ compiler (g++ or clang++)");
  if (!existsSync(kept)) await fetchLibrary(platform.wheel, kept, say);
  if (!existsSync(built)) {
    say("compiling the binding, about 15 s");
    await compile(tfjsNode, kept, built, platform);
  }
  place(built, target);
  for (const library of platform.libraries)
    place(join(kept, "tensorflow", library), join(tfjsNode, "deps", "lib", library));
}

/** Fetches the wheel and unpacks what is wanted of it into `kept`, which appears only when it is whole.
 * @param {string} wheel
 * @param {string} kept
 * @param {(line: string) => void} say
 */
async function fetchLibrary(wheel, kept, say) {
  mkdirSync(dirname(kept), { recursive: true });
  const scratch = mkdtempSync(join(dirname(kept), "unfinished-"));
  try {
    say(`fetching ${wheel} ${release}, about 270 MB`);
    // Not into pip's cache: the wheel is of no more use once it is unpacked.
    await run(venvPython, [
      "-m",
      "pip",
      "download",
      "--no-input",
      "--no-cache-dir",
      "--no-deps",
      "--progress-bar",
      "off",
      ...wheelTags,
      "--dest",
      scratch,
      `${wheel}==${release}`,
    ]);
    say("unpacking TensorFlow's library");
    const unpack =
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.extractall(sys.argv[2], [n for n in z.namelist() if n.startswith(tuple(sys.argv[3:]))])";
    const [file] = readdirSync(scratch);
    await run(venvPython, ["-c", unpack, join(scratch, file), join(scratch, "kept"), ...wanted]);
    renameSync(join(scratch, "kept"), kept);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} tfjsNode
 * @param {string} kept
 * @param {string} built
 * @param {{ libraries: string[], flags: string[] }} platform
 */
async function compile(tfjsNode, kept, built, { libraries, flags }) {
  const includes = [
    at("node_modules", "node-api-headers", "include"),
    join(kept, "tensorflow", "include"),
    dirname(tfjsNode),
  ];
  const sources = readdirSync(join(tfjsNode, "binding")).filter((file) => file.endsWith(".cc"));
  const part = `${built}.part`;
  await run(/** @type {string} */ (findCompiler()), [
    ...["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION"],
    ...includes.map((folder) => `-I${folder}`),
    ...sources.map((file) => join(tfjsNode, "binding", file)),
    ...libraries.map((library) => join(kept, "tensorflow", library)),
    ...flags,
    ...["-o", part],
  ]);
  renameSync(part, built);
}

/** The same file in two places costs its space once; a copy does where the cache lies on another disk.
 * @param {string} from
 * @param {string} to
 */
function place(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}
