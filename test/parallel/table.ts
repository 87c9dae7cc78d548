import { random } from "../../src/random.js";

/** Noise keeps a search at work for some rounds: nothing in it is exact. y = sin(3a)·b + a² + noise, 60 rows. */
export function noisyTable() {
  const { uniform } = random(7);
  const column = () => Array.from({ length: 60 }, () => 2 * uniform() - 1);
  const [a, b] = [column(), column()];
  return { a, b, y: a.map((v, i) => Math.sin(3 * v) * b[i] + v * v + 0.1 * (uniform() + uniform() - 1)) };
}
