/**
 * Notebooks as they are committed: `node dist/src/notebook/refresh.js [NAME …]` executes notebooks/NAME.ipynb (all, if none is
 * named), and puts in the file's place the copy with its outputs, a still picture beside each figure, and a stamp that says
 * what the outputs were made from. A failure leaves the file as it was.
 */
import { renameSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { noBrowser } from "./browser.js";
import { plotlyType } from "./figure.js";
import { chosenNotebooks, type Notebook, pathOf, readNotebook, stampOf } from "./ipynb.js";
import { addPictures } from "./pictures.js";
import { executeAll } from "./several.js";

/** Bytes of a notebook file at most. */
export const largest = 500_000;

/** Significant digits of numbers in figures: finer than any screen, at half the size. */
const digits = 9;

/** The folders of whoever executed a notebook are not for its readers. */
export const foreignPath = /(?:\/home|\/root|\/Users|\/tmp|\/work|[A-Z]:\\\\)\/[\w/\\.-]*/;

/** What stands in every notebook file, whichever program saved it. */
const metadata = {
  kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" },
  language_info: {
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
    version: "3.7.2",
  },
};

/** Numbers of a figure, which Jupyter would write one a line with a dozen spaces before each. */
const column = /\[\n\s*(?:(?:-?\d[\d.e+-]*|null),?\n\s*)+\]/g;

/** The file's text. @throws Error for a notebook that is not fit to be committed */
export async function refreshed(notebook: Notebook, seconds: number): Promise<string> {
  await addPictures(notebook);
  for (const { data } of notebook.cells.flatMap(({ outputs = [] }) => outputs)) {
    if (data && plotlyType in data) data[plotlyType] = JSON.parse(JSON.stringify(data[plotlyType], rounded));
  }
  for (const cell of notebook.cells) cell.metadata = cell.metadata.tags ? { tags: cell.metadata.tags } : {};
  notebook.metadata = { eqlab: stampOf(notebook, seconds), ...metadata };
  const text = `${JSON.stringify(notebook, null, 1).replace(column, (list) => list.replace(/\n\s*/g, ""))}\n`;
  const path = foreignPath.exec(text)?.[0];
  if (path) throw new Error(`names a folder of this machine in its outputs: ${path}`);
  const size = Buffer.byteLength(text);
  if (size > largest) {
    throw new Error(
      `would be ${Math.ceil(size / 1000)} kB; ${largest / 1000} are the most: draw fewer points, or round their numbers`,
    );
  }
  return text;
}

const rounded = (_key: string, value: unknown) =>
  typeof value === "number" ? Number(value.toPrecision(digits)) : value;

async function main(asked: readonly string[]): Promise<void> {
  if (noBrowser) throw new Error(`${noBrowser} It draws the still pictures of figures.`);
  const good = await executeAll(chosenNotebooks(asked).map(pathOf), async (executed, path) => {
    const name = relative(process.cwd(), path);
    const text = await refreshed(readNotebook(executed.path), executed.seconds).catch((error: Error) => {
      throw new Error(`${name} ${error.message}`);
    });
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
    return `${name}: ${Math.ceil(text.length / 1000)} kB, ${executed.seconds.toFixed(1)} s`;
  });
  process.exitCode = good ? 0 : 1;
}

if (process.argv[1] && import.meta.filename === process.argv[1]) {
  await main(process.argv.slice(2)).catch((error: Error) => {
    console.error(`✗ ${error.message}`);
    process.exitCode = 2;
  });
}
