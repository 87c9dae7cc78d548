import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../src/random.js";
import { pairLoss, softmax, throughSoftmax, usageLoss } from "../../src/vision/mixture.js";
import { pairUp } from "../../src/vision/pairs.js";

const [slots, images, sigma] = [3, 5, 0.7];
const { uniform } = random(3);
const logits = Array.from({ length: images * slots }, () => 4 * uniform() - 2);
const f = Array.from({ length: slots * slots }, () => 6 * uniform());
const pairs = pairUp(
  [0, 1, 2, 3, 4],
  2,
  (a, b) => a + b,
  (y) => y < 6,
);

/** The loss as the formula has it. */
function plain(logits: readonly number[], f: readonly number[]): number {
  const exps = logits.map(Math.exp);
  const p = exps.map((e, at) => {
    const begin = at - (at % slots);
    return e / exps.slice(begin, begin + slots).reduce((sum, other) => sum + other, 0);
  });
  let loss = 0;
  pairs.y.forEach((y, n) => {
    let likelihood = 0;
    for (let k = 0; k < slots; k++) {
      for (let l = 0; l < slots; l++) {
        const density = Math.exp(-((y - f[k * slots + l]) ** 2) / (2 * sigma ** 2));
        likelihood += p[pairs.first[n] * slots + k] * p[pairs.second[n] * slots + l] * density;
      }
    }
    loss -= pairs.weight[n] * Math.log(likelihood);
  });
  return loss;
}

/** Derivatives by central differences. */
function differences(of: (x: readonly number[]) => number, x: readonly number[]): number[] {
  const h = 1e-5;
  const moved = (i: number, by: number) => of(x.map((value, j) => (i === j ? value + by : value)));
  return x.map((_, i) => (moved(i, h) - moved(i, -h)) / (2 * h));
}

function near(found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(found[i] - value) < tolerance, `${i}: ${found[i]}, expected ${value}`);
  });
}

test("the loss is the one the formula says, and so are its derivatives", () => {
  const p = softmax(logits, slots);
  const { value, byProbability, byValue } = pairLoss(p, f, pairs, sigma);
  near([value], [plain(logits, f)], 1e-12);
  near(
    byValue,
    differences((x) => plain(logits, x), f),
    1e-8,
  );
  near(
    throughSoftmax(p, byProbability, slots),
    differences((x) => plain(x, f), logits),
    1e-6,
  );
});

test("the usage bonus is the entropy of the mean probabilities", () => {
  const entropy = (logits: readonly number[]) => {
    const p = softmax(logits, slots);
    const q = Array.from({ length: slots }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < images; i++) sum += p[i * slots + k] / images;
      return sum;
    });
    return q.reduce((sum, value) => sum + value * Math.log(value), 0);
  };
  const p = softmax(logits, slots);
  const { value, byProbability } = usageLoss(p, slots);
  near([value], [entropy(logits)], 1e-6);
  const each = Float64Array.from(p, (_, at) => byProbability[at % slots]);
  near(throughSoftmax(p, each, slots), differences(entropy, logits), 1e-6);
});

test("images that can't be what they are said to be give a finite loss and gradient", () => {
  const sure = softmax([200, 0, 0, 0, 200, 0, 0, 0, 200, 200, 0, 0, 0, 200, 0], slots);
  const far = pairLoss(
    sure,
    f.map((value) => value + 1000),
    pairs,
    0.1,
  );
  assert.ok(Number.isFinite(far.value));
  assert.ok([...far.byProbability, ...far.byValue].every(Number.isFinite));
});

test("pairs: only values in the range, and every image that is in one weighs the same", () => {
  assert.deepEqual(
    pairs.first.map((a, n) => [a, pairs.second[n], pairs.y[n]]),
    [
      [0, 1, 1],
      [1, 2, 3],
      [2, 3, 5],
      [4, 0, 4],
      [0, 2, 2],
      [1, 3, 4],
      [3, 0, 3],
      [4, 1, 5],
    ],
  );
  const total = new Array(5).fill(0);
  pairs.first.forEach((a, n) => {
    const count = (i: number) => pairs.first.filter((x, m) => x === i || pairs.second[m] === i).length;
    const scale = pairs.weight[n] / (1 / count(a) + 1 / count(pairs.second[n]));
    total[a] += scale / count(a);
    total[pairs.second[n]] += scale / count(pairs.second[n]);
  });
  near(total, new Array(5).fill(0.2), 1e-12);
});
