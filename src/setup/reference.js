// `npm run reference`: the reference of eqlab's functions and types, from their docstrings, as pages in reports/reference.
// typedoc needs a TypeScript up to 6 beside it, and eqlab is compiled by 7: it gets a folder of its own in .cache, with its own lock.

import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.js";
import { cureDownload } from "./cure.js";
import { npm } from "./packages.js";
import { at } from "./paths.js";
import { setUp } from "./setup.js";
import { doSteps } from "./step.js";

const files = ["package.json", "package-lock.json"];
const source = (/** @type {string} */ file) => at("src", "setup", "reference", file);
const place = at(".cache", "reference");
const typedoc = join(place, "node_modules", "typedoc", "bin", "typedoc");

/** @type {import("./step.js").Step} */
const typedocStep = {
  name: "typedoc",
  stamp: join(place, "node_modules", ".eqlab-stamp"),
  inputs: () => files.map((file) => readFileSync(source(file))),
  intact: () => existsSync(typedoc),
  async work() {
    mkdirSync(place, { recursive: true });
    for (const file of files) copyFileSync(source(file), join(place, file));
    const { program, first } = npm();
    await run(program, [...first, "ci", "--prefer-offline", "--ignore-scripts"], { cwd: place });
  },
  cure: cureDownload("npm", "npm config get registry"),
};

/** Makes the pages. @returns the path of the first */
export async function makeReference() {
  await doSteps([typedocStep]);
  const out = at("reports", "reference");
  await run(process.execPath, [
    ...[typedoc, "--entryPoints", at("src", "index.ts"), "--tsconfig", at("tsconfig.json"), "--out", out],
    ...["--name", "eqlab", "--readme", "none", "--excludePrivate", "--excludeInternal", "--disableSources"],
    // Types that are named by no import, only by what is imported, need no page: their names say enough.
    ...["--validation.notExported", "false", "--githubPages", "false", "--hideGenerator"],
  ]);
  return join(out, "index.html");
}

if (process.argv[1] === import.meta.filename) {
  await setUp();
  console.log(`✓ ${await makeReference()}`);
}
