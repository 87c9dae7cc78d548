/**
 * The lock of Python packages, the doctor on a bare copy, and where set-up may write.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { cacheFolder, environment } = await import(
  new URL("src/setup/paths.js", new URL("../../../", import.meta.url)).href
);

test("requirements.txt holds pins and nothing else, above all no registry's address", () => {
  const lines = readFileSync(join(root, "src", "setup", "requirements.txt"), "utf8")
    .trim()
    .split("\n");
  assert.ok(lines.length > 50);
  for (const line of lines) assert.match(line, /^[a-z0-9.-]+==[0-9][0-9a-z.]*( ; [a-z_]+ .*)?$/);
  const wanted = readFileSync(join(root, "src", "setup", "requirements.in"), "utf8").match(/^[a-z]+$/gm) ?? [];
  assert.ok(wanted.length >= 4);
  for (const name of wanted)
    assert.ok(
      lines.some((line) => line.startsWith(`${name}==`)),
      name,
    );
});

test("package-lock.json names no registry and has the binaries of every platform", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  for (const [path, { resolved = "" }] of Object.entries<{ resolved?: string }>(packages)) {
    assert.doesNotMatch(resolved, /:\/\//, path);
  }
  for (const platform of ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64", "win32-x64"]) {
    assert.ok(packages[`node_modules/@typescript/typescript-${platform}`], platform);
    assert.ok(packages[`node_modules/@biomejs/cli-${platform}`], platform);
  }
});

test("the doctor needs nothing installed, ends with code 1 and names the cure", () => {
  const copy = mkdtempSync(join(tmpdir(), "eqlab-bare-"));
  try {
    cpSync(join(root, "src", "setup"), join(copy, "src", "setup"), { recursive: true });
    cpSync(join(root, "package.json"), join(copy, "package.json"));
    const { status, stdout, stderr } = spawnSync(process.execPath, ["src/setup/doctor.js"], {
      cwd: copy,
      encoding: "utf8",
    });
    assert.equal(status, 1, stderr);
    assert.match(stdout, new RegExp(`✓ Node: ${process.versions.node}`));
    for (const part of ["npm packages", "JupyterLab", "tfjs", "TypeScript kernel"]) {
      assert.match(stdout, new RegExp(`✗ ${part}: missing\n    → npm run setup`));
    }
    assert.match(stdout, /Missing: \d+ of \d+ parts/);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test("one cache folder: EQLAB_CACHE, else XDG_CACHE_HOME, else ~/.cache", () => {
  assert.equal(cacheFolder({ EQLAB_CACHE: join(root, "here"), XDG_CACHE_HOME: "/x" }), join(root, "here"));
  assert.equal(cacheFolder({ XDG_CACHE_HOME: join(root, "x") }), join(root, "x", "eqlab"));
  assert.equal(cacheFolder({}), join(homedir(), ".cache", "eqlab"));
});

test("npm, pip and Jupyter write to the cache and the project only", () => {
  const cache = join(root, "some", "cache");
  const env = environment({ EQLAB_CACHE: cache, PATH: "/bin" });
  for (const name of ["npm_config_cache", "PIP_CACHE_DIR"]) assert.ok(env[name].startsWith(cache), name);
  for (const name of ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"]) {
    assert.ok(env[name].startsWith(join(root, ".venv")), name);
  }
});
