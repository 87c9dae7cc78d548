// `npm test [-- PATTERN …]`: set-up, types, lint and format, unit tests, every notebook. A pattern is a part of a path:
// then only the unit tests and notebooks that have it run. `--notebooks` runs only notebooks, `--full` all at full length.

import { parseArgs } from "node:util";
import { filesOf } from "./build.js";
import { hand } from "./command.js";
import { at, environment, preload } from "./paths.js";
import { setUp } from "./setup.js";

const { values, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: { notebooks: { type: "boolean" }, full: { type: "boolean" } },
});

const fitting = (/** @type {string[]} */ paths) =>
  paths.filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)));
const whole = patterns.length === 0 && !values.notebooks;

await setUp();

const tests = values.notebooks ? [] : fitting(filesOf("dist/test", /\.test\.js$/));
const notebooks = fitting(filesOf("notebooks", /^notebooks\/(recipes\/)?[^/]+\.ipynb$/));
if (!whole && tests.length + notebooks.length === 0) {
  console.error(`There is no test and no notebook with ${patterns.join(" or ")} in its path.`);
  process.exit(2);
}

/** What runs, in order: its name, whether it is asked for, and what Node is given. @type {[string, boolean, string[]][]} */
const stages = [
  ["Types of set-up", whole, [at("node_modules", "typescript", "bin", "tsc"), "-p", "src/setup"]],
  ["Lint and format", whole, [at("node_modules", "@biomejs", "biome", "bin", "biome"), "check", "--error-on-warnings"]],
  ["Unit tests", tests.length > 0, ["--require", preload, "--test", "--test-reporter=spec", ...tests]],
  ["Notebooks", notebooks.length > 0, [at("dist", "src", "notebook", "run.js"), ...notebooks]],
];
// At their usual length some notebooks learn for a quarter of an hour.
const env = { ...environment(), ...(values.full ? { EQLAB_FULL: "1" } : { EQLAB_QUICK: "1" }) };
const summary = [];
for (const [name, wanted, args] of stages) {
  if (!wanted) continue;
  console.log(`\n── ${name}`);
  const begun = performance.now();
  const code = await hand(process.execPath, args, env);
  summary.push(`${code === 0 ? "✓" : "✗"} ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  if (code !== 0) process.exitCode = 1;
}
console.log(`\n── Summary\n${summary.join("\n")}`);
