import assert from "node:assert/strict";
import { after, test } from "node:test";
import { discover, stopWorkers } from "../../src/index.js";
import { mimeBundle } from "../../src/notebook/display.js";

after(stopWorkers);

const x = Array.from({ length: 60 }, (_, i) => i / 10);
const y = x.map((v, i) => 3.21 * v * v + 0.05 * Math.sin(i * i * 12.9898));

test("a result shows its law typeset, its constants with errors, and the front with the law marked", async () => {
  const result = await discover({ x, y }, { target: "y" });
  const bundle = await mimeBundle(result);
  const html = String(bundle?.["text/html"]);
  const text = String(bundle?.["text/plain"]);
  assert.match(html, /<span class="eqlab-tex">\$\\displaystyle y = 3\.2\d*\\,x\^\{2\}\$<\/span>/);
  assert.equal(html.match(/<title>[^<]*nodes, error/g)?.length, result.front.filter(({ mse }) => mse > 0).length);
  assert.equal(html.match(/stroke="#d55e00"/g)?.length, 1);
  assert.match(text, /Constants: 3\.2\d* ± 0\.000\d+\./);
  const { error = 0, value } = result.best.constants[0];
  // The closed form of the one-parameter fit: σ / √Σx⁴.
  const residual = Math.sqrt(y.reduce((s, v, i) => s + (v - value * x[i] ** 2) ** 2, 0) / (x.length - 1));
  assert.ok(Math.abs(error / (residual / Math.sqrt(x.reduce((s, v) => s + v ** 4, 0))) - 1) < 1e-6);
  const marked = text.split("\n").filter((line) => line.startsWith("▸"));
  assert.equal(marked.length, 1);
  assert.match(marked[0], new RegExp(` ${result.best.complexity} `));
});

test("a candidate shows itself, and names what was recognised", async () => {
  const { best } = await discover({ x, y: x.map((v) => Math.sin(2 * Math.PI * v)) }, { target: "y" });
  const bundle = await mimeBundle(best);
  assert.equal(bundle?.["text/plain"], "sin(6.28319*x)\nConstants: 2π.");
});
