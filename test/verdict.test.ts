import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fit, lackOfFit, tooFewRows, verdict } from "../src/verdict.js";
import { map, normal, uniform } from "./search/help.js";

/** Data y = 3x + residuals, weighted all alike. */
function fit(x: Float64Array, residuals: Float64Array, target = map([x, residuals], (v, r) => 3 * v + r)): Fit {
  return { inputs: [x], target, residuals, weighted: residuals, parameters: 1 };
}

const x = uniform(1, 100, 0, 10);
const noise = normal(2, 100).map((r) => 0.1 * r);

test("residuals at the level of rounding are exact, on any scale", () => {
  const rounding = x.map((v) => 1e-16 * v * 3);
  assert.equal(verdict(fit(x, rounding)), "exact");
  assert.equal(verdict(fit(x, new Float64Array(100))), "exact");
  for (const unit of [1e-30, 1e30]) {
    const scaled = (column: Float64Array) => column.map((v) => v * unit);
    assert.equal(verdict(fit(x, scaled(rounding), scaled(x))), "exact");
    assert.equal(verdict(fit(x, scaled(noise), scaled(x))), "law");
  }
});

test("residuals smaller than the target's own digits are exact", () => {
  const rounded = x.map((v) => Math.round(30 * v) / 10);
  assert.equal(
    verdict(
      fit(
        x,
        map([x, rounded], (v, y) => y - 3 * v),
        rounded,
      ),
    ),
    "exact",
  );
  assert.equal(
    verdict(
      fit(
        x,
        map([x, rounded], (v, y) => 1.2 * (y - 3 * v)),
        rounded,
      ),
    ),
    "law",
  );
});

test("noise alone is a law, structure makes it an approximation", () => {
  assert.equal(verdict(fit(x, noise)), "law");
  assert.equal(
    verdict(
      fit(
        x,
        map([noise, x], (r, v) => r + 0.3 * Math.sin(v)),
      ),
    ),
    "approximation",
  );
  assert.equal(
    verdict(
      fit(
        x,
        x.map((v) => 1e-5 * Math.sin(v)),
      ),
    ),
    "approximation",
    "small, but nothing else is left",
  );
});

test("the lack of fit of noise is a standard deviation or two, whatever the number of inputs and rows", () => {
  for (const [inputs, rows] of [
    [1, 12],
    [1, 100],
    [3, 100],
    [2, 60],
  ]) {
    const values = Array.from({ length: 400 }, (_, seed) => {
      const columns = Array.from({ length: inputs }, (_, k) => uniform(1000 * k + seed, rows));
      return lackOfFit({ inputs: columns, weighted: normal(seed, rows) });
    });
    // The largest of one normal number for each input and one for all together: 5% of each lie above 1.64.
    const above = values.filter((v) => v > 1.64).length / values.length;
    assert.ok(above > 0.01 && above < 0.05 * (inputs + 1) + 0.03, `${inputs} inputs, ${rows} rows: ${above}`);
    assert.ok(Math.max(...values) < 4, "no false alarm in 400");
  }
});

test("a missed sine, a missed kink and a missed product show, also under noise and over decades", () => {
  const decades = x.map((v) => 10 ** (v - 5));
  const other = uniform(3, 100);
  const under = (column: Float64Array, f: (v: number) => number) => map([noise, column], (r, v) => r + 0.3 * f(v));
  assert.ok(lackOfFit({ inputs: [x], weighted: under(x, Math.sin) }) > 4);
  assert.ok(lackOfFit({ inputs: [x], weighted: under(x, (v) => Math.abs(v - 5)) }) > 4);
  assert.ok(lackOfFit({ inputs: [decades], weighted: under(x, Math.sin) }) > 4, "ranks count, not values");
  const product = map([noise, x, other], (r, a, b) => r + 0.2 * (a - 5) * b);
  assert.ok(lackOfFit({ inputs: [x, other], weighted: product }) > 4);
});

test("very few rows say nothing", () => {
  const few = uniform(1, 7);
  assert.equal(lackOfFit({ inputs: [few], weighted: few }), 0);
  assert.equal(lackOfFit({ inputs: [], weighted: noise }), 0);
});

test("a formula with many constants for its rows is no law, however small its residuals", () => {
  const few = fit(x.subarray(0, 12), noise.subarray(0, 12));
  assert.equal(verdict(few), "law");
  assert.equal(verdict({ ...few, parameters: 2 }), "law");
  assert.equal(verdict({ ...few, parameters: 4 }), "approximation");
});

test("one row that is unlike all others bears out no formula, though it can be followed exactly", () => {
  const x = Float64Array.from({ length: 20 }, (_, i) => i + 1);
  const alone = x.map((_, i) => (i === 19 ? 3.7 : 0));
  const residuals = new Float64Array(20);
  const fit = { inputs: [x], residuals, weighted: residuals };
  assert.equal(verdict({ ...fit, target: alone, parameters: 2 }), "approximation");
  assert.ok(tooFewRows({ target: alone, parameters: 2 }));
  const half = x.map((v) => Math.max(0, v - 10));
  assert.equal(verdict({ ...fit, target: half, parameters: 2 }), "exact");
});
