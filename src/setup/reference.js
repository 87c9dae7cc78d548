// `npm run reference`: the reference of eqlab's functions and types, from their docstrings, as pages in reports/reference.
// typedoc needs a TypeScript up to 6 beside it, and eqlab is compiled by 7: it gets a folder of its own in .cache, with its own lock.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/**
 * What typedoc's pages lack for readers who hear them or go through them by keyboard: a main part and a side, links that are told by
 * more than their colour, and no link within what is itself a switch.
 * @type {[RegExp, string][]}
 */
const amends = [
  [/<div class="col-content">/, '<div class="col-content" role="main">'],
  [/<div class="col-sidebar">/, '<div class="col-sidebar" role="complementary" aria-label="Contents and settings">'],
  [/<\/head>/, "<style>.col-content a { text-decoration: underline; }</style></head>"],
  [
    /<a href="#[^"]*" aria-label="Permalink" class="tsd-anchor-icon">(?:(?!<\/a>)[\s\S])*<\/a>(?=<\/h\d><\/summary>)/g,
    "",
  ],
];

/** And headings of which none is more than one level below the one before. */
function stepwise(/** @type {string} */ html) {
  let last = 0;
  return html.replace(/<h([1-6])(?=[\s>])/g, (tag, level) => {
    last = Math.min(Number(level), last + 1);
    return last === Number(level) ? tag : `${tag} aria-level="${last}"`;
  });
}

/** Makes the pages. @returns the path of the first */
export async function makeReference(out = at("reports", "reference")) {
  await doSteps([typedocStep]);
  await run(process.execPath, [
    ...[typedoc, "--entryPoints", at("src", "index.ts"), "--tsconfig", at("tsconfig.json"), "--out", out],
    ...["--name", "eqlab", "--readme", "none", "--excludePrivate", "--excludeInternal", "--disableSources"],
    // Types that are named by no import, only by what is imported, need no page: their names say enough.
    ...["--validation.notExported", "false", "--githubPages", "false", "--hideGenerator"],
  ]);
  for (const page of readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"))) {
    const html = readFileSync(join(out, page), "utf8");
    const amended = amends.reduce((text, [lacking, better]) => text.replace(lacking, better), stepwise(html));
    writeFileSync(join(out, page), amended);
  }
  return join(out, "index.html");
}

if (process.argv[1] === import.meta.filename) {
  await setUp();
  console.log(`✓ ${await makeReference()}`);
}
