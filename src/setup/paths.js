// Where everything lies: the project, what set-up makes in it, and the one cache folder outside it.
// And the environment that keeps npm, pip and Jupyter from writing anywhere else.

import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const windows = process.platform === "win32";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Absolute path of something in the project. */
export const at = (/** @type {string[]} */ ...parts) => join(root, ...parts);

/** The project's own Python. */
export const venv = at(".venv");
export const venvPython = windows ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");

/** Loaded by every Node that touches tfjs: `node --require`. */
export const preload = at("src", "setup", "preload.cjs");

/**
 * The one folder written outside the project: packages fetched, TensorFlow's library, the binding built against it.
 * The same on every platform, since .npmrc, which keeps `npm start` itself from writing elsewhere, can name but one.
 */
export function cacheFolder(env = process.env) {
  return resolve(env.EQLAB_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "eqlab"));
}

/** The environment for every program that set-up and the scripts start. */
export function environment(env = process.env) {
  const cache = cacheFolder(env);
  // Windows spells the name its own way, and a copy of process.env is case-sensitive.
  const path = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  return {
    ...env,
    [path]: [at("node_modules", ".bin"), env[path]].join(delimiter),
    EQLAB_CACHE: cache,
    // For all that goes by it, such as the linter, which makes itself a folder there.
    XDG_CACHE_HOME: join(cache, "xdg"),
    npm_config_cache: join(cache, "npm"),
    PIP_CACHE_DIR: join(cache, "pip"),
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    // pip asks rustc, where there is one, for its version, and rustup takes that as a wish for a folder in the home.
    RUSTUP_HOME: join(cache, "rustup"),
    // The same folders as src/notebook/jupyter.ts has for executing notebooks.
    JUPYTER_CONFIG_DIR: join(venv, "etc", "jupyter"),
    JUPYTER_DATA_DIR: join(venv, "share", "jupyter"),
    JUPYTER_RUNTIME_DIR: join(venv, "var", "jupyter"),
    JUPYTER_PATH: "",
    JUPYTER_PREFER_ENV_PATH: "1",
    IPYTHONDIR: join(venv, "var", "ipython"),
    PYTHONUTF8: "1",
    // TensorFlow's remarks on processor features are not for the notebook's reader.
    TF_CPP_MIN_LOG_LEVEL: env.TF_CPP_MIN_LOG_LEVEL ?? "2",
  };
}
