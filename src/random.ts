import { createHash } from "node:crypto";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** Random numbers from a seed. Streams of one seed are independent, so work can be dealt out in any order. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform whole number in [0, n). */
  below(n: number): number;
  pick<T>(list: readonly T[]): T;
  /** Normal, of mean 0 and standard deviation 1. */
  normal(): number;
}

/** The seeds drawn from so far, for the record. A notebook's cells and its kernel may have this module twice: one set for both. */
const shared = globalThis as { [seeds: symbol]: Set<number> | undefined };
const key = Symbol.for("eqlab.seeds");
const seedsUsed = shared[key] ?? new Set<number>();
shared[key] = seedsUsed;

/** Stream number `stream` of a seed. */
export function random(seed: number, stream = 0): Random {
  seedsUsed.add(seed);
  // A hash of both is the state: a generator seeded with neighbouring numbers begins with neighbouring numbers.
  const state = createHash("sha256").update(`${seed} ${stream}`).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => state.readInt32LE(at)));
  const below = (n: number) => uniformInt(generator, 0, n - 1);
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    below,
    pick: (list) => list[below(list.length)],
    // Box and Muller 1958; 1 − u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
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
