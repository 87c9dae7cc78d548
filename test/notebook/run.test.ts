import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../../src/notebook/jupyter.js";

interface Outcome {
  code: number | null;
  out: string;
  errors: string;
}

function run(...paths: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [join(root, "dist", "src", "notebook", "run.js"), ...paths], { cwd: root });
  const outcome: Outcome = { code: null, out: "", errors: "" };
  child.stdout.on("data", (chunk) => {
    outcome.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    outcome.errors += chunk;
  });
  return new Promise((done) => child.on("close", (code) => done({ ...outcome, code })));
}

describe("notebooks as tests", { concurrency: 2 }, () => {
  const bad = [
    { name: "throws", where: "in cell In [2]", source: "area(-1);", error: "RangeError: radius -1 is negative" },
    {
      name: "type-error",
      where: "in cell In [2]",
      source: "const area: number =",
      error: "line 1, column 7: Type 'string' is not assignable to type 'number'.",
    },
    { name: "rejection", where: "in cell In [2]", source: "load();", error: "Error: the table is empty" },
    { name: "late-rejection", where: "after its last cell", source: "", error: "Error: the table is empty" },
  ];
  for (const { name, where, source, error } of bad) {
    it(`fails the run of ${name}.ipynb, and says where`, async () => {
      const path = join("test", "notebook", "bad", `${name}.ipynb`);
      const { code, errors } = await run(path);
      assert.equal(code, 1);
      assert.ok(errors.includes(`${path} failed ${where}`), errors);
      assert.ok(errors.includes(source) && errors.includes(error), errors);
      assert.ok(!errors.includes("never reached"), errors);
    });
  }

  it("passes a notebook in which all is well", async () => {
    const path = join("test", "notebook", "bursts.ipynb");
    const { code, out, errors } = await run(path);
    assert.equal(code, 0, errors);
    assert.match(out, /bursts\.ipynb: 7 cells/);
  });

  it("fails the whole run if one of its notebooks fails", async () => {
    const [good, bad] = ["bursts", join("bad", "throws")].map((name) => join("test", "notebook", `${name}.ipynb`));
    const { code, out, errors } = await run(bad as string, good as string);
    assert.equal(code, 1);
    assert.match(out, /✓ .*bursts/, errors);
  });

  it("names a notebook that is not there", async () => {
    const { code, errors } = await run("notebooks/nowhere.ipynb");
    assert.equal(code, 2);
    assert.match(errors, /There is no notebook notebooks\/nowhere\.ipynb/);
  });
});
