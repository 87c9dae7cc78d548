/** The reference's pages, for every reader. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { openBrowser } from "../../src/notebook/browser.js";
import { root } from "../../src/notebook/jupyter.js";
import { assertAccessible, skip } from "../notebook/browser.js";

const long = process.env.EQLAB_FULL ? false : "takes a minute, and typedoc from the network: npm run test:full";

test("every page of the reference is accessible, light and dark, wide and narrow", { skip: skip || long }, async () => {
  const { makeReference } = await import(pathToFileURL(join(root, "src", "setup", "reference.js")).href);
  const folder = mkdtempSync(join(tmpdir(), "eqlab-reference-"));
  const browser = await openBrowser();
  try {
    await makeReference(folder);
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
    assert.ok(pages.length > 50, `${pages.length} pages`);
    await assertAccessible(
      browser,
      pages.map((name) => join(folder, name)),
    );
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});
