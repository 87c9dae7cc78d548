/**
 * The project's own Jupyter, as set-up made it: which Python, and the environment that keeps its files in .venv.
 */
import { existsSync } from "node:fs";

interface Paths {
  root: string;
  venvPython: string;
  environment(): NodeJS.ProcessEnv;
}

// Set-up runs before anything is compiled, so this one place that knows the paths is JavaScript outside dist/.
const paths: Paths = await import(new URL("../../../src/setup/paths.js", import.meta.url).href);

/** The project's folder. */
export const { root } = paths;

/** The Python of the virtual environment. @throws Error where set-up has not made it */
export function python(): string {
  if (!existsSync(paths.venvPython)) throw new Error(`There is no ${paths.venvPython}: npm start makes it.`);
  return paths.venvPython;
}

/** The environment in which every Jupyter program of the project runs. */
export const jupyterEnvironment = paths.environment;
