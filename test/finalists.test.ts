import assert from "node:assert/strict";
import { after, test } from "node:test";
import { finalistsOf } from "../src/finalists.js";
import { discover, stopWorkers } from "../src/index.js";
import { affine, input } from "../src/search/network.js";
import { close, DEFAULT, map, normal, uniform } from "./search/help.js";

after(stopWorkers);

test("under relative noise rows weigh as the law's own values say, so that large errors don't pull it down", async () => {
  const n = 80;
  const x = uniform(1, n, 0.5, 20);
  const y = map([x, normal(2, n)], (x, r) => 2.734 * x * (1 + 0.2 * r));
  const { best } = await discover(
    { x, y },
    { target: "y", noise: "relative", primitives: ["identity"], outliers: "keep", workers: 1 },
  );
  // Weights 1/(c·x): the mean of y/x. Weights 1/y would give Σ(x/y)/Σ(x/y)².
  const slope = best.predict({ x: [1] })[0];
  const mean = map([x, y], (x, y) => y / x).reduce((a, b) => a + b) / n;
  const [first, second] = [1, 2].map((p) => map([x, y], (x, y) => (x / y) ** p).reduce((a, b) => a + b));
  assert.ok(Math.abs(first / second / mean - 1) > 0.05, "the two differ");
  const { before } = best.constants[0];
  close((before?.value ?? slope) / mean, 1, before ? 1e-3 : 1e-6, best.expression);
});

test("a network whose constants leave the range of float64 in the table's units is no formula, and no crash", async () => {
  // A decimal point in the wrong place (469.4 for 58.68) sends the search after steep functions.
  const x = [
    6.24312, 11.9662, 12.5337, 53.4726, 53.0959, 35.1841, 54.0498, 26.1859, 59.5157, 31.9812, 50.7419, 58.7204, 34.6556,
    14.5034, 5.17775, 5.56922, 14.2422, 6.52681, 38.2343, 37.5285,
  ];
  const y = [
    70.874, 469.434, 57.1921, 24.9094, 24.9379, 32.1906, 24.3727, 38.7411, 23.7065, 34.1611, 25.8384, 24.0846, 32.2948,
    53.6463, 73.7089, 73.3952, 54.5051, 70.5728, 30.6743, 30.4599,
  ];
  const { best, setAside } = await discover({ x, y }, { target: "y", primitives: "all", seed: 12, workers: 1 });
  assert.deepEqual(setAside, [2]);
  assert.match(best.expression, /exp/);
});

test("a Stop is heard while formulas are fitted to many rows: what has been fitted by then is given back", async () => {
  const n = 4096;
  const inputs = [uniform(1, n), uniform(2, n)];
  const rows = { inputs, target: map([...inputs, normal(3, n)], (x, y, r) => x + Math.sin(y) + 0.1 * r) };
  const network = affine(inputs.map((_, k) => ({ weight: 1, unit: input(k) })));
  const stop = new AbortController();
  const writing = { names: ["x", "y"], grammar: DEFAULT, dimensions: undefined, shifted: false, signal: stop.signal };
  setTimeout(() => stop.abort(), 100); // is heard only if the loop lets it
  const roots = new Array(100_000).fill(network);
  const begun = performance.now();
  const found = await finalistsOf(roots, "additive", rows, writing);
  assert.ok(found.length > 0 && found.length < roots.length, `${found.length}`);
  assert.ok(performance.now() - begun < 5000, "much less than all of them take");
});
