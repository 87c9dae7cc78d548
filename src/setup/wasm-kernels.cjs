// The kernels that tfjs's WebAssembly backend lacks, so that any network trains on it.

const tf = require("@tensorflow/tfjs");

/** @typedef {import("@tensorflow/tfjs").KernelConfig} KernelConfig */

/**
 * The gradient of a 2-d convolution by its filter, from operations that WebAssembly has: for each place in the filter,
 * what it saw of the images times what came back. JavaScript's own kernel is a loop that takes a hundred times as long.
 * @type {KernelConfig}
 */
const convolutionGradient = {
  kernelName: "Conv2DBackpropFilter",
  backendName: "wasm",
  kernelFunc({ inputs, attrs }) {
    const x = /** @type {import("@tensorflow/tfjs").Tensor4D} */ (inputs.x);
    const dy = /** @type {import("@tensorflow/tfjs").Tensor4D} */ (inputs.dy);
    const { filterShape, strides, pad, dimRoundingMode } = /** @type {any} */ (attrs);
    const conv = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
    const { top, bottom, left, right } = conv.padInfo;
    const step = [1, conv.strideHeight, conv.strideWidth, 1];
    const high = (conv.outHeight - 1) * conv.strideHeight + 1;
    const wide = (conv.outWidth - 1) * conv.strideWidth + 1;
    return tf.tidy(() => {
      const images = tf.pad(x, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]);
      const back = tf.reshape(dy, [-1, conv.outChannels]);
      const places = [];
      for (let row = 0; row < conv.filterHeight; row++) {
        for (let column = 0; column < conv.filterWidth; column++) {
          const end = [conv.batchSize, row + high, column + wide, conv.inChannels];
          const seen = tf.stridedSlice(images, [0, row, column, 0], end, step).reshape([-1, conv.inChannels]);
          places.push(tf.matMul(seen, back, true));
        }
      }
      return tf.stack(places).reshape(filterShape);
    });
  },
};

/**
 * A kernel that only the JavaScript backend has, for the WebAssembly backend.
 * @param {KernelConfig} kernel
 * @returns {KernelConfig}
 */
const borrowedKernel = (kernel) => ({
  kernelName: kernel.kernelName,
  backendName: "wasm",
  kernelFunc({ inputs, attrs }) {
    const [cpu, wasm] = [tf.findBackend("cpu"), tf.findBackend("wasm")];
    // The inputs move to JavaScript when the kernel asks for them; what it makes has to be moved back.
    const made = kernel.kernelFunc({ inputs, attrs, backend: cpu });
    for (const { dataId, shape, dtype } of Array.isArray(made) ? made : [made]) {
      wasm.move(dataId, /** @type {import("@tensorflow/tfjs").TypedArray} */ (cpu.readSync(dataId)), shape, dtype, 1);
      cpu.disposeData(dataId, true);
    }
    return made;
  },
});

module.exports = { borrowedKernel, convolutionGradient };
