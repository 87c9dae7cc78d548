/**
 * What is loaded before everything else: functions that newer Nodes dropped, and a tfjs-node without its library.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs an ES module with the preload, and gives what it printed. */
async function preloaded(code: string, environment: NodeJS.ProcessEnv = {}) {
  const args = ["--require", "./src/setup/preload.cjs", "--input-type=module", "--eval", code];
  const env = { ...process.env, EQLAB_TFJS: "", ...environment };
  return promisify(execFile)(process.execPath, args, { cwd: root, env });
}

test("util.isNullOrUndefined and util.isArray are there on every Node", async () => {
  const { stdout } = await preloaded(`
    import { createRequire } from "node:module";
    const util = createRequire(import.meta.url)("util");
    console.log([null, undefined, 0, ""].map(util.isNullOrUndefined).join(), [[], {}].map(util.isArray).join());`);
  assert.equal(stdout.trim(), "true,true,false,false true,false");
});

for (const backend of ["wasm", "cpu"]) {
  test(`EQLAB_TFJS=${backend}: danfojs and tfjs-node work without the native library, waiting for it or not`, async () => {
    const { stdout, stderr } = await preloaded(
      `import * as tf from "@tensorflow/tfjs-node";
      import { DataFrame } from "danfojs-node";
      const early = tf.tensor([3, 4]);
      const atOnce = early.square().sum().dataSync()[0];
      await tf.ready();
      const table = new DataFrame({ a: [1, 2, 3], b: [4, 5, 6] });
      console.log(JSON.stringify([atOnce, tf.getBackend(), early.square().sum().dataSync()[0], table.shape, table.mean().values]));`,
      { EQLAB_TFJS: backend },
    );
    assert.deepEqual(JSON.parse(stdout), [25, backend, 25, [3, 2], [2.5, 3.5, 4.5]]);
    assert.doesNotMatch(stderr, /eqlab: TensorFlow's native library is missing/, "who chose needs no warning");
  });
}

test("on WebAssembly, what its backend lacks is computed as in plain JavaScript", async () => {
  const code = `
    import * as tf from "@tensorflow/tfjs-node";
    await tf.ready();
    const x = tf.randomNormal([3, 9, 8, 2], 0, 1, "float32", 1);
    const w = tf.randomNormal([3, 2, 2, 4], 0, 1, "float32", 2);
    const gradients = [[1, "same"], [2, "same"], [[2, 1], "valid"]].map(([strides, pad]) =>
      tf.grad((w) => tf.conv2d(x, w, strides, pad).sin().sum())(w).dataSync());
    const rows = tf.tensor1d([1, 1, 2], "int32");
    const gathered = tf.grad((w) => tf.gather(w, rows).square().sum())(w).dataSync();
    const product = tf.einsum("nhwi,io->nhwo", x, w.slice([0, 0, 0, 0], [1, 1, 2, 4]).reshape([2, 4])).dataSync();
    console.log(JSON.stringify([...gradients, gathered, product].map((values) => Array.from(values))));`;
  const [wasm, cpu] = await Promise.all(
    ["wasm", "cpu"].map(async (EQLAB_TFJS) => JSON.parse((await preloaded(code, { EQLAB_TFJS })).stdout) as number[][]),
  );
  assert.equal(wasm?.length, 5);
  for (const [at, values] of (wasm ?? []).entries()) {
    const expected = cpu?.[at] ?? [];
    const size = Math.max(...expected.map(Math.abs));
    assert.ok(size > 1, "values that say something");
    assert.equal(values.length, expected.length);
    for (const [i, value] of values.entries()) assert.ok(Math.abs(value - (expected[i] ?? NaN)) < 1e-5 * size);
  }
});

test("a backend that does not exist is refused by name", async () => {
  await assert.rejects(preloaded("", { EQLAB_TFJS: "gpu" }), /EQLAB_TFJS=gpu: .* native, wasm, cpu/);
});
