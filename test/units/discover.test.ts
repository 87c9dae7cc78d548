import assert from "node:assert/strict";
import { after, test } from "node:test";
import { discover } from "../../src/discover.js";
import { stopWorkers } from "../../src/parallel/pool.js";
import { close, map, normal, uniform } from "../search/help.js";

after(stopWorkers);

const column = (seed: number, low = 1, high = 5, n = 80) => uniform(seed, n, low, high);

test("a law that holds in any units is found from dimensionless groups", async () => {
  // Adding velocities: without units this takes long, or is not found.
  const [u, v, c] = [column(1, 1, 4), column(2, 1, 4), column(3, 5, 9)];
  const w = map([u, v, c], (u, v, c) => (u + v) / (1 + (u * v) / c ** 2));
  const units = { u: "m/s", v: "km/s", c: "m/s", w: "m/s" };
  const { best, verdict, warnings } = await discover(
    { u, v, c, w },
    { target: "w", units, primitives: ["default", "division"] },
  );
  assert.equal(verdict, "exact", best.expression);
  close(best.predict([{ u: 30, v: 40, c: 50 }])[0], 70 / 1.48, 1e-9);
  assert.ok(best.complexity <= 15, best.expression);
  assert.deepEqual(warnings, []);
  assert.ok(best.constants.every(({ unit }) => unit === undefined));
});

test("of two columns that say the same, the one with the right unit is taken", async () => {
  const x = column(4);
  const t = map([x, normal(5, 80)], (x, e) => x + 1e-4 * e); // nearly the same numbers
  const y = map([t], (t) => 3 * t);
  const primitives = ["identity", "product"];
  const found = await discover({ x, t, y }, { target: "y", units: { x: "m", t: "s", y: "s" }, primitives });
  assert.equal(found.best.expression, "3*t");
  const other = await discover({ x, t, y }, { target: "y", units: { x: "m", t: "s", y: "m" }, primitives });
  assert.notEqual(other.best.expression, "3*x", "3 s/m is a constant of nature, and explains y better");
});

test("a formula that breaks the units is not offered, and is named in a warning if it fits better", async () => {
  const [x, t] = [column(6), column(7)];
  const y = map([x, t], (x, t) => x + t);
  const { best, front, verdict, warnings } = await discover(
    { x, t, y },
    { target: "y", units: { x: "m", t: "s", y: "m" }, primitives: ["identity", "sin", "product"] },
  );
  assert.equal(verdict, "approximation");
  for (const { expression } of front) assert.doesNotMatch(expression, /^(x\+t|t\+x)$/);
  assert.match(
    warnings.join(" "),
    /In disregard of the units, (x\+t|t\+x) describes the data better\. Check the units/,
  );
  assert.ok(best.mse > 1e-6);
});

test("constants of nature come with their unit, in those of the columns, with noise and without", async () => {
  const t = column(8);
  const fall = map([t], (t) => 4.905 * t * t);
  const units = { t: "s", y: "cm" };
  const exact = await discover({ t, y: fall }, { target: "y", units });
  assert.equal(exact.best.expression, "4.905*t^2");
  assert.deepEqual(
    exact.best.constants.map(({ value, unit }) => [value, unit]),
    [[4.905, "cm/s^2"]],
  );
  const x = column(9);
  const noisy = map([x, t, normal(3, 80)], (x, t, e) => x + 2.3 * t + 0.05 * e);
  const law = await discover(
    { x, t, y: noisy },
    { target: "y", units: { x: "m", t: "s", y: "m" }, primitives: ["identity", "product"] },
  );
  assert.equal(law.verdict, "law");
  assert.deepEqual(
    law.best.constants.flatMap(({ unit }) => unit ?? []),
    ["m/s"],
  );
  const title = (JSON.stringify(exact.plot()).match(/"text":"[ty] \([^)]*\)"/g) ?? []).sort();
  assert.deepEqual(title, ['"text":"t (s)"', '"text":"y (cm)"']);
});

test("the same result for any number of workers", async () => {
  const [m, v] = [column(11), column(12)];
  const e = map([m, v, normal(1, 80)], (m, v, r) => 0.5 * m * v * v + 0.2 * r);
  const options = { target: "K", units: { m: "kg", v: "m/s", K: "J" }, primitives: ["identity", "product", "inverse"] };
  const [one, two] = await Promise.all([1, 2].map((workers) => discover({ m, v, K: e }, { ...options, workers })));
  assert.equal(two.best.expression, one.best.expression);
  assert.equal(one.best.complexity, 7);
});
