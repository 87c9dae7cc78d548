// tfjs-node's stand-in on a machine without TensorFlow's library: tfjs on WebAssembly, with what else tfjs-node brings
// that needs no library (models in files). WebAssembly is ready some 10 ms after the first use; until then, since
// callers that don't wait must be served too, plain JavaScript computes. Tensors move over by themselves.

const { isMainThread } = require("node:worker_threads");
const tf = require("@tensorflow/tfjs");
const nodeIo = require("@tensorflow/tfjs-node/dist/io");
const { nodeFileSystemRouter } = require("@tensorflow/tfjs-node/dist/io/file_system");
const { borrowedKernel, convolutionGradient } = require("./wasm-kernels.cjs");

// "Hi, looks like you are running TensorFlow.js in Node.js": the warning below says it for this machine.
Object.assign(/** @type {object} */ (tf.findBackend("cpu")), { firstUse: false });
void tf.setBackend("cpu");
tf.io.registerLoadRouter(nodeFileSystemRouter);
tf.io.registerSaveRouter(nodeFileSystemRouter);

/** Makes WebAssembly the backend once it is ready. */
async function turnToWasm() {
  require("@tensorflow/tfjs-backend-wasm");
  // Not tf.setBackend at once, which would leave callers without any backend until then.
  const wasm = await tf.findBackendFactory("wasm")();
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", () => wasm);
  await tf.setBackend("wasm");
  tf.registerKernel(convolutionGradient);
  const has = new Set(tf.getKernelsForBackend("wasm").map(({ kernelName }) => kernelName));
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    if (!has.has(kernel.kernelName)) tf.registerKernel(borrowedKernel(kernel));
  }
}

const ready = process.env.EQLAB_TFJS === "cpu" ? tf.ready() : turnToWasm();

if (!process.env.EQLAB_TFJS && isMainThread) {
  console.warn(
    "eqlab: TensorFlow's native library is missing, tfjs computes in WebAssembly. Convolutional networks train some five " +
      "times as slowly; discover on a table is as fast as ever. How to mend it: npm run doctor.",
  );
}

module.exports = { ...tf, ready: () => ready, io: { ...tf.io, ...nodeIo } };
