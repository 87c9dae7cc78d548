import assert from "node:assert/strict";
import { after, test } from "node:test";
import { discover } from "../src/discover.js";
import { stopWorkers } from "../src/parallel/pool.js";
import { neighbourMedians, scaleOf, surprise, trustOf } from "../src/robust.js";
import { close, map, normal, uniform } from "./search/help.js";

after(stopWorkers);

const robust = { target: "y", loss: "robust", primitives: ["identity", "exp", "product"] } as const;

/** Every tenth row is wild: a factor, a wrong sign, or nonsense. */
function spoil(y: Float64Array, seed: number): Float64Array {
  const nonsense = uniform(seed, y.length, -1, 1);
  return y.map((v, i) => (i % 10 !== 3 ? v : [v * 8, -1000, 50 * nonsense[i]][i % 3]));
}

test("the scale is the most likely one, and the surprise the likelihood's: against sums written out", () => {
  const r = normal(1, 50).map((v, i) => (i === 7 ? 40 : 0.3 * v));
  const scale = scaleOf(r, 1e-12);
  const logLikelihood = (s: number) =>
    r.reduce((sum, v) => sum + Math.log((3 / 8 / s) * (1 + (v / s) ** 2 / 4) ** -2.5), 0); // the density for ν = 4
  for (const other of [0.99, 1.01]) assert.ok(logLikelihood(scale) > logLikelihood(other * scale));
  close(-surprise(r, scale, false) - 25 * Math.log(2 * Math.PI * Math.E), logLikelihood(scale), 1e-9);
  const trust = trustOf(r, scale);
  assert.ok(trust[7] < 0.01 && trust[8] > 0.5);
});

test("neighbours tell what a row would be, also of several inputs, and never ask the row itself", () => {
  const x = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const y = Float64Array.of(1, 2, 3, 4, 500, 6, 7, 8, 9);
  const about = neighbourMedians({ inputs: [x], target: y });
  close(about[4], 5, 2.1);
  const z = uniform(1, 400);
  const w = uniform(2, 400);
  const plane = map([z, w], (a, b) => a + 2 * b);
  const near = neighbourMedians({ inputs: [z, w], target: plane });
  const misses = near.map((v, i) => Math.abs(v - plane[i])).sort();
  assert.ok(misses[200] < 0.15, `${misses[200]}`);
});

test("a tenth of the rows wild: the law is that of the others, and they are named", async () => {
  const laws: [string, (x: number) => number, number][] = [
    ["line", (x) => 2 * x + 1, 0.05],
    ["decay", (x) => 7 * Math.exp(-0.9 * x), 0.03],
    ["square", (x) => 3 * x ** 2, 0.1],
  ];
  for (const [name, law, noise] of laws) {
    const x = uniform(11, 60, 0.2, 3);
    const y = spoil(
      map([x, normal(12, 60)], (v, r) => law(v) + noise * r),
      13,
    );
    const { best, verdict, setAside, warnings } = await discover({ x, y }, robust);
    const at = [0.5, 1.5, 2.8, 4];
    best.predict({ x: at }).forEach((v, i) => {
      close(v, law(at[i]), 4 * noise, `${name}: ${best.expression}`);
    });
    assert.deepEqual([verdict, setAside], ["law", []], name);
    assert.match(
      warnings.join(),
      /[3-6] rows?\b.* lies? more than 5 standard deviations from the law and hardly count/,
    );
  }
});

test("clean rows lose little by it, and wild ones spoil least squares", async () => {
  const x = uniform(21, 80, 0.2, 3);
  const y = map([x, normal(22, 80)], (v, r) => 2 * v + 1 + 0.05 * r);
  const [plain, wide] = await Promise.all([
    discover({ x, y }, { ...robust, loss: "squares" }),
    discover({ x, y }, robust),
  ]);
  const [a, b] = [plain, wide].map(({ best }) => best.predict([{ x: 5 }])[0]);
  close(a, b, 0.05);
  const spoilt = await discover({ x, y: spoil(y, 23) }, { ...robust, loss: "squares", outliers: "keep" });
  assert.ok(Math.abs(spoilt.best.predict([{ x: 5 }])[0] - 11) > 1, spoilt.best.expression);
});

test("relative errors over decades, a tenth wild; and an exact law", async () => {
  const x = uniform(31, 80, -1, 2).map((v) => 10 ** v);
  const y = map([x, normal(32, 80)], (v, r) => 5 * v ** 2 * (1 + 0.05 * r));
  const wild = y.map((v, i) => (i % 10 === 3 ? v * (i % 3 === 0 ? 20 : 0.05) : v));
  const found = await discover({ x, y: wild }, { ...robust, primitives: ["identity", "product"] });
  assert.equal(found.noise, "relative");
  close(found.best.predict([{ x: 10 }])[0] / 500, 1, 0.03, found.best.expression);
  const exact = await discover(
    {
      x,
      y: spoil(
        map([x], (v) => 5 * v + 2),
        33,
      ),
    },
    { ...robust, primitives: ["identity"] },
  );
  close(exact.best.predict([{ x: 10 }])[0], 52, 1e-6, exact.best.expression);
});

test("of many rows all are fitted robustly", async () => {
  const n = 12_000;
  const x = uniform(41, n, 0.2, 3);
  const y = spoil(
    map([x, normal(42, n)], (v, r) => 2.013 * v + 1.307 + 0.05 * r),
    43,
  );
  const { best, setAside } = await discover({ x, y }, { ...robust, primitives: ["identity"] });
  close(best.predict([{ x: 5 }])[0], 11.372, 0.01, best.expression);
  assert.deepEqual(setAside, []);
  const [slope] = best.constants;
  assert.ok((slope.error ?? 1) < 0.001, `${slope.error}`);
});
