/**
 * Convolutions with zeros around ("same"), in the forms that are quickest here. tfjs-node's own, with a single channel, spends most of
 * its time on anything but arithmetic, and the gradient by the kernel as much again.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow } from "../network/tensorflow.js";

/**
 * The convolution of x with a kernel.
 * @param x count × height × width × channels; images themselves, if there is one channel: no gradient goes through to them
 * @param kernel size × size × channels × filters
 */
export function convolve(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D {
  const [count, height, width, channels] = x.shape;
  const [size, , , filters] = kernel.shape;
  if (channels === 1) {
    const product = patches(x, size, stride).matMul(kernel.reshape([size * size, filters]));
    return product.reshape([count, Math.ceil(height / stride), Math.ceil(width / stride), filters]);
  }
  return tensorFlow().conv2d(x, kernel, stride, "same");
}

/**
 * What a kernel sees of one-channel images at each of its places, so that the convolution is a matrix product.
 * @param images count × height × width × 1
 * @param size at least the stride
 * @returns count·rows·columns × size²
 */
function patches(images: tf.Tensor4D, size: number, stride: number): tf.Tensor2D {
  const [count, height, width] = images.shape;
  const pixels = images.dataSync();
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const [tall, wide] = [(rows - 1) * stride + size, (columns - 1) * stride + size];
  const [top, left] = [Math.max(0, tall - height) >> 1, Math.max(0, wide - width) >> 1];
  const framed = new Float32Array(tall * wide); // the image with zeros around
  const out = new Float32Array(count * rows * columns * size * size);
  let at = 0;
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < height; i++) {
      const row = (n * height + i) * width;
      framed.set(pixels.subarray(row, row + width), (top + i) * wide + left);
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let i = 0, from = row * stride * wide + column * stride; i < size; i++, from += wide) {
          for (let j = 0; j < size; j++) out[at++] = framed[from + j];
        }
      }
    }
  }
  return tensorFlow().tensor2d(out, [count * rows * columns, size * size]);
}
