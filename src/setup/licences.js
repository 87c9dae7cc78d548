// `npm run licences`: the licences of all packages, into licences.md beside this file: npm's from the lockfile, Python's from what set-up installed.

import { readFileSync, writeFileSync } from "node:fs";
import { run } from "./command.js";
import { at, venvPython } from "./paths.js";
import { setUp } from "./setup.js";

/** Where a package says its licence by a text, or an older name of it. @type {Record<string, string>} */
const names = {
  "BSD License": "BSD",
  "MIT License": "MIT",
  "Apache Software License": "Apache-2.0",
  "Apache License, Version 2.0": "Apache-2.0",
  "Apache 2.0": "Apache-2.0",
  "ISC License (ISCL)": "ISC",
  "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
  "Python Software Foundation License": "PSF-2.0",
};

/** Prints name, version and licence of each distribution, as JSON. */
const ask = `
import json
from importlib.metadata import distributions
def licence(of):
    classifiers = [one.split("::")[-1].strip() for one in of.get_all("Classifier") or [] if one.startswith("License ::")]
    said = of.get("License-Expression") or next(iter(classifiers), "") or (of.get("License") or "unsaid")
    return said.splitlines()[0]
print(json.dumps([[one.metadata["Name"], one.version, licence(one.metadata)] for one in distributions()]))
`;

/** @typedef {[name: string, version: string, licence: string]} Package */

/** @typedef {{ version: string, license?: string, dev?: boolean, link?: boolean }} Locked */

/** The packages of the lockfile. @param {{ dev: boolean }} kind those that come with eqlab, or those only its development needs */
export function npmPackages({ dev }) {
  /** @type {Record<string, Locked>} */
  const packages = JSON.parse(readFileSync(at("package-lock.json"), "utf8")).packages;
  return Object.entries(packages)
    .filter(([path, { dev: its = false, link }]) => path.startsWith("node_modules/") && !link && its === dev)
    .map(([path, { version, license = said(path) }]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return /** @type {Package} */ ([name, version, license]);
    });
}

/** Where the lockfile says nothing, the package's own text does. @param {string} path */
const said = (path) => (/\bMIT License/.test(readFileSync(at(path, "LICENSE"), "utf8")) ? "MIT" : "unsaid");

/** A list for each licence. @param {Package[]} packages */
export function listed(packages) {
  /** @type {Map<string, Set<string>>} */
  const kinds = new Map();
  for (const [name, version, licence] of packages) {
    const kind = names[licence] ?? licence.replace(/^\((.*)\)$/, "$1");
    kinds.set(kind, (kinds.get(kind) ?? new Set()).add(`${name} ${version}`));
  }
  return [...kinds]
    .sort(([a, some], [b, others]) => others.size - some.size || (a < b ? -1 : 1))
    .map(([kind, some]) => `- **${kind}** (${some.size}): ${[...some].sort().join(", ")}`)
    .join("\n");
}

if (process.argv[1] === import.meta.filename) {
  await setUp();
  const python = /** @type {Package[]} */ (JSON.parse(await run(venvPython, ["-c", ask])));
  const text = `# Licences

Of every package that eqlab stands on, as the packages say it themselves; made by \`npm run licences\`. eqlab's own is MIT.

## npm: comes with eqlab

${listed(npmPackages({ dev: false }))}

## npm: only for notebooks' tables, tests and builds

${listed(npmPackages({ dev: true }))}

## Python: JupyterLab and what formulas are checked with

${listed(python)}

TensorFlow's C library, out of PyPI's wheel, is Apache-2.0.
`;
  writeFileSync(at("src/setup/licences.md"), text);
  console.log("✓ src/setup/licences.md");
}
