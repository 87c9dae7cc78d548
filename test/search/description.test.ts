import assert from "node:assert/strict";
import { test } from "node:test";
import { descriptionLength, EXACT, mostParameters, NODE_COST } from "../../src/search/description.js";
import { close } from "./help.js";

const law = { error: 3, parameters: 2, size: 7 };
const length = (changes: Partial<typeof law> = {}, rows = 100, variance = 5, resolution = 0) =>
  descriptionLength({ ...law, ...changes }, rows, variance, resolution);

test("the terms are those of the formula", () => {
  close(length(), 50 * Math.log(3 / 500) + Math.log(100) + 6 / 97 + NODE_COST * 7, 1e-14);
});

test("less error, fewer parameters and fewer nodes are shorter", () => {
  assert.ok(length({ error: 2.9 }) < length());
  assert.ok(length({ parameters: 1 }) < length());
  assert.ok(length({ size: 6 }) < length());
});

test("nobody gets credit for less than rounding, of float64 or of the data", () => {
  assert.equal(length({ error: 0 }), length({ error: EXACT * 500 }));
  assert.equal(length({ error: 0 }), length({ error: EXACT * 50 }));
  assert.ok(length({ error: 1 }, 100, 5, 0.1) - length({ error: 0 }, 100, 5, 0.1) < 1);
  assert.ok(length({ error: 1 }) - length({ error: 0.1 }) > 100);
});

test("the fewer the rows, the more a parameter costs, until there may be no more of them", () => {
  const price = (rows: number) =>
    length({ parameters: 3 }, rows) - length({ parameters: 2 }, rows) - 0.5 * Math.log(rows);
  assert.ok(price(20) > price(40) && price(40) > price(80) && price(80) > 0);
  assert.ok(length({ parameters: 5 }, 10) > 1e6, "5 parameters on 10 rows");
  assert.ok(length({ parameters: 98 }, 100) < 1e6 && length({ parameters: 99 }, 100) >= 1e6);
  assert.ok(length({ parameters: 5, error: 2 }, 10) < length({ parameters: 5 }, 10), "still compared by their error");
});

test("few rows bear a third as many parameters, but two at least", () => {
  assert.deepEqual([3, 9, 30, 39].map(mostParameters), [2, 3, 10, 13]);
  assert.equal(mostParameters(100), 98);
});

test("the choice does not depend on the unit of the target", () => {
  close(length({ error: 3e20 }, 100, 5e20), length(), 1e-12);
});
