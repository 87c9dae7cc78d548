/**
 * All reports: `node dist/src/notebook/reports.js [NAME …]` executes notebooks/NAME.ipynb (all, if none is named), renders
 * reports/NAME.html, and the page that leads to all reports there are, reports/index.html. A failure leaves the earlier
 * report as it was.
 */
import { join, relative } from "node:path";
import { writeContents } from "./contents.js";
import { chosenNotebooks, pathOf } from "./ipynb.js";
import { root } from "./jupyter.js";
import { renderReport } from "./report.js";
import { executeAll } from "./several.js";

async function main(asked: readonly string[]): Promise<void> {
  // The index of notebooks is for JupyterLab; reports have a contents page with pictures in its place.
  const paths = chosenNotebooks(asked)
    .filter((name) => name !== "index")
    .map((name) => relative(process.cwd(), pathOf(name)));
  const good = await executeAll(paths, async (executed, path) => {
    const name = relative(join(root, "notebooks"), path).slice(0, -".ipynb".length);
    return relative(process.cwd(), await renderReport(executed, join(root, "reports", `${name}.html`)));
  });
  console.log(`✓ ${relative(process.cwd(), writeContents(join(root, "reports")))}`);
  process.exitCode = good ? 0 : 1;
}

await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
