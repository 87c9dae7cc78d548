// Step: the npm packages, exactly as package-lock.json has them. Their install scripts stay off (.npmrc): none is needed
// but tfjs-node's, which has a step of its own.

import { existsSync, readFileSync } from "node:fs";
import { run } from "./command.js";
import { cureDownload } from "./cure.js";
import { at } from "./paths.js";

/** npm's own program, run by this very Node: the npm on the PATH is a shell script that Windows can't start directly. */
export const npm = () =>
  process.env.npm_execpath
    ? { program: process.execPath, first: [process.env.npm_execpath] }
    : { program: "npm", first: [] };

/** @type {import("./step.js").Step} */
export const packages = {
  name: "npm packages",
  stamp: at("node_modules", ".eqlab-stamp"),
  inputs: () => [readFileSync(at("package-lock.json")), process.platform, process.arch],
  intact: () => existsSync(at("node_modules", ".package-lock.json")),
  async work(say) {
    say("npm ci, a minute or two the first time");
    const { program, first } = npm();
    // What the cache holds is taken unasked, so a filled cache is enough where there is no network.
    await run(program, [...first, "ci", "--prefer-offline"]);
  },
  cure: cureDownload("npm", "npm config get registry"),
};
