import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../src/random.js";
import { Encoder } from "../../src/vision/encoder.js";
import { findFormula } from "../../src/vision/formula.js";
import type { ImageSet } from "../../src/vision/images.js";
import type { Formula } from "../../src/vision/pairs.js";
import { latents, mostProbable } from "../../src/vision/reading.js";
import { missingValues, revive, slotTable } from "../../src/vision/slots.js";

/** Images that are not looked at: only what they show matters here. */
const count = 5000;
const values = Array.from({ length: count }, (_, i) => (i * 7) % 10);
const images: ImageSet = { count, height: 1, width: 1, pixels: new Uint8Array(count), values };

/** Slot of each image: digit d in slot d + 2, one in 23 misread, as a digit 7 more or 3 less; slots 0, 1 and 12 to 15 stay free. */
const slot = values.map((digit, i) => (i % 23 === 0 ? (digit + 7) % 10 : digit) + 2);

function tableOf(formula: Formula, inRange: (y: number) => boolean) {
  return slotTable(slot, { images, formula, inRange }, random(1));
}

test("the table has the median value of each pair of slots that occurs in the range", () => {
  const { first, second, y, count } = tableOf(
    (a, b) => a - 2 * b,
    (y) => y < 4,
  );
  let clear = 0;
  y.forEach((value, n) => {
    const [a, b] = [first[n] - 2, second[n] - 2];
    assert.ok(count[n] >= 5);
    if (count[n] < 50) return;
    assert.equal(value, a - 2 * b);
    clear++;
  });
  assert.ok(clear > 60);
  assert.ok(y.every((value) => value < 4));
});

test("what is left in the cells of values beyond the range is misread, and is left out", () => {
  const { first, second } = tableOf(
    (a, b) => a * b,
    (y) => y < 37,
  );
  assert.ok(first.length > 60);
  first.forEach((a, n) => {
    const [low, high] = [a, second[n]].map((k) => k - 2);
    assert.ok(low * high < 37, `${low}·${high} is in the table`);
  });
});

test("missing values: beyond both ends, and in gaps", () => {
  const rounded = (values: number[]) => values.map((value) => Math.round(100 * value) / 100).sort((a, b) => a - b);
  assert.deepEqual(rounded(missingValues([0, 1, 2, 3])), [-1, 4]);
  assert.deepEqual(rounded(missingValues([0, 1, 1.02, 3, 4])), [-1, 2.01, 5]);
  assert.deepEqual(rounded(missingValues([0, 1, 2, 6, 7])), [-1, 3, 5, 8]);
  assert.deepEqual(missingValues([2, 2]), []);
});

test("free slots get the values that are missing, and a head like the nearest one's", () => {
  const encoder = new Encoder(8, 8, random(1));
  // Used: slots 2 to 11, and their values have a gap where digit 4 would be.
  const used = Array.from({ length: 9 }, (_, k) => k + 2);
  const before = encoder.slots.arraySync();
  const fell = values.map((digit) => used[digit % 9]);
  assert.equal(revive(encoder, fell, random(2)), 7);
  const after = encoder.slots.arraySync();
  for (const k of used) assert.equal(after[k], before[k]);
  const spacing = before[1] - before[0];
  for (const wanted of [before[2] - spacing, before[10] + spacing]) {
    assert.ok(
      [0, 1, 11, 12, 13, 14, 15].some((k) => Math.abs(after[k] - wanted) < 1e-5),
      `${wanted} in ${after}`,
    );
  }
  encoder.dispose();
});

test("the latent is the weighted median of the slots' values", () => {
  const p = Float64Array.from([0.4, 0.35, 0.25, 0.1, 0.9, 0, 0.2, 0.2, 0.6]);
  assert.deepEqual(Array.from(latents(p, [3, 1, 2])), [2, 1, 2]);
  assert.deepEqual(mostProbable(p, 3), [0, 1, 2]);
});

/** Latents of the slots, bent as a scaffold leaves them. */
const bent = Float32Array.from({ length: 16 }, (_, k) => Math.tanh((k - 7.5) / 6));

for (const [name, formula, inRange] of [
  ["sum", (a, b) => a + b, (y) => y < 15],
  ["product", (a, b) => a * b, (y) => y < 37],
] as [string, Formula, (y: number) => boolean][]) {
  test(`from a table with stray cells and bent latents: the ${name}, in values that are even again`, async () => {
    const table = tableOf(formula, inRange);
    const signal = new AbortController().signal;
    const found = await findFormula(table, bent, { resolution: 1, seed: 1, signal }, () => {});
    assert.ok(found);
    assert.equal(found.layers, 1);
    assert.ok(found.error < 0.03, `error ${found.error}`);
    const text = found.layer.expression(["z1", "z2"], { digits: 3 });
    assert.match(text, name === "sum" ? /^-?[\d.]+\*z1[+-][\d.]+\*z2([+-][\d.]+)?$/ : /^-?[\d.]+\*z[12]\*z[12]$/);
    const steps = Array.from({ length: 9 }, (_, k) => found.slots[k + 3] - found.slots[k + 2]);
    const mean = steps.reduce((sum, step) => sum + step, 0) / 9;
    if (name === "sum")
      assert.ok(
        steps.every((step) => Math.abs(step / mean - 1) < 0.1),
        `steps ${steps}`,
      );
  });
}
