import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-node";
import { random } from "../../src/random.js";
import { batchNormRelu, type Moments } from "../../src/vision/batch-norm.js";
import { Encoder, SLOTS } from "../../src/vision/encoder.js";
import { FlatAdam } from "../../src/vision/optimizer.js";

function near(found: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  assert.deepEqual(found.shape, expected.shape);
  const most = found.sub(expected).abs().max().dataSync()[0];
  assert.ok(most < tolerance, `off by ${most}`);
}

const x = tf.randomNormal<tf.Rank.R4>([6, 5, 4, 3], 0.5, 2, "float32", 1);
const scale = tf.tensor1d([1, -0.5, 2]);
const shift = tf.tensor1d([0.2, 0.3, -0.4]);
const by = tf.randomNormal([6, 5, 4, 3], 0, 1, "float32", 2);

test("batch norm and ReLU: values and gradients are those of tfjs's own operations", () => {
  const plain = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(scale).add(shift).relu();
  };
  near(batchNormRelu(x, scale, shift), plain(x, scale, shift), 1e-5);
  const given = [x, scale, shift];
  const found = tf.grads((x, a, b) =>
    batchNormRelu(x as tf.Tensor4D, a as tf.Tensor1D, b as tf.Tensor1D)
      .mul(by)
      .sum(),
  );
  const expected = tf.grads((x, a, b) => plain(x, a, b).mul(by).sum());
  const wanted = expected(given);
  found(given).forEach((gradient, i) => {
    near(gradient, wanted[i], 2e-5);
  });
});

test("batch norm by known moments gives what it gave by its own", () => {
  let moments: Moments | undefined;
  const y = batchNormRelu(x, scale, shift, undefined, (measured) => {
    moments = measured;
  });
  near(batchNormRelu(x, scale, shift, moments), y, 1e-5);
});

test("the encoder gives a logit for every slot, of images of any size", () => {
  for (const [height, width] of [
    [28, 28],
    [15, 22],
  ]) {
    const encoder = new Encoder(height, width, random(1));
    const images = tf.randomUniform<tf.Rank.R4>([7, height, width, 1], 0, 1, "float32", 3);
    assert.throws(() => encoder.logits(images), /measured before/);
    encoder.measure(images);
    assert.deepEqual(encoder.logits(images).shape, [7, SLOTS]);
    // An image's logits don't depend on its company.
    near(encoder.logits(images.slice(2, 1)), encoder.logits(images).slice(2, 1), 1e-5);
    encoder.dispose();
  }
});

test("training drops a fifth of the dense layer's units, by the given random numbers", () => {
  const encoder = new Encoder(28, 28, random(1));
  const images = tf.randomUniform<tf.Rank.R4>([20, 28, 28, 1], 0, 1, "float32", 3);
  const [first, again, other] = [5, 5, 6].map((seed) => encoder.train(images, random(seed)));
  near(first, again, 1e-7);
  assert.ok(first.sub(other).abs().max().dataSync()[0] > 1e-3);
  encoder.dispose();
});

test("Adam on all variables at once takes the steps of tfjs's Adam", () => {
  const loss = (a: tf.Tensor, b: tf.Tensor) => a.sub(3).square().sum().add(b.mul(a.sum()).sin().sum()) as tf.Scalar;
  const make = () => [tf.variable(tf.tensor1d([1, -2, 0.5])), tf.variable(tf.tensor2d([[0.3], [-0.7]]))];
  const [ours, theirs] = [make(), make()];
  const flat = new FlatAdam([{ variables: ours, rate: 1 }]);
  const adam = tf.train.adam(0.05, 0.9, 0.99, 1e-8);
  for (let step = 0; step < 50; step++) {
    const before = loss(ours[0], ours[1]).dataSync()[0];
    assert.ok(Math.abs(flat.minimize(() => loss(ours[0], ours[1]), 0.05) - before) < 1e-6);
    adam.minimize(() => loss(theirs[0], theirs[1]), false, theirs);
  }
  ours.forEach((variable, i) => {
    near(variable, theirs[i], 1e-4);
  });
});

test("a group's rate slows its variables, and no rate holds them", () => {
  const [fast, slow, still] = [1, 1, 1].map((value) => tf.variable(tf.scalar(value)));
  const flat = new FlatAdam([
    { variables: [fast], rate: 1 },
    { variables: [slow], rate: 0.1 },
    { variables: [still], rate: 0 },
  ]);
  flat.minimize(() => fast.add(slow).add(still) as tf.Scalar, 0.01);
  near(tf.stack([fast, slow, still]), tf.tensor1d([0.99, 0.999, 1]), 1e-6);
});
