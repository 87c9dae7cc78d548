/**
 * What the formula's values say of the slots: a table T[k, l], the median value of the training pairs whose images fall in slots k
 * and l. It is all that is needed to look for the formula, and small. And slots that nothing falls in any more, put to new use.
 */
import type { Random } from "../random.js";
import type { Encoder } from "./encoder.js";
import { setVariable, type Task } from "./training.js";

const TABLE = {
  /** Pairs of training images that are looked up. */
  pairs: 60_000,
  /** A cell needs so many of them … */
  least: 5,
  /**
   * … and this part of those that the slots' sizes let expect. Where fewer are left, the slots' value is beyond the training range,
   * and what has come in has been misread.
   */
  expected: 0.5,
};

/** One cell for each pair of slots that occurs often enough. */
export interface SlotTable {
  readonly first: number[];
  readonly second: number[];
  /** Median of the formula's value. */
  readonly y: number[];
  /** Pairs in the cell. */
  readonly count: number[];
}

/** @param slot the slot of each training image */
export function slotTable(slot: readonly number[], { images, formula, inRange }: Task, random: Random): SlotTable {
  const cells = new Map<string, number[]>();
  for (let n = 0; n < TABLE.pairs; n++) {
    const [a, b] = [random.below(images.count), random.below(images.count)];
    const y = formula(images.values[a], images.values[b]);
    if (!inRange(y)) continue;
    const key = `${slot[a]} ${slot[b]}`;
    const known = cells.get(key);
    if (known) known.push(y);
    else cells.set(key, [y]);
  }
  const size: number[] = [];
  for (const k of slot) size[k] = (size[k] ?? 0) + 1;
  const table: SlotTable = { first: [], second: [], y: [], count: [] };
  for (const [key, values] of cells) {
    const [first, second] = key.split(" ").map(Number);
    const expected = (TABLE.pairs * size[first] * size[second]) / images.count ** 2;
    if (values.length < Math.max(TABLE.least, TABLE.expected * expected)) continue;
    table.first.push(first);
    table.second.push(second);
    table.y.push(values.sort((a, b) => a - b)[values.length >> 1]);
    table.count.push(values.length);
  }
  return table;
}

const REVIVAL = {
  /** A slot that fewer of the images fall in is free. */
  used: 0.005,
  /** Values closer than this part of the range belong to one number. */
  same: 0.03,
  /** A gap is one if it is so many times the usual spacing. */
  gap: 1.5,
  /** How much less probable a slot begins than the one it is copied from: e to this power. */
  bias: -1.5,
  noise: 0.02,
};

/**
 * Where a value is missing, given those that are used: one spacing beyond the lowest and the highest (numbers that the training range
 * left no room for), then in gaps.
 */
export function missingValues(used: readonly number[]): number[] {
  const sorted = [...used].sort((a, b) => a - b);
  const steps = sorted.slice(1).map((value, k) => value - sorted[k]);
  const range = sorted[sorted.length - 1] - sorted[0];
  const proper = steps.filter((step) => step > REVIVAL.same * range).sort((a, b) => a - b);
  if (proper.length === 0) return [];
  const spacing = proper[proper.length >> 1];
  const missing = [sorted[0] - spacing, sorted[sorted.length - 1] + spacing];
  steps.forEach((step, k) => {
    const several = step > (REVIVAL.gap + 1) * spacing;
    if (several) missing.push(sorted[k] + spacing, sorted[k + 1] - spacing);
    else if (step > REVIVAL.gap * spacing) missing.push((sorted[k] + sorted[k + 1]) / 2);
  });
  return missing;
}

/**
 * Gives free slots a value that is missing, and the head weights of the used slot nearest to it, a little less probable.
 * @param slot the slot of each training image
 * @returns how many slots were free
 */
export function revive(encoder: Encoder, slot: readonly number[], random: Random): number {
  const values = Float32Array.from(encoder.slots.dataSync());
  const slots = values.length;
  const count = new Array<number>(slots).fill(0);
  for (const k of slot) count[k]++;
  const isUsed = count.map((n) => n >= REVIVAL.used * slot.length);
  const used = [...values.keys()].filter((k) => isUsed[k]);
  const free = [...values.keys()].filter((k) => !isUsed[k]);
  const wanted = missingValues(used.map((k) => values[k]));
  const [head, offset] = encoder.weights.slice(-2);
  const [weights, biases] = [head, offset].map((variable) => Float32Array.from(variable.dataSync()));
  for (const [n, k] of free.entries()) {
    const value = wanted[n] ?? values[random.pick(used)];
    const nearest = used.reduce((best, u) => (Math.abs(values[u] - value) < Math.abs(values[best] - value) ? u : best));
    values[k] = value;
    for (let at = 0; at < weights.length; at += slots) {
      weights[at + k] = weights[at + nearest] + REVIVAL.noise * (2 * random.uniform() - 1);
    }
    biases[k] = biases[nearest] + REVIVAL.bias;
  }
  setVariable(encoder.slots, values);
  setVariable(head, weights);
  setVariable(offset, biases);
  return free.length;
}
