/** Pages of the browser, for the tests that look at them as a reader does. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { noBrowser } from "../../src/notebook/browser.js";

/** Why a test of a page is skipped; in continuous integration none is: a missing browser fails there. */
export const skip = process.env.CI ? false : (noBrowser ?? false);

/** A page that reaches nothing but this machine, and the addresses that it tried in vain, errors included. */
export async function offlinePage(browser: Browser, width: number): Promise<{ page: Page; trouble: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const trouble: string[] = [];
  const local = (url: URL) => url.protocol === "file:" || url.protocol === "data:" || url.hostname === "127.0.0.1";
  await context.route(
    (url) => !local(url),
    (route) => route.abort(),
  );
  const page = await context.newPage();
  page.on("requestfailed", (request) => trouble.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("pageerror", (error) => trouble.push(error.message));
  return { page, trouble };
}

/** Says which part of each figure is drawn: its curves and points have a place on the page. */
export const drawn = (page: Page) =>
  page.locator(".js-plotly-plot").evaluateAll((plots) =>
    plots.map((plot) => {
      const box = plot.querySelector("svg.main-svg .scatterlayer")?.getBoundingClientRect();
      return box !== undefined && box.width > 200 && box.height > 100;
    }),
  );

/** Finds nothing on these files that some readers could not use: wide and dark, narrow and light. */
export async function assertAccessible(browser: Browser, paths: readonly string[]): Promise<void> {
  for (const [width, colorScheme] of [
    [1100, "dark"],
    [390, "light"],
  ] as const) {
    const { page } = await offlinePage(browser, width);
    await page.emulateMedia({ colorScheme });
    for (const path of paths) {
      await page.goto(pathToFileURL(path).href);
      assert.deepEqual(await barriers(page), [], `${path}, ${width} pixels, ${colorScheme}`);
    }
  }
}

/** What axe-core finds on a page that some readers could not use: its rule, and the first place. */
async function barriers(page: Page): Promise<[rule: string, place: string][]> {
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
  return page.evaluate("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))");
}
