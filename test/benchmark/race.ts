/** Every method on every law, one after the other on the same data; who begins changes from law to law. */
import { dataOf, type Judgement, type Law, type LawData } from "./suites.js";

/** What holds for every method. */
export interface Terms {
  /** Seconds a law at most. */
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
}

export interface Found extends Judgement {
  readonly formula: string;
  readonly seconds: number;
}

export interface Method {
  readonly name: string;
  find(law: Law, data: LawData, terms: Terms): Promise<Found>;
  stop(): unknown;
}

/** What each method found for one law. */
export interface Lap {
  readonly suite: string;
  readonly id: string;
  readonly law: string;
  readonly found: Readonly<Record<string, Found>>;
}

/** Not counted: threads start and code is compiled. */
const WARM_UP: Law = {
  suite: "warm-up",
  id: "warm-up",
  formula: "x*y",
  nodes: 3,
  ranges: { x: [1, 2], y: [1, 2] },
  primitives: "all",
};

/** @returns the laps, as many as there were when the signal aborted */
export async function race(
  methods: readonly Method[],
  laws: readonly Law[],
  terms: Terms,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Lap[]> {
  const lap = async (law: Law, order: readonly Method[]): Promise<Lap> => {
    const data = dataOf(law, terms.seed);
    const found: Record<string, Found> = {};
    for (const method of order) {
      found[method.name] = await method.find(law, data, terms);
      signal.throwIfAborted();
    }
    return { suite: law.suite, id: law.id, law: law.formula, found };
  };

  const laps: Lap[] = [];
  try {
    await lap(WARM_UP, methods);
    for (const [place, law] of laws.entries()) {
      const first = place % methods.length;
      laps.push(await lap(law, [...methods.slice(first), ...methods.slice(0, first)]));
      const times = methods.map(({ name }) => `${name} ${brief(laps[place].found[name])}`);
      say(`${place + 1}/${laws.length}  ${law.suite} ${law.id}: ${times.join(", ")}`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return laps;
}

/** How it went, in a cell: found, found but too long, or not. */
export function brief({ curve, exact, seconds }: Found): string {
  return `${exact ? "✓" : curve ? "long" : "✗"} ${seconds < 10 ? seconds.toPrecision(2) : seconds.toFixed(0)} s`;
}
