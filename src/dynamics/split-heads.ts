/**
 * Heads in two halves that take their steps side by side, the second in a thread of its own where there are processors for it,
 * else after the first. Heads have nothing in common but the latents, and what the halves say of those is added up in one
 * order: the digits are the same either way.
 */
import { Worker } from "node:worker_threads";
import { changed, type Desk, deskOf, type HalfSetting, halfOf, withDesk } from "./half.js";

/** Milliseconds after which a thread that says nothing counts as lost. */
const LOST = 60_000;

export class SplitHeads {
  private readonly desks: readonly Desk[];
  private readonly takes: readonly (() => void)[];
  private readonly worker: Worker | undefined;

  /** @param threads 2 for a thread of its own */
  constructor(all: Omit<HalfSetting, "desk">, threads: number) {
    const { heads } = all.options;
    const first = Math.ceil(heads / 2);
    const size = all.weights.length / heads;
    const halves = [
      [0, first],
      [first, heads],
    ]
      .filter(([from, to]) => to > from)
      .map(([from, to]): HalfSetting => {
        const options = { ...all.options, heads: to - from };
        return withDesk({ ...all, options, weights: all.weights.slice(from * size, to * size) });
      });
    this.desks = halves.map(deskOf);
    const [here, there] = halves;
    if (there && threads > 1) {
      this.worker = new Worker(new URL("./half-thread.js", import.meta.url), { workerData: there, execArgv: [] });
      this.worker.unref();
      this.takes = [halfOf(here)];
    } else this.takes = halves.map(halfOf);
  }

  /** A step of all heads. Returns the mean square residual of each before it, and their sum's derivatives by the latents. */
  step(chosen: ArrayLike<number>, starts: ArrayLike<number>, z: Float32Array, rate: number, price: number) {
    for (const desk of this.desks) {
      desk.chosen.set(chosen);
      desk.starts.set(starts);
      desk.z.set(z);
      desk.how.set([rate, price]);
    }
    const turns = this.worker && this.desks[1].turns;
    if (turns) {
      Atomics.add(turns, 0, 1);
      Atomics.notify(turns, 0);
    }
    for (const take of this.takes) take();
    if (turns && !changed(turns, 1, turns[0] - 1, LOST)) throw new Error("A thread of the training was lost.");
    const byLatents = Float32Array.from(this.desks[0].byLatents);
    for (const other of this.desks.slice(1))
      other.byLatents.forEach((by, i) => {
        byLatents[i] += by;
      });
    return { losses: this.desks.flatMap(({ losses }) => [...losses]), byLatents };
  }

  /** [head, weight] */
  get weights(): Float32Array {
    return Float32Array.from(this.desks.flatMap(({ weights }) => [...weights]));
  }

  close(): void {
    this.worker?.terminate();
  }
}
