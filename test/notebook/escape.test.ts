/** What comes from data stays text on the page: column names, cells and titles that are markup are shown, and do nothing. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { parseCsv } from "../../src/csv.js";
import { discover, figure, stopWorkers, table } from "../../src/index.js";
import { openBrowser } from "../../src/notebook/browser.js";
import { writeContents } from "../../src/notebook/contents.js";
import { mimeBundle } from "../../src/notebook/display.js";
import { renderReport } from "../../src/notebook/report.js";
import { offlinePage, skip } from "./browser.js";

const SCRIPT = "<script>window.stolen = 1</script>";
const PICTURE = '<img src="x" onerror="window.stolen = 1">';
const END = "</script></title><script>window.stolen = 1</script>";

const folder = mkdtempSync(join(tmpdir(), "eqlab-escape-"));
after(async () => {
  await stopWorkers();
  rmSync(folder, { recursive: true });
});

test("a report of data full of markup", { skip }, async () => {
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: 30 }, (_, i) => [1 + i / 10, 3.1 * (1 + i / 10) ** 2 + Math.sin(i * i) / 50, 0]);
  const csv = [[SCRIPT, PICTURE, END].map(quoted).join(","), ...rows.map(([a, b]) => `${a},${b},${quoted(END)}`)];
  const data = parseCsv(`${csv.join("\n")}\n`, `${SCRIPT}.csv`);
  const result = await discover(data, { target: PICTURE });
  const curve = { x: [1, 2], y: [1, 2], name: PICTURE, text: [SCRIPT, PICTURE], mode: "text" };
  const shown = [
    result,
    result.best,
    result.plot(),
    table(data),
    table([{ [SCRIPT]: PICTURE, [PICTURE]: SCRIPT, [END]: END }]),
    figure([curve], { title: { text: `${PICTURE}${END}` }, xaxis: { title: { text: SCRIPT } } }),
  ];
  const outputs = await Promise.all(
    shown.map(async (value) => ({ output_type: "display_data", metadata: {}, data: await mimeBundle(value) })),
  );
  const streams = [SCRIPT, PICTURE, END].map((text) => ({ output_type: "stream", name: "stdout", text: `${text}\n` }));
  const error = { output_type: "error", ename: SCRIPT, evalue: PICTURE, traceback: [SCRIPT, PICTURE, END] };
  const code = { cell_type: "code", id: "b", metadata: {}, execution_count: 1, source: `"${END}"` };
  const notebook = {
    cells: [
      { cell_type: "markdown", id: "a", metadata: {}, source: `# Of \`${END}\` and &lt;b&gt;` },
      { ...code, outputs: [...outputs, ...streams, error] },
    ],
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const path = join(folder, "data.ipynb");
  writeFileSync(path, JSON.stringify(notebook));
  const report = await renderReport({ path, seconds: 1, seeds: [] }, join(folder, "data.html"));
  const contents = writeContents(folder, [{ name: "data", path }]);

  const browser = await openBrowser();
  try {
    for (const [file, figures] of [
      [report, 2],
      [contents, 0],
    ] as const) {
      const { page, trouble } = await offlinePage(browser, 1100);
      await page.goto(pathToFileURL(file).href);
      await page.waitForTimeout(500);
      assert.equal(await page.evaluate("window.stolen"), undefined, file);
      assert.equal(await page.locator("img[src=x], [onerror]").count(), 0, file);
      assert.equal(await page.locator(".js-plotly-plot").count(), figures);
      const text = (await page.locator("body").textContent()) ?? "";
      assert.equal(text.includes(SCRIPT) && text.includes(PICTURE), file === report, "shown as it is");
      assert.match(await page.title(), file === report ? /^Of / : /^eqlab/);
      assert.deepEqual(trouble, []);
    }
  } finally {
    await browser.close();
  }
});
