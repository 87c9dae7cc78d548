import assert from "node:assert/strict";
import { after, test } from "node:test";
import { discover } from "../src/discover.js";
import { stopWorkers } from "../src/parallel/pool.js";
import { costOfWildRows, oddSigns } from "../src/wild.js";
import { normal } from "./search/help.js";

after(stopWorkers);

const x = Array.from({ length: 40 }, (_, i) => 0.5 + i / 8);
const noisy = (seed: number) => {
  const noise = normal(seed, x.length);
  return x.map((v, i) => 3 * v ** 2 * (1 + 0.02 * noise[i]));
};

test("a row with its decimal point in the wrong place is set aside and named, and the law is that of the others", async () => {
  const y = noisy(1);
  y[17] *= 10;
  const { best, setAside, warnings } = await discover({ x, y }, { target: "y" });
  assert.deepEqual(setAside, [18]);
  assert.ok(warnings.some((warning) => /^Row 18 is set aside/.test(warning)));
  const [at4] = best.predict([{ x: 4 }]);
  assert.ok(Math.abs(at4 / 48 - 1) < 0.02, best.expression);
});

test("a row of the wrong sign is set aside, and relative errors are seen again", async () => {
  const y = noisy(2);
  y[5] = -1000;
  const { noise, setAside } = await discover({ x, y }, { target: "y" });
  assert.deepEqual(setAside, [6]);
  assert.equal(noise, "relative");
});

test("outliers: keep keeps them", async () => {
  const y = noisy(1);
  y[17] *= 10;
  const { setAside } = await discover({ x, y }, { target: "y", outliers: "keep" });
  assert.deepEqual(setAside, []);
});

test("noise has no wild rows", async () => {
  for (const seed of [11, 12, 13, 14, 15]) {
    const { setAside } = await discover({ x, y: noisy(seed) }, { target: "y" });
    assert.deepEqual(setAside, [], `seed ${seed}`);
  }
});

test("of eight rows one that is three or four deviations off is not wild: Ptolemy's angles of refraction, as sines", async () => {
  const sines = (degrees: readonly number[]) => degrees.map((angle) => Math.sin((angle * Math.PI) / 180));
  const sin_i = sines([10, 20, 30, 40, 50, 60, 70, 80]);
  const sin_r = sines([8, 15.5, 22.5, 29, 35, 40.5, 45.5, 50]);
  const { best, setAside } = await discover({ sin_i, sin_r }, { target: "sin_r" });
  assert.deepEqual(setAside, []);
  assert.match(best.expression, /^[\d.]+\*sin_i$/);
});

test("odd signs are few, large, and never zero", () => {
  const rows = Float64Array.from({ length: 20 }, (_, i) => 1 + i);
  assert.deepEqual(oddSigns(rows), []);
  assert.deepEqual(oddSigns(rows.map((v, i) => (i === 3 ? -100 : v))), [3]);
  assert.deepEqual(oddSigns(rows.map((v, i) => (i === 3 ? -30 : v))), [], "not far beyond the others");
  assert.deepEqual(oddSigns(rows.map((v, i) => (i < 3 ? -100 : v))), [], "too many to be wild");
  assert.deepEqual(oddSigns(rows.map((v, i) => (i === 3 ? 0 : v))), []);
});

test("writing a row out costs more in a longer table and on a wider range", () => {
  const cost = (rows: number, size: number) => costOfWildRows(1, new Float64Array(rows).fill(size));
  assert.ok(Math.abs(cost(200, 1) - cost(100, 1) - Math.log(2)) < 1e-12);
  assert.ok(Math.abs(cost(100, 10) - cost(100, 1) - Math.log(10)) < 1e-12);
  assert.equal(costOfWildRows(0, new Float64Array(5).fill(3)), 0);
});
