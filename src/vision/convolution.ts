/**
 * Convolutions with zeros around ("same"), in the forms that are quickest here. tfjs-node's native gradients by a convolution's input
 * take twice as long as the convolution itself, and with a single channel most of the time goes into anything but arithmetic.
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
  return stride === 1 ? convolveByOne(x, kernel) : tensorFlow().conv2d(x, kernel, stride, "same");
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

/** A convolution with stride 1, whose gradient by its input is one, too: of the kernel turned round. */
function convolveByOne(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  const tf = tensorFlow();
  const convolution = tf.customGrad((xIn, kernelIn, save) => {
    const [x, kernel] = [xIn, kernelIn] as tf.Tensor4D[];
    (save as (tensors: tf.Tensor[]) => void)([x, kernel]);
    return {
      value: tf.conv2d(x, kernel, 1, "same"),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, kernel] = saved as tf.Tensor4D[];
        const turned = kernel.reverse([0, 1]).transpose<tf.Tensor4D>([0, 1, 3, 2]);
        return [tf.conv2d(dy as tf.Tensor4D, turned, 1, "same"), byKernel(x, dy as tf.Tensor4D, kernel.shape[0])];
      },
    };
  });
  return convolution(x, kernel) as tf.Tensor4D;
}

/** Its gradient by the kernel is a convolution as well, over the batch: channels are images, and images channels. */
function byKernel(x: tf.Tensor4D, dy: tf.Tensor4D, size: number): tf.Tensor4D {
  const around: [number, number] = [(size - 1) / 2, (size - 1) / 2];
  const images = x.transpose<tf.Tensor4D>([3, 1, 2, 0]).pad<tf.Tensor4D>([[0, 0], around, around, [0, 0]]);
  const kernel = dy.transpose<tf.Tensor4D>([1, 2, 0, 3]);
  return tensorFlow().conv2d(images, kernel, 1, "valid").transpose<tf.Tensor4D>([1, 2, 0, 3]);
}
