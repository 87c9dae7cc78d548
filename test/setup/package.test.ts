/** What others get by `npm install eqlab`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

function run(command: string, args: string[], cwd = root): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("the package holds what is run, its types and its kernels, and nothing else", () => {
  const [{ files }] = JSON.parse(run("npm", ["pack", "--dry-run", "--json"]));
  const paths: string[] = files.map(({ path }: { path: string }) => path);
  for (const needed of [
    "dist/src/index.js",
    "dist/src/index.d.ts",
    "dist/src/cli.js",
    "dist/src/search/kernel/kernel.wasm",
  ]) {
    assert.ok(paths.includes(needed), needed);
  }
  const known =
    /^(dist\/src\/.+\.(js|d\.ts|wasm|json)|src\/setup\/\w+[\w-]*\.cjs|README\.md|environment\.md|LICENSE|package\.json)$/;
  assert.deepEqual(
    paths.filter((path) => !known.test(path)),
    [],
  );
});

test("installed into an empty folder it works: import, require, npx eqlab", {
  skip: process.env.EQLAB_FULL ? false : "takes a minute: npm run test:full",
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "eqlab-package-"));
  try {
    const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder]));
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    run("npm", ["install", `./${filename}`], folder);
    const columns = "{ x: [1, 2, 3, 4, 5, 6], y: [3, 12, 27, 48, 75, 108] }";
    const search = `discover(${columns}, { target: "y" }).then(({ best }) => { console.log(best.expression); process.exit(); })`;
    writeFileSync(join(folder, "a.mjs"), `import { discover } from "eqlab"; ${search}`);
    writeFileSync(join(folder, "b.cjs"), `const { discover } = require("eqlab"); ${search}`);
    writeFileSync(join(folder, "t.csv"), "x,y\n1,3\n2,12\n3,27\n4,48\n5,75\n6,108\n");
    for (const script of ["a.mjs", "b.cjs"]) assert.equal(run(process.execPath, [script], folder), "3*x^2\n");
    assert.match(run("npx", ["eqlab", "discover", "t.csv", "--target", "y"], folder), /^y = 3\*x\^2\n/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("licences.md has every npm package, and none is under a licence that asks for the source of what uses it", async () => {
  const { listed, npmPackages } = await import(
    new URL("src/setup/licences.js", new URL("../../../", import.meta.url)).href
  );
  const text = readFileSync(join(root, "src/setup/licences.md"), "utf8");
  for (const dev of [false, true]) {
    const lists = listed(npmPackages({ dev }));
    assert.ok(text.includes(lists), "npm run licences makes it anew");
    assert.doesNotMatch(lists.replace(/ OR [^*]*/g, ""), /\*\*[^*]*\b(A?GPL|SSPL|unsaid)/);
  }
});
