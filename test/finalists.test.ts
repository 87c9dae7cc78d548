import assert from "node:assert/strict";
import { after, test } from "node:test";
import { discover, stopWorkers } from "../src/index.js";
import { close, map, normal, uniform } from "./search/help.js";

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
