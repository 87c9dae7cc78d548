/** JupyterLab as `npm run lab` starts it, on a copy of notebooks/ that tests may write to. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Notebook, notebookNames, pathOf, readNotebook } from "../../src/notebook/ipynb.js";
import { root } from "../../src/notebook/jupyter.js";

export interface Lab {
  readonly port: number;
  /** What it asks of whoever comes. */
  readonly token: string;
  /** Its address, with the token: append "&…" for more of a query. */
  url(path: string): string;
  /** Puts a notebook of these cells beside the others. */
  write(name: string, ...cells: string[]): void;
  /** Copies a notebook beside the others. */
  copy(from: string, name: string): void;
  /** A notebook as it was last saved; undefined while it is being saved. */
  read(name: string): Notebook | undefined;
  close(): Promise<void>;
}

export async function startLab(): Promise<Lab> {
  // Within the project, so that cells find "eqlab", and beside data/ and a Python as the real ones are.
  const folder = join(root, "dist", `lab-${process.pid}`);
  const notebooks = join(folder, "notebooks");
  mkdirSync(folder, { recursive: true });
  for (const name of notebookNames()) {
    const notebook = readNotebook(pathOf(name));
    for (const cell of notebook.cells)
      if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    const copy = join(notebooks, `${name}.ipynb`);
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, JSON.stringify(notebook));
  }
  symlinkSync(join(root, "data"), join(folder, "data"));
  // No link to all of .venv/: set-up looks through dist/.
  mkdirSync(join(folder, ".venv", "bin"), { recursive: true });
  const call = `#!/bin/sh\nexec "${join(root, ".venv", "bin", "python")}" "$@"\n`;
  writeFileSync(join(folder, ".venv", "bin", "python"), call, { mode: 0o755 });
  const lab = spawn(
    process.execPath,
    [...[join(root, "src", "setup", "lab.js"), "--no-browser", "--port=0", `--ServerApp.root_dir=${notebooks}`]],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise((done) => lab.on("close", done));
  const { port, token } = await addressOf(lab);
  return {
    port,
    token,
    url: (path) => `http://127.0.0.1:${port}${path}?token=${token}`,
    write(name, ...sources) {
      const cells = sources.map((source, i) => ({
        ...{ cell_type: "code", id: `cell-${i}`, metadata: {}, source, execution_count: null, outputs: [] },
      }));
      const metadata = { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } };
      const text = JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 });
      writeFileSync(join(notebooks, `${name}.ipynb`), text);
    },
    copy: (from, name) => cpSync(from, join(notebooks, `${name}.ipynb`)),
    read(name) {
      try {
        return readNotebook(join(notebooks, `${name}.ipynb`));
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    async close() {
      lab.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where JupyterLab listens, from what it says on starting; what it says later is read as well, or its pipe would break. */
function addressOf({ stderr }: ChildProcess): Promise<{ port: number; token: string }> {
  let said = "";
  return new Promise((found, fail) => {
    stderr?.on("data", (chunk) => {
      said += chunk;
      const [, port, token] = /http:\/\/127\.0\.0\.1:(\d+)\/lab\S*\?token=(\w+)/.exec(said) ?? [];
      if (token) found({ port: Number(port), token });
    });
    stderr?.on("end", () => fail(new Error(`JupyterLab did not start:\n${said}`)));
  });
}
