/**
 * Notebooks as pages: `node dist/src/notebook/report.js [NAME …]` executes notebooks/NAME.ipynb (all, if none is
 * named) and renders reports/NAME.html by nbconvert: one file, which needs no network. A failure leaves the earlier
 * report as it was.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { executeNotebook } from "./execute.js";
import { jupyterEnvironment, python, root } from "./jupyter.js";
import { progress } from "./progress.js";
import { bare, mathFromTeX, typesetHtml, typesetMarkdown } from "./typeset.js";

/** What is needed of the notebook format. */
interface Notebook {
  cells: { cell_type: string; source: string | string[]; outputs?: { data?: Record<string, unknown> }[] }[];
  metadata: Record<string, unknown>;
}

const text = (source: unknown) => (Array.isArray(source) ? source.join("") : String(source));

/** Executes a notebook of the project and renders it. @returns the path of the report */
async function report(name: string): Promise<string> {
  const path = relative(process.cwd(), join(root, "notebooks", `${name}.ipynb`));
  const { path: executed, seconds } = await executeNotebook(path, (cell, of) =>
    progress(`… ${path}: cell ${cell} of ${of}`),
  );
  progress(`… ${path}: the page`);
  return renderReport(executed, join(root, "reports", `${name}.html`), seconds);
}

/** Renders an executed notebook as one page that needs no network. @param seconds that the execution took, for the footer */
export async function renderReport(executed: string, target: string, seconds: number): Promise<string> {
  const notebook: Notebook = JSON.parse(readFileSync(executed, "utf8"));
  const figures = prepare(notebook);
  notebook.metadata.title ??= titleOf(notebook);
  notebook.metadata.eqlab = { figures, facts: facts(seconds) };

  // Everything is written beside the report and put in place at the end.
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    writeFileSync(`${unfinished}.ipynb`, JSON.stringify(notebook));
    await nbconvert(`${unfinished}.ipynb`, unfinished);
    renameSync(`${unfinished}.html`, target);
  } finally {
    rmSync(`${unfinished}.ipynb`, { force: true });
    rmSync(`${unfinished}.html`, { force: true });
  }
  return target;
}

/** Makes formulas MathML, in prose and outputs. @returns whether the notebook has Plotly figures */
function prepare(notebook: Notebook): boolean {
  let figures = false;
  for (const cell of notebook.cells) {
    if (cell.cell_type === "markdown") cell.source = typesetMarkdown(text(cell.source));
    for (const { data } of cell.outputs ?? []) {
      if (!data) continue;
      if ("application/vnd.plotly.v1+json" in data) figures = true;
      if ("text/markdown" in data) data["text/markdown"] = typesetMarkdown(text(data["text/markdown"]));
      if ("text/html" in data) data["text/html"] = typesetHtml(text(data["text/html"]));
      if ("text/latex" in data) data["text/html"] ??= mathFromTeX(bare(text(data["text/latex"])));
    }
  }
  return figures;
}

function titleOf(notebook: Notebook): string {
  const prose = notebook.cells.filter((cell) => cell.cell_type === "markdown").map((cell) => text(cell.source));
  return /^#\s+(.+)$/m.exec(prose.join("\n"))?.[1]?.replace(/<[^>]*>|[*_`]/g, "") ?? "eqlab";
}

function facts(seconds: number): string {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  return `eqlab ${version} · executed ${date} in ${seconds.toFixed(1)} s · Node ${process.version.slice(1)}`;
}

async function nbconvert(source: string, output: string): Promise<void> {
  const plotly = dirname(createRequire(import.meta.url).resolve("plotly.js-dist/plotly.js"));
  const options = [
    ...["-m", "nbconvert", source, "--to", "html", "--template", "eqlab", "--no-prompt", "--output", output],
    `--TemplateExporter.extra_template_basedirs=${join(root, "src", "notebook", "template")}`,
    `--TemplateExporter.extra_template_paths=${plotly}`,
  ];
  try {
    await promisify(execFile)(python(), options, { env: jupyterEnvironment() });
  } catch (error) {
    throw new Error(
      `nbconvert could not make the page ${output}.html:\n${(error as { stderr?: string }).stderr?.trim()}`,
    );
  }
}

async function main(names: string[]): Promise<void> {
  const folder = join(root, "notebooks");
  const all = readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb"))
    .map((file) => file.slice(0, -6));
  const missing = names.find((name) => !existsSync(join(folder, `${name}.ipynb`)));
  if (missing !== undefined) {
    console.error(`There is no notebooks/${missing}.ipynb; there are: ${all.join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  for (const name of names.length > 0 ? names : all) {
    try {
      const path = await report(name);
      progress();
      console.log(`✓ ${relative(process.cwd(), path)}`);
    } catch (error) {
      progress();
      console.error(`✗ ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] && import.meta.filename === process.argv[1]) await main(process.argv.slice(2));
