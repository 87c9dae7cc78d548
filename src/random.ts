import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Random numbers from a seed. Streams of one seed are independent, so work can be dealt out in any order. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform whole number in [0, n). */
  below(n: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Stream number `stream` of a seed. */
export function random(seed: number, stream = 0): Random {
  // Seed and stream each fill the state on their own before they meet: neighbours must not overlap.
  const mixed = xoroshiro128plus(seed).next() ^ xoroshiro128plus(~stream).next();
  const generator = xoroshiro128plus(mixed);
  const below = (n: number) => uniformInt(generator, 0, n - 1);
  return { uniform: () => uniformFloat64(generator), below, pick: (list) => list[below(list.length)] };
}

/** `count` different whole numbers below n, in random order. */
export function sample(n: number, count: number, { below }: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + below(n - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, count);
}
