import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-node";
import { convolve } from "../../src/vision/convolution.js";

type Four = tf.Tensor4D;

test("convolutions: values and gradients are those of tfjs's own", () => {
  for (const [height, width, channels, size, stride] of [
    [28, 28, 1, 5, 2],
    [15, 22, 1, 5, 2],
    [9, 8, 1, 3, 1],
    [14, 14, 4, 3, 2],
    [7, 10, 4, 3, 1],
  ]) {
    const x = tf.randomNormal<tf.Rank.R4>([6, height, width, channels], 0, 1, "float32", 1);
    const kernel = tf.randomNormal<tf.Rank.R4>([size, size, channels, 8], 0, 1, "float32", 2);
    const plain = tf.conv2d(x, kernel, stride, "same");
    const by = tf.randomNormal(plain.shape, 0, 1, "float32", 3);
    const gradients = (convolve: (x: Four, kernel: Four) => tf.Tensor) => {
      const byKernel = tf.grad((kernel) =>
        convolve(x, kernel as Four)
          .mul(by)
          .sum(),
      )(kernel);
      // Through to images themselves no gradient is asked for.
      return channels === 1
        ? [byKernel]
        : [
            byKernel,
            tf.grad((x) =>
              convolve(x as Four, kernel)
                .mul(by)
                .sum(),
            )(x),
          ];
    };
    const found = [convolve(x, kernel, stride), ...gradients((x, kernel) => convolve(x, kernel, stride))];
    const expected = [plain, ...gradients((x, kernel) => tf.conv2d(x, kernel, stride, "same"))];
    found.forEach((tensor, i) => {
      assert.deepEqual(tensor.shape, expected[i].shape);
      const off = tensor.sub(expected[i]).abs().max().dataSync()[0];
      assert.ok(
        off < 1e-4,
        `${height} × ${width} × ${channels}, kernel ${size}, stride ${stride}, ${i}: off by ${off}`,
      );
    });
  }
});
