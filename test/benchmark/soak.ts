/**
 * `discover` again and again in one process, as in a kernel that is open all day, and now and then a layer that is trained, read
 * and thrown away, a law of motion, and a short course on images: node --expose-gc dist/test/benchmark/soak.js [MINUTES]. A line for each tenth of the time:
 * searches so far, memory, threads, tensors. Ends with code 1 if any of them grows.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-node";
import { discover } from "../../src/discover.js";
import { EqlDynamics } from "../../src/dynamics/learner.js";
import { EqlLayer } from "../../src/network/index.js";
import { random } from "../../src/random.js";
import { learnBaseline } from "../../src/vision/learner.js";
import { bars } from "../vision/bars.js";

const MINUTES = Number(process.argv[2] ?? 10);
const LINES = 10;
/** Memory may differ by so much between the middle and the end: it depends on when garbage is collected. */
const GROWTH = 1.15;

const LAWS: readonly ((a: number, b: number) => number)[] = [
  (a, b) => a * b + a ** 2,
  (a, b) => Math.sin(3 * a) + b,
  (a, b) => Math.exp(-(a ** 2)) * b,
  (a, b) => a / (b ** 2 + 1),
];

function table(seed: number) {
  const { uniform } = random(seed);
  const [a, b] = [0, 1].map(() => Array.from({ length: 64 }, () => 2 * uniform() - 1));
  const law = LAWS[seed % LAWS.length];
  return { a, b, y: a.map((_, i) => law(a[i], b[i]) + 0.02 * (uniform() - 0.5)) };
}

/** Searches between two layers, two laws of motion, and two courses on images. */
const EVERY = { layer: 10, motion: 50, images: 25 };

/** A layer in a model, from its making to its end. */
async function layer(seed: number): Promise<void> {
  const { a, b, y } = table(seed);
  const [inputs, outputs] = [tf.tensor2d(a.map((_, i) => [a[i], b[i]])), tf.tensor2d(y, [y.length, 1])];
  const eql = new EqlLayer({ inputShape: [2], gains: "unit", seed });
  const model = tf.sequential({ layers: [eql] });
  model.compile({ optimizer: tf.train.adam(1e-2), loss: "meanSquaredError" });
  eql.setExpression("a*b+a^2", ["a", "b"]);
  await model.fit(inputs, outputs, { epochs: 5, verbose: 0 });
  eql.mask(0.05);
  eql.prune({ x: inputs, y: outputs });
  eql.expression(["a", "b"]);
  model.optimizer.dispose();
  model.dispose();
  tf.dispose([inputs, outputs]);
}

/** Falling bodies of hidden accelerations. */
async function motion(seed: number): Promise<void> {
  const { uniform } = random(seed);
  const dt = 0.1;
  const series = Array.from({ length: 6 }, () => {
    const [g, h, v] = [2 + 8 * uniform(), 10 * uniform(), uniform()];
    return Array.from({ length: 40 }, (_, k) => [h + v * k * dt - (g * (k * dt) ** 2) / 2, v - g * k * dt]);
  });
  await new EqlDynamics({ states: ["h", "v"], dt, seed }).fit(series);
}

/** Pictures of bars, and what is known of pairs of them. */
async function images(seed: number): Promise<void> {
  const learned = await learnBaseline(bars(256), {
    formula: (a, b) => a + b,
    epochs: { scaffold: 1, together: 1 },
    seed,
  });
  learned.dispose();
}

interface State {
  readonly searches: number;
  readonly megabytes: number;
  readonly threads: number;
  readonly tensors: number;
}

const states: State[] = [];
const begun = performance.now();
let searches = 0;
while (states.length < LINES) {
  // Some are stopped in the middle, as people do.
  const stop = new AbortController();
  const onProgress = ({ fraction }: { fraction: number }) => searches % 5 === 4 && fraction > 0.1 && stop.abort();
  await discover(table(++searches), { target: "y", seed: searches, signal: stop.signal, onProgress });
  if (searches % EVERY.layer === 0) await layer(searches);
  if (searches % EVERY.motion === 0) await motion(searches);
  if (searches % EVERY.images === 0) await images(searches);
  if (performance.now() - begun < ((states.length + 1) / LINES) * MINUTES * 60_000) continue;
  globalThis.gc?.();
  const threads = Number(/Threads:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  const tensors = tf.memory().numTensors;
  states.push({ searches, megabytes, threads, tensors });
  const minutes = ((states.length / LINES) * MINUTES).toFixed(1);
  console.log(`${minutes} min: ${searches} searches, ${megabytes} MB, ${threads} threads, ${tensors} tensors`);
}
const [middle, end] = [states[LINES >> 1], states[LINES - 1]];
/** Worker threads that have nothing to do end: the middle may be short of one. */
const threads = Math.max(...states.slice(0, LINES >> 1).map((state) => state.threads));
const level = end.megabytes < GROWTH * middle.megabytes && end.threads <= threads && end.tensors <= middle.tensors;
console.log(level ? "Memory, threads and tensors stay level." : "Memory, threads or tensors grow.");
process.exit(level ? 0 : 1);
