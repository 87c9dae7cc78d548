/**
 * The compiler that tslab uses for cells, wherever npm has put it, with one thing mended, for which this module has to be loaded
 * before tslab: completing the members of a value fails when one of them is named by a symbol, as every value that can show
 * itself has one. The compiler then looks for an import of that symbol, in a folder that tslab doesn't tell it.
 */
import { createRequire } from "node:module";
import type * as TypeScript from "@tslab/typescript-for-tslab";

const require = createRequire(import.meta.url);
const path = createRequire(require.resolve("tslab/dist/main.js")).resolve("@tslab/typescript-for-tslab");

/** tslab's entrance to completion; the first argument is what the compiler knows of the machine. */
type Complete = (host: object, ...rest: unknown[]) => unknown;

const compiler: typeof TypeScript & { Completions: { getCompletionsAtPositionForTslab: Complete } } = require(path);
const { getCompletionsAtPositionForTslab: complete } = compiler.Completions;

/** The compiler. */
export const ts: typeof TypeScript = {
  ...compiler,
  Completions: {
    ...compiler.Completions,
    getCompletionsAtPositionForTslab: (host: object, ...rest: unknown[]) =>
      complete({ ...host, getCurrentDirectory: () => process.cwd() }, ...rest),
  },
} as typeof TypeScript;

const loaded = require.cache[path];
if (loaded) loaded.exports = ts;
