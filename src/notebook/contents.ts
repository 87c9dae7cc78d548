/** The contents page of the reports: each with its title, its first paragraph, and its first figure. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { escapeHtml } from "./html.js";
import { joined, type Notebook, notebookNames, pathOf, readNotebook, titleOf, version } from "./ipynb.js";
import { root } from "./jupyter.js";
import { bare, mathFromTeX, typesetMarkdown } from "./typeset.js";

/** Characters of a first paragraph. */
const longest = 220;

/** A report's name, and the notebook that it was made from. */
interface Source {
  readonly name: string;
  readonly path: string;
}

/**
 * Writes index.html into a folder of reports, for those that are there. @returns its path
 * @param sources of reports that may be there; the project's, if not given
 */
export function writeContents(folder: string, sources: readonly Source[] = projectSources()): string {
  const there = sources.filter(({ name }) => existsSync(join(folder, `${name}.html`)));
  const [recipes, stories] = [true, false].map((wanted) =>
    there.filter(({ name }) => name.startsWith("recipes/") === wanted),
  );
  const reference = existsSync(join(folder, "reference", "index.html"));
  const style = readFileSync(join(root, "src", "notebook", "template", "eqlab", "contents.css"), "utf8");
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>eqlab: reports</title>
<style>
${style}</style>
</head>
<body>
<main>
<h1>eqlab: reports</h1>
<p>Notebooks, executed from top to bottom: what each of them claims, it has checked.</p>
${section("Notebooks", stories)}
${section("Recipes", recipes)}
${reference ? '<h2>Reference</h2>\n<p><a href="reference/index.html">Every function and type of eqlab</a>, from its source.</p>' : ""}
</main>
<footer>eqlab ${version}</footer>
</body>
</html>
`;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "index.html");
  writeFileSync(path, html);
  return path;
}

/** The index of notebooks is no report: this page stands in its place. */
const projectSources = (): Source[] =>
  notebookNames().flatMap((name) => (name === "index" ? [] : [{ name, path: pathOf(name) }]));

function section(title: string, sources: readonly Source[]): string {
  return sources.length === 0 ? "" : `<h2>${title}</h2>\n<ul class="cards">\n${sources.map(card).join("\n")}\n</ul>`;
}

function card({ name, path }: Source): string {
  const notebook = readNotebook(path);
  return `<li><a href="${name}.html">
<div class="picture">${picture(notebook)}</div>
<h3>${escapeHtml(titleOf(notebook))}</h3>
<p>${typesetMarkdown(escapeHtml(firstParagraph(notebook)))}</p>
</a></li>`;
}

/** The first figure's still picture, else the first formula, as the notebook file has them. */
function picture(notebook: Notebook): string {
  const data = notebook.cells.flatMap(({ outputs = [] }) => outputs.map((output) => output.data ?? {}));
  const still = data.find((bundle) => "image/png" in bundle)?.["image/png"];
  if (still !== undefined) return `<img alt="" src="data:image/png;base64,${joined(still).trim()}">`;
  const formula = data.find((bundle) => "text/latex" in bundle)?.["text/latex"];
  return formula === undefined ? "" : mathFromTeX(bare(joined(formula)));
}

/** The first paragraph of prose, without Markdown's marks. */
function firstParagraph({ cells }: Notebook): string {
  const prose = cells.filter((cell) => cell.cell_type === "markdown").map(({ source }) => joined(source));
  const paragraphs = prose.join("\n\n").split(/\n\s*\n/);
  const first = paragraphs.map((text) => text.trim()).find((text) => /^[^#!<|>*`-]/.test(text)) ?? "";
  const plain = first
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*_`](?=\S)|(?<=\S)[*_`]/g, "")
    .replace(/\s+/g, " ");
  if (plain.length <= longest) return plain;
  const cut = plain.slice(0, longest);
  return `${cut.slice(0, cut.lastIndexOf(" "))} …`;
}
