/**
 * An executed notebook as a page: one file, rendered by nbconvert, that needs no network. Figures are drawn by Plotly, which
 * stands once in the page; formulas are MathML; the foot says how the page was made.
 */
import { execFile } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Executed } from "./execute.js";
import { figureInHtml, plotlyType } from "./figure.js";
import { joined, type Notebook, readNotebook, titleOf, version } from "./ipynb.js";
import { jupyterEnvironment, python, root } from "./jupyter.js";
import { plotlyFor } from "./plotly.js";
import { bare, mathFromTeX, typesetHtml, typesetMarkdown } from "./typeset.js";

/** Renders an executed notebook. @returns the path of the page */
export async function renderReport(
  executed: Pick<Executed, "path" | "seconds" | "seeds">,
  target: string,
): Promise<string> {
  const notebook = readNotebook(executed.path);
  const figures = prepare(notebook);
  const plotly = figures.length > 0 ? plotlyFor(figures) : undefined;
  notebook.metadata.title ??= titleOf(notebook);
  notebook.metadata.report = { plotly: plotly && basename(plotly), facts: facts(executed) };

  // Everything is written beside the report and put in place at the end.
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    writeFileSync(`${unfinished}.ipynb`, JSON.stringify(notebook));
    await nbconvert(`${unfinished}.ipynb`, unfinished, plotly && dirname(plotly));
    renameSync(`${unfinished}.html`, target);
  } finally {
    rmSync(`${unfinished}.ipynb`, { force: true });
    rmSync(`${unfinished}.html`, { force: true });
  }
  return target;
}

/** Makes formulas MathML, figures HTML, and links to notebooks links to their reports. @returns the Plotly figures */
function prepare(notebook: Notebook): unknown[] {
  const figures: unknown[] = [];
  for (const cell of notebook.cells) {
    if (cell.cell_type === "markdown") {
      cell.source = typesetMarkdown(joined(cell.source)).replace(
        /(\]\((?!\w+:)[^)\s]*)\.ipynb(#[^)]*)?\)/g,
        "$1.html$2)",
      );
    }
    for (const { data } of cell.outputs ?? []) {
      if (!data) continue;
      if (plotlyType in data) {
        figures.push(data[plotlyType]);
        data["text/html"] = figureInHtml(data[plotlyType] as Parameters<typeof figureInHtml>[0]);
      } else if ("text/html" in data) data["text/html"] = typesetHtml(joined(data["text/html"]));
      if ("text/markdown" in data) data["text/markdown"] = typesetMarkdown(joined(data["text/markdown"]));
      if ("text/latex" in data) data["text/html"] ??= mathFromTeX(bare(joined(data["text/latex"])));
    }
  }
  return figures;
}

/** How the page was made, for whoever makes it again: version, time, seeds, machine. */
function facts({ seconds, seeds }: Pick<Executed, "seconds" | "seeds">): string {
  const shown = seeds.slice(0, 8).join(", ") + (seeds.length > 8 ? ", …" : "");
  return [
    `eqlab ${version}`,
    `executed ${new Date().toISOString().slice(0, 10)} in ${seconds.toFixed(1)} s`,
    seeds.length === 0 ? "no random numbers" : `${seeds.length === 1 ? "seed" : "seeds"} ${shown}`,
    `Node ${process.version.slice(1)}`,
    `${cpus()[0]?.model.trim() ?? "processor unknown"}, ${availableParallelism()} cores, ` +
      `${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${arch()}`,
  ].join(" · ");
}

async function nbconvert(source: string, output: string, plotlyFolder: string | undefined): Promise<void> {
  const options = [
    ...["-m", "nbconvert", source, "--to", "html", "--template", "eqlab", "--no-prompt", "--output", output],
    `--TemplateExporter.extra_template_basedirs=${join(root, "src", "notebook", "template")}`,
    ...(plotlyFolder ? [`--TemplateExporter.extra_template_paths=${plotlyFolder}`] : []),
  ];
  try {
    await promisify(execFile)(python(), options, { env: jupyterEnvironment() });
  } catch (error) {
    throw new Error(
      `nbconvert could not make the page ${output}.html:\n${(error as { stderr?: string }).stderr?.trim()}`,
    );
  }
}
