// Loaded before everything else where tfjs may be used: node --require src/setup/preload.cjs
// It mends what tfjs-node lacks: functions that newer Nodes dropped, and, on a machine without its native library, the
// library itself. EQLAB_TFJS=native|wasm|cpu chooses the backend outright.

const { existsSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");
const util = require("node:util");

// TensorFlow's remarks on the processor are not for the reader of a notebook. It reads this when it is loaded.
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";

// tfjs-node calls these; Node 23 dropped the one, and every Node has a word of warning for callers of either.
Object.assign(util, {
  isArray: Array.isArray,
  isNullOrUndefined: (/** @type {unknown} */ value) => value === null || value === undefined,
});

const backends = ["native", "wasm", "cpu"];
const chosen = process.env.EQLAB_TFJS;
if (chosen && !backends.includes(chosen)) {
  throw new Error(`EQLAB_TFJS=${chosen}: there is no such backend; it is one of ${backends.join(", ")}.`);
}

/** tfjs-node's main file, or undefined where the npm packages are not installed. */
function tfjsNode() {
  try {
    return require.resolve("@tensorflow/tfjs-node");
  } catch {
    return undefined;
  }
}

const main = tfjsNode();
const present = main && existsSync(join(dirname(main), "..", "lib", "napi-v8", "tfjs_binding.node"));
if (main && (chosen ? chosen !== "native" : !present)) {
  // A module already loaded, as far as Node can tell: `require` and `import`, ours and danfojs's, take it from here.
  // What is behind it is loaded when somebody asks for it.
  const standIn = new Module(main);
  standIn.filename = main;
  standIn.loaded = true;
  Object.defineProperty(standIn, "exports", { get: () => require("./without-native.cjs") });
  require.cache[main] = standIn;
}
