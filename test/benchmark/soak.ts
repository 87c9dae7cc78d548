/**
 * `discover` again and again in one process, as in a kernel that is open all day: node dist/test/benchmark/soak.js [MINUTES].
 * A line for each tenth of the time: searches so far, memory, threads. Ends with code 1 if memory or threads grow.
 */
import { readFileSync } from "node:fs";
import { discover } from "../../src/discover.js";
import { random } from "../../src/random.js";

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

interface State {
  readonly searches: number;
  readonly megabytes: number;
  readonly threads: number;
}

const states: State[] = [];
const begun = performance.now();
let searches = 0;
while (states.length < LINES) {
  // Some are stopped in the middle, as people do.
  const stop = new AbortController();
  const onProgress = ({ fraction }: { fraction: number }) => searches % 5 === 4 && fraction > 0.1 && stop.abort();
  await discover(table(++searches), { target: "y", seed: searches, signal: stop.signal, onProgress });
  if (performance.now() - begun < ((states.length + 1) / LINES) * MINUTES * 60_000) continue;
  globalThis.gc?.();
  const threads = Number(/Threads:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  states.push({ searches, megabytes, threads });
  const minutes = ((states.length / LINES) * MINUTES).toFixed(1);
  console.log(`${minutes} min: ${searches} searches, ${megabytes} MB, ${threads} threads`);
}
const [middle, end] = [states[LINES >> 1], states[LINES - 1]];
const level = end.megabytes < GROWTH * middle.megabytes && end.threads <= middle.threads;
console.log(level ? "Memory and threads stay level." : "Memory or threads grow.");
process.exit(level ? 0 : 1);
