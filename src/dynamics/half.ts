/** Half of the heads: their windows, and the memory through which they are told of a step and tell what came of it. */
import { type Architecture, weightCount } from "../network/architecture.js";
import { HeadWindows, type WindowsSetting } from "./head-windows.js";

/** All that makes a half, as plain data. */
export interface HalfSetting {
  readonly architecture: Architecture;
  readonly setting: WindowsSetting;
  readonly options: { heads: number; batch: number; windows: number; length: number; clip: number };
  readonly weights: Float32Array;
  /** What two threads see of each other. */
  readonly desk: SharedArrayBuffer;
}

/** A step's task and its outcome, in memory that two threads may share: messages would take a good part of a step's time. */
export interface Desk {
  /** Steps asked for, steps done. */
  readonly turns: Int32Array;
  readonly chosen: Int32Array;
  readonly starts: Int32Array;
  readonly z: Float32Array;
  /** Learning rate, and price of the weights' size. */
  readonly how: Float32Array;
  /** Mean square residual of each head before the step, the sum's derivatives by the latents, the weights after it. */
  readonly losses: Float32Array;
  readonly byLatents: Float32Array;
  readonly weights: Float32Array;
}

/** Milliseconds a thread looks out for the other before it sleeps: one that slept is woken late, and often on the other's processor. */
const AWAKE = 2;

/** Waits until a place of the turns is no longer `old`; false if that takes longer than `most` milliseconds. */
export function changed(turns: Int32Array, place: number, old: number, most = Number.POSITIVE_INFINITY): boolean {
  const asleep = performance.now() + AWAKE;
  while (Atomics.load(turns, place) === old) {
    if (performance.now() > asleep) return Atomics.wait(turns, place, old, most) !== "timed-out";
  }
  return true;
}

/** Numbers of each list of a desk. */
function countsOf({
  architecture,
  setting,
  options,
}: Omit<HalfSetting, "desk" | "weights">): Record<keyof Desk, number> {
  const chosen = Math.min(options.batch, setting.series.length);
  const z = chosen * setting.latents;
  const weights = options.heads * weightCount(architecture);
  const starts = chosen * options.windows;
  return { turns: 2, chosen, starts, z, how: 2, losses: options.heads, byLatents: z, weights };
}

/** A half with a desk. */
export function withDesk(half: Omit<HalfSetting, "desk">): HalfSetting {
  const desk = new SharedArrayBuffer(4 * Object.values(countsOf(half)).reduce((a, b) => a + b));
  const whole = { ...half, desk };
  deskOf(whole).weights.set(half.weights);
  return whole;
}

export function deskOf(half: HalfSetting): Desk {
  let at = 0;
  const whole = ["turns", "chosen", "starts"];
  const lists = Object.entries(countsOf(half)).map(([name, count]) => {
    const list = whole.includes(name) ? new Int32Array(half.desk, at, count) : new Float32Array(half.desk, at, count);
    at += list.byteLength;
    return [name, list];
  });
  return Object.fromEntries(lists) as Desk;
}

/** Takes the steps that a desk tells of, one by one. */
export function halfOf(half: HalfSetting): () => void {
  const { architecture, setting, options } = half;
  const windows = new HeadWindows(architecture, setting, options);
  windows.weights.set(half.weights);
  const { chosen, starts, z, how, losses, byLatents, weights } = deskOf(half);
  return () => {
    const found = windows.gradients(chosen, starts, z);
    losses.set(found.losses);
    byLatents.set(found.byLatents);
    windows.descend(how[0], how[1], options.clip);
    weights.set(windows.weights);
  };
}
