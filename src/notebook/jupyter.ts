/**
 * The project's own Jupyter: which Python, and where it keeps its files. All of them lie in .venv, none in the user's
 * home: neither does another Jupyter on the machine see ours, nor ours it.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder; this file runs as dist/src/notebook/jupyter.js. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

const venv = process.env.EQLAB_VENV ?? join(root, ".venv");

/** The Python of the virtual environment. @throws Error where set-up has not made it. */
export function python(): string {
  const path = process.platform === "win32" ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");
  if (!existsSync(path)) throw new Error(`There is no ${path}: npm start makes it.`);
  return path;
}

/** The environment in which every Jupyter program of the project runs. */
export function jupyterEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    JUPYTER_CONFIG_DIR: join(venv, "etc", "jupyter"),
    JUPYTER_DATA_DIR: join(venv, "share", "jupyter"),
    JUPYTER_RUNTIME_DIR: join(venv, "var", "jupyter"),
    IPYTHONDIR: join(venv, "var", "ipython"),
    // Kernels of a Jupyter elsewhere on the machine must not shadow ours.
    JUPYTER_PATH: "",
    JUPYTER_PREFER_ENV_PATH: "1",
    PYTHONUTF8: "1",
  };
}
