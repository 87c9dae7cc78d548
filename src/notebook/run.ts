/**
 * Notebooks as tests: `node dist/src/notebook/run.js A.ipynb B.ipynb …` executes each through the real kernel.
 * Exit code 0 only if every cell of every notebook ran; 1 if one failed, 2 if a file is missing.
 */
import { existsSync } from "node:fs";
import { executeAll } from "./several.js";

const paths = process.argv.slice(2);
const missing = paths.find((path) => !existsSync(path));
if (paths.length === 0 || missing !== undefined) {
  console.error(
    missing === undefined
      ? "Which notebook? node dist/src/notebook/run.js A.ipynb …"
      : `There is no notebook ${missing}.`,
  );
  process.exit(2);
}
const good = await executeAll(paths, ({ cells, seconds }, path) => `${path}: ${cells} cells, ${seconds.toFixed(1)} s`);
process.exitCode = good ? 0 : 1;
