import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../src/random.js";
import { augment, take } from "../../src/vision/augment.js";
import type { ImageSet } from "../../src/vision/images.js";

const none = { rotation: 0, scale: 0, shift: 0, shear: 0 };

/** A blob of light with a tail to the right and below, 28 × 28. */
function blob(count: number): ImageSet {
  const pixels = new Uint8Array(count * 784);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < 28; i++) {
      for (let j = 0; j < 28; j++) {
        const [y, x] = [i - 13.5, j - 13.5];
        pixels[n * 784 + i * 28 + j] = 255 * Math.exp(-((x - y / 2) ** 2 + y * y) / 18);
      }
    }
  }
  return { count, height: 28, width: 28, pixels, values: new Array(count).fill(0) };
}

/** Total, centre (row, column) and second moments about it of an image's light. */
function moments(image: Float32Array) {
  let [sum, ci, cj] = [0, 0, 0];
  image.forEach((grey, at) => {
    sum += grey;
    ci += grey * Math.floor(at / 28);
    cj += grey * (at % 28);
  });
  [ci, cj] = [ci / sum, cj / sum];
  let [ii, jj, ij] = [0, 0, 0];
  image.forEach((grey, at) => {
    const [i, j] = [Math.floor(at / 28) - ci, (at % 28) - cj];
    ii += (grey * i * i) / sum;
    jj += (grey * j * j) / sum;
    ij += (grey * i * j) / sum;
  });
  return { sum, ci, cj, ii, jj, ij };
}

const images = blob(200);
const all = Array.from({ length: 200 }, (_, i) => i);
const before = moments(take(images, [0]));
const changed = (jitter: Partial<typeof none>, seed = 1) => {
  const out = augment(images, all, { ...none, ...jitter }, random(seed));
  return all.map((n) => moments(out.subarray(n * 784, (n + 1) * 784)));
};
const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];
const close = (found: readonly number[], expected: readonly number[], tolerance: number) =>
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < tolerance, `${found} instead of ${expected}`);
  });

test("without jitter images stay as they are; grey values go from 0 to 1", () => {
  assert.deepEqual(augment(images, [3, 5], none, random(1)), take(images, [3, 5]));
  assert.ok(Math.abs(Math.max(...take(images, [0])) - 0.97) < 0.03);
});

test("a shift moves the centre, by up to as many pixels", () => {
  const found = changed({ shift: 2 });
  close(range(found.map(({ ci }) => ci - before.ci)), [-2, 2], 0.1);
  close(range(found.map(({ cj }) => cj - before.cj)), [-2, 2], 0.1);
});

test("a scale changes the spread: what is read from 15% farther apart is 15% smaller", () => {
  const found = changed({ scale: 0.15 });
  close(range(found.map(({ ii }) => Math.sqrt(ii / before.ii))), [1 / 1.15, 1 / 0.85], 0.02);
});

test("a rotation turns the axes of the light, by up to as many degrees, and keeps its extent", () => {
  const axis = ({ ii, jj, ij }: typeof before) => (Math.atan2(2 * ij, ii - jj) * 90) / Math.PI;
  const found = changed({ rotation: 15 });
  close(range(found.map((m) => axis(m) - axis(before))), [-15, 15], 0.5);
  close(range(found.map(({ ii, jj }) => (ii + jj) / (before.ii + before.jj))), [1, 1], 0.02);
});

test("a shear slants: columns move with the row", () => {
  const found = changed({ shear: 0.2 });
  close(range(found.map(({ ij, ii }) => ij / ii - before.ij / before.ii)), [-0.2, 0.2], 0.01);
  close(range(found.map(({ ii }) => ii / before.ii)), [1, 1], 0.02);
});

test("the same seed gives the same images, another one others", () => {
  const jitter = { rotation: 10, scale: 0.1, shift: 1, shear: 0.1 };
  const first = augment(images, [0, 1], jitter, random(7));
  assert.deepEqual(augment(images, [0, 1], jitter, random(7)), first);
  assert.notDeepEqual(augment(images, [0, 1], jitter, random(8)), first);
});
