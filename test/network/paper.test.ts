import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { discover } from "../../src/discover.js";
import type { DiscoverOptions } from "../../src/options.js";
import { stopWorkers } from "../../src/parallel/pool.js";
import { random } from "../../src/random.js";
import { close } from "../search/help.js";

after(stopWorkers);

const column = (n: number, stream: number, f = (u: number) => u) => {
  const { uniform } = random(11, stream);
  return Array.from({ length: n }, () => f(2 * uniform() - 1));
};
const [x, y] = [column(256, 1), column(256, 2)];
const table = { x, y, t: x.map((v, i) => v * y[i]) };
const paper = (options: Partial<DiscoverOptions> = {}, data: Record<string, number[]> = table) =>
  discover(data, { target: "t", method: "paper", restarts: 2, ...options });

test("both penalties find x·y; as read off its constants are trained, polished it is exact", async () => {
  for (const sparsity of ["L0.5", "L0"] as const) {
    const { best, verdict, restarts = [] } = await paper({ sparsity, restarts: 4 });
    assert.match(best.expression, /^(x\*y|y\*x)$/);
    assert.equal(verdict, "exact");
    assert.equal(restarts.length, 4);
    const { published, polished } = restarts[0];
    assert.ok(published.mse > 0 && published.mse < 1e-2, `${sparsity}: ${published.expression}`);
    assert.ok(published.complexity <= 8, published.expression);
    assert.match(polished?.expression ?? "", /^(x\*y|y\*x)$/);
  }
});

test("the same digits for any number of workers, and after a cut; restarts are numbered from the seed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "eqlab-"));
  const checkpoint = join(folder, "state");
  try {
    const spelt = ({ restarts = [], best }: Awaited<ReturnType<typeof paper>>) =>
      JSON.stringify([
        best.expression,
        restarts.map((r) => [r.restart, r.published.expression, r.polished?.expression]),
      ]);
    const one = await paper({ workers: 1, restarts: 9, checkpoint, sparsity: "L0.5" }, small);
    const [header, first] = readFileSync(checkpoint, "utf8").split("\n");
    writeFileSync(checkpoint, `${header}\n${first}\n`); // cut after the first eight
    const two = await paper({ workers: 2, restarts: 9, checkpoint, sparsity: "L0.5" }, small);
    assert.equal(spelt(two), spelt(one));
    await assert.rejects(
      paper({ restarts: 9, checkpoint, sparsity: "L0" }, small),
      /belongs to other data, other options/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
/** So few rows that a training takes a tenth of a second. */
const small = { x: column(16, 3), t: column(16, 3, (u) => u * u) };

test("columns far from 1 are trained on in units near 1; the law is in the table's", async () => {
  const { best } = await paper({ restarts: 4 }, { x: x.map((v) => 1e4 * v), t: x.map((v) => 3e-7 * v * v) });
  close(best.predict({ x: [2e4] })[0], 12e-7, 1e-9);
});

test("a search that is stopped has the mean, and says why", async () => {
  const { best, warnings } = await paper({ signal: AbortSignal.abort() });
  assert.equal(best.complexity, 1);
  assert.match(warnings.join(), /was stopped/);
});

test("what the paper's method can't do is refused", async () => {
  await assert.rejects(paper({ primitives: ["identity", "power"] }), /can't use the primitive "power"/);
  await assert.rejects(paper({ sparsity: "L1" as "L0" }), /sparsity must be "L0.5" or "L0"/);
  await assert.rejects(paper({ restarts: 0 }), /number of restarts must be a whole number from 1 on/);
  await assert.rejects(discover(table, { target: "t", restarts: 3 }), /restarts belongs to the paper's method/);
});
