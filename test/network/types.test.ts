import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { root } from "../../src/notebook/jupyter.js";

/** A cell with what is to compile, and, after @ts-expect-error, what is not. */
const CELL = `
import * as tf from "@tensorflow/tfjs-node";
import { EqlLayer, type EqlLayerOptions } from "eqlab";
type IsAny<T> = 0 extends 1 & T ? true : false;
const typed = <T>(_value: T, _no: IsAny<T> extends true ? never : 1): void => {};
const options: EqlLayerOptions = { layers: 2, penalty: { weight: 1, from: 3 }, inputShape: [2] };
const eql = new EqlLayer(options);
typed(eql, 1);
typed(eql.expression(["x", "y"], { digits: 3 }), 1);
typed(eql.prune({ x: [[1, 2]], y: [1] }).mse[0], 1);
typed(eql.draw().svg, 1);
typed(eql.penalty, 1);
tf.sequential().add(eql);
tf.serialization.registerClass(EqlLayer);
const layer: tf.layers.Layer = eql;
const found = tf.sequential().getLayer("eql_1") as EqlLayer;
// @ts-expect-error
new EqlLayer({ layer: 2 });
// @ts-expect-error
eql.mask("0.1");
export { found, layer };
`;

it("EqlLayer has types for the notebook's compiler, TypeScript 5.0", () => {
  const file = join(root, "dist", `cell-${process.pid}.ts`);
  try {
    writeFileSync(file, CELL);
    const compiler = join(root, "node_modules", "@tslab", "typescript-for-tslab", "bin", "tsc");
    const options = "--noEmit --module commonjs --moduleResolution node --target es2020 --skipLibCheck --types node";
    const { stdout, status } = spawnSync(process.execPath, [compiler, ...options.split(" "), file], {
      encoding: "utf8",
    });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  } finally {
    rmSync(file, { force: true });
  }
});

it("importing eqlab loads no tfjs; making a layer does", () => {
  const script = `
    const { EqlLayer } = await import("eqlab");
    const { createRequire } = await import("node:module");
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("tfjs-core"));
    console.log(loaded(), (new EqlLayer()).name, loaded());
  `;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: root,
    encoding: "utf8",
  });
  assert.match(stdout, /^false eql_1 true$/m);
});
