/** Notebook files: where the project's are, what is needed of their format, and whether their outputs are those of their cells. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./jupyter.js";

export interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
}

export interface Cell {
  cell_type: "markdown" | "code" | "raw";
  source: string | string[];
  metadata: Record<string, unknown>;
  execution_count?: number | null;
  outputs?: Output[];
}

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown> & { eqlab?: Stamp };
}

/** Kept in the metadata of a notebook that `npm run notebooks` refreshed: what its outputs were made from. */
export interface Stamp {
  /** Of eqlab. */
  version: string;
  /** Hash of the cells' sources. */
  source: string;
  /** How long it took, s. */
  seconds: number;
}

/** A source or text, which notebook files keep in lines. */
export const joined = (source: unknown): string => (Array.isArray(source) ? source.join("") : String(source ?? ""));

export function readNotebook(path: string): Notebook {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The project's notebooks by name, such as "quickstart" and "recipes/units"; the index last, as it only leads to them. */
export function notebookNames(): string[] {
  const folder = join(root, "notebooks");
  const names = ["", "recipes/"].flatMap((below) =>
    existsSync(join(folder, below))
      ? readdirSync(join(folder, below))
          .filter((file) => file.endsWith(".ipynb"))
          .sort()
          .map((file) => below + file.slice(0, -".ipynb".length))
      : [],
  );
  return [...names.filter((name) => name !== "index"), ...names.filter((name) => name === "index")];
}

export const pathOf = (name: string): string => join(root, "notebooks", `${name}.ipynb`);

/** The notebooks that are asked for, a recipe also without its folder; all for none. @throws Error for one that is not there */
export function chosenNotebooks(asked: readonly string[]): string[] {
  const all = notebookNames();
  if (asked.length === 0) return all;
  return asked.map((word) => {
    const name = word.replace(/^(\.\/)?notebooks\/|\.ipynb$/g, "");
    const found = all.find((one) => one === name || one === `recipes/${name}`);
    if (found === undefined) throw new Error(`There is no notebooks/${name}.ipynb; there are: ${all.join(", ")}.`);
    return found;
  });
}

/** The first heading, without its marks. */
export function titleOf({ cells }: Notebook): string {
  const prose = cells.filter((cell) => cell.cell_type === "markdown").map(({ source }) => joined(source));
  return /^#\s+(.+)$/m.exec(prose.join("\n"))?.[1]?.replace(/<[^>]*>|[*_`]/g, "") ?? "eqlab";
}

export const version: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

export function stampOf({ cells }: Notebook, seconds: number): Stamp {
  const hash = createHash("sha256");
  for (const { cell_type: type, source } of cells) hash.update(`${type}\0${joined(source).trim()}\0`);
  return { version, source: hash.digest("hex").slice(0, 16), seconds: Math.ceil(seconds) };
}

/** Why a notebook's outputs are not those of its cells; undefined if they are. */
export function staleness(notebook: Notebook): string | undefined {
  const { eqlab } = notebook.metadata;
  if (!eqlab) return "was not made by npm run notebooks";
  const now = stampOf(notebook, 0);
  if (eqlab.source !== now.source) return "has cells that were changed after it was executed";
  if (eqlab.version !== now.version) return `was executed by eqlab ${eqlab.version}, and this is ${now.version}`;
  return undefined;
}
