import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { openBrowser } from "../../src/notebook/browser.js";
import { writeContents } from "../../src/notebook/contents.js";
import { executeNotebook } from "../../src/notebook/execute.js";
import { root } from "../../src/notebook/jupyter.js";
import { renderReport } from "../../src/notebook/report.js";
import { assertAccessible, drawn, offlinePage, skip } from "./browser.js";
import { labTests } from "./lab-tests.js";

/** Figures of test/notebook/good.ipynb; each is drawn as several pictures, of which the first holds the axes. */
const figures = 3;

describe("a notebook on the page, without network", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "eqlab-page-"));
  const report = join(folder, "good.html");
  let executed: string;
  let browser: Browser;
  before(async () => {
    ({ path: executed } = await executeNotebook(join(root, "test", "notebook", "good.ipynb")));
    await renderReport({ path: executed, seconds: 12.34, seeds: [3, 5] }, report);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const width of [1100, 390]) {
    it(`is a report with figures, formulas and tables, ${width} pixels wide`, async () => {
      const { page, trouble } = await offlinePage(browser, width);
      await page.context().setOffline(true);
      await page.goto(pathToFileURL(report).href);
      assert.deepEqual(await drawn(page), Array(figures).fill(true));
      assert.equal(await page.locator("math").count(), 5);
      const formula = await page.locator("math msup").first().boundingBox();
      assert.ok(formula && formula.height > 5, "a formula has a height");
      const prose = (await page.locator(".jp-MarkdownOutput, .jp-OutputArea-output").allTextContents()).join("\n");
      assert.deepEqual(prose.match(/\S*\$\S*/g), ['"$x$".'], "dollar signs are left in code, and nowhere else");
      const footer = await page.locator("footer").textContent();
      assert.match(
        footer ?? "",
        /^\s*eqlab \d.* · executed \d{4}-\d\d-\d\d in 12\.3 s · seeds 3, 5 · Node \d\S+ · .+, \d+ cores, \d+ GB, \w+ \w+\s*$/,
      );
      assert.equal(await page.title(), "What a notebook can show");
      const sideways = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
      assert.ok(Number(sideways) <= 0, `the page is ${sideways} pixels too wide`);
      const titles = await page.locator(".js-plotly-plot").evaluateAll((plots) =>
        plots.map((plot) => {
          const [inner, outer] = [plot.querySelector(".gtitle"), plot].map((element) =>
            element?.getBoundingClientRect(),
          );
          return !inner || !outer || inner.right <= outer.right;
        }),
      );
      assert.deepEqual(titles, Array(figures).fill(true), "no title is cut");
      const edges = await page.locator("main .jp-OutputArea-output").evaluateAll((outputs) =>
        outputs.map((output) => {
          const [inner, outer] = [output, output.closest("main")].map((element) => element?.getBoundingClientRect());
          return inner && outer && inner.left >= outer.left && inner.right <= outer.right;
        }),
      );
      assert.ok(edges.length > 0 && edges.every(Boolean), "every output lies within the page's column");
      assert.deepEqual(trouble, []);
    });
  }

  it("is accessible, light and dark, wide and narrow", async () => {
    const contents = writeContents(folder, [{ name: "good", path: executed }]);
    await assertAccessible(browser, [report, contents]);
  });

  it("leads from the contents page to the report, with a picture, a title and a first paragraph", async () => {
    const { page } = await offlinePage(browser, 1100);
    await page.goto(pathToFileURL(join(folder, "index.html")).href);
    await page.getByRole("link", { name: "What a notebook can show" }).click();
    assert.equal(await page.title(), "What a notebook can show");
  });

  it("loads nothing from elsewhere: no script, style, picture or font has an address", () => {
    // Plotly's own text, which names the map servers of figures with maps, is not ours to judge.
    const html = readFileSync(report, "utf8").replace(/<script >[\s\S]*?<\/script>/, "");
    assert.deepEqual(html.match(/<(script|link|img|iframe)[^>]*\s(src|href)=["'][^"'#d][^>]*>/g), null);
    assert.deepEqual(html.match(/@import|url\(\s*["']?https?:/g), null);
  });

  it("leaves the earlier report alone where a new one fails, and nothing half-written", async () => {
    const broken = join(folder, "broken.ipynb");
    writeFileSync(broken, JSON.stringify({ cells: [{ cell_type: "code" }], metadata: {}, nbformat: 9 }));
    const size = readFileSync(report).length;
    const names = readdirSync(folder).sort();
    await assert.rejects(
      renderReport({ path: broken, seconds: 1, seeds: [] }, report),
      /nbconvert could not make the page/,
    );
    assert.equal(readFileSync(report).length, size);
    assert.deepEqual(readdirSync(folder).sort(), names);
  });

  labTests(
    () => browser,
    () => ({ path: executed, figures, formulas: 3 }),
  );
});
