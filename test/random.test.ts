import assert from "node:assert/strict";
import { test } from "node:test";
import { random, sample } from "../src/random.js";

const numbers = (seed: number, stream = 0, count = 5) => {
  const { uniform } = random(seed, stream);
  return Array.from({ length: count }, uniform);
};

/** Asserts that numbers from 0 to 1 are spread evenly over ten bins (χ² of 9 degrees of freedom; 1 in 10,000 is above 34). */
function even(values: readonly number[], what: string): void {
  const bins = new Array<number>(10).fill(0);
  for (const value of values) bins[Math.floor(value * 10)]++;
  const expected = values.length / 10;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chiSquare < 34, `${what}: ${bins}`);
}

test("the same seed and stream give the same numbers", () => {
  assert.deepEqual(numbers(7, 3), numbers(7, 3));
});

test("numbers are even from the first on, along the seeds and along the streams of one seed", () => {
  const some = Array.from({ length: 1000 }, (_, k) => k - 500);
  for (const at of [0, 1, 4]) {
    even(
      some.map((seed) => numbers(seed)[at]),
      `number ${at} of each seed`,
    );
    even(
      some.map((stream) => numbers(1, stream)[at]),
      `number ${at} of each stream`,
    );
  }
  even(numbers(1, 0, 1000), "one stream");
});

test("no two of many seeds and streams begin alike, up to the largest seeds", () => {
  const seeds = [...Array.from({ length: 100 }, (_, k) => k), 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, -1, -2];
  const firsts = seeds.flatMap((seed) => Array.from({ length: 100 }, (_, k) => numbers(seed, k - 50, 2).join()));
  assert.equal(new Set(firsts).size, firsts.length);
});

test("whole numbers stay below their limit and reach all of them", () => {
  const { below, pick } = random(3);
  const drawn = Array.from({ length: 500 }, () => below(7));
  assert.deepEqual([...new Set(drawn)].sort(), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(below(1), 0);
  assert.equal(pick(["only"]), "only");
});

test("a sample has no number twice, and every number has the same chance in every place", () => {
  assert.deepEqual(sample(9, 9, random(1)).sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const samples = Array.from({ length: 1000 }, (_, seed) => sample(40, 10, random(seed)));
  for (const drawn of samples) assert.equal(new Set(drawn).size, 10);
  even(
    samples.map(([first]) => first / 40),
    "first",
  );
  even(
    samples.map((drawn) => drawn[9] / 40),
    "last",
  );
});
