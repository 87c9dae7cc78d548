/**
 * The likelihood of a formula's value: each of two images is in slot k with probability p_k, and in slots k and l the value y is
 * scattered normally around f_kl. So
 *
 *     p(y | image a, image b) = Σ_kl p_k(a) p_l(b) exp(−(y − f_kl)²/2σ²),
 *
 * and the network may be undecided between two digits without their mean being taken for one. f is needed in 16 × 16 places only,
 * however many images there are. Losses come with their gradients, by hand, in float64: for so few numbers that is quicker
 * than tensors.
 */
import type { Pairs } from "./pairs.js";

/** Added to a likelihood: its inverse is still a number. */
const LEAST = 1e-300;
/** Added to what a slot is used before the logarithm. */
const EPSILON = 1e-8;

export interface Loss {
  readonly value: number;
  /** Derivative by each probability, images × slots. */
  readonly byProbability: Float64Array;
  /** Derivative by each value on the grid, slots × slots. */
  readonly byValue: Float64Array;
}

/** Rows of logits as probabilities. */
export function softmax(logits: ArrayLike<number>, slots: number): Float64Array {
  const p = Float64Array.from(logits);
  for (let at = 0; at < p.length; at += slots) {
    const row = p.subarray(at, at + slots);
    const most = Math.max(...row);
    let sum = 0;
    for (let k = 0; k < slots; k++) sum += row[k] = Math.exp(row[k] - most);
    for (let k = 0; k < slots; k++) row[k] /= sum;
  }
  return p;
}

/** Derivative by each logit, from that by each probability. */
export function throughSoftmax(p: Float64Array, byProbability: Float64Array, slots: number): Float32Array {
  const out = new Float32Array(p.length);
  for (let at = 0; at < p.length; at += slots) {
    let mean = 0;
    for (let k = at; k < at + slots; k++) mean += p[k] * byProbability[k];
    for (let k = at; k < at + slots; k++) out[k] = p[k] * (byProbability[k] - mean);
  }
  return out;
}

/**
 * Weighted mean of −ln p(y) over pairs of images.
 * @param p probabilities of the slots, images × slots
 * @param f the formula's value in slots k and l, slots × slots
 * @param sigma the scatter, in y's units
 */
export function pairLoss(p: Float64Array, f: ArrayLike<number>, pairs: Pairs, sigma: number): Loss {
  const slots = Math.sqrt(f.length);
  const byProbability = new Float64Array(p.length);
  const byValue = new Float64Array(f.length);
  const [fromFirst, fromSecond] = [new Float64Array(slots), new Float64Array(slots)];
  const densities = new Map<number, { density: Float64Array; gradient: Float64Array }>();
  let value = 0;
  for (let n = 0; n < pairs.y.length; n++) {
    const [first, second, y] = [pairs.first[n] * slots, pairs.second[n] * slots, pairs.y[n]];
    let known = densities.get(y);
    if (!known) {
      const density = Float64Array.from(f, (mean) => Math.exp(-0.5 * ((y - mean) / sigma) ** 2));
      known = { density, gradient: new Float64Array(f.length) };
      densities.set(y, known);
    }
    const { density, gradient } = known;
    fromFirst.fill(0);
    let likelihood = LEAST;
    for (let k = 0; k < slots; k++) {
      const pk = p[first + k];
      let sum = 0;
      for (let l = 0, at = k * slots; l < slots; l++, at++) {
        fromFirst[l] += pk * density[at];
        sum += density[at] * p[second + l];
      }
      fromSecond[k] = sum;
      likelihood += pk * sum;
    }
    value -= pairs.weight[n] * Math.log(likelihood);
    const slope = -pairs.weight[n] / likelihood;
    for (let k = 0; k < slots; k++) {
      byProbability[first + k] += slope * fromSecond[k];
      byProbability[second + k] += slope * fromFirst[k];
      const pk = slope * p[first + k];
      for (let l = 0, at = k * slots; l < slots; l++, at++) gradient[at] += pk * p[second + l];
    }
  }
  for (const [y, { density, gradient }] of densities) {
    for (let at = 0; at < f.length; at++) byValue[at] += (gradient[at] * density[at] * (y - f[at])) / sigma ** 2;
  }
  return { value, byProbability, byValue };
}

/**
 * The usage bonus, Σ_k q_k ln q_k of the mean probabilities q: least where all slots are used alike. Without it slots that start
 * badly are never used again, and two digits are left with one.
 * @returns its value, and the derivative by each probability, the same for every image
 */
export function usageLoss(p: Float64Array, slots: number): { value: number; byProbability: Float64Array } {
  const images = p.length / slots;
  const usage = new Float64Array(slots);
  for (let at = 0; at < p.length; at++) usage[at % slots] += p[at] / images;
  let value = 0;
  for (const q of usage) value += q * Math.log(q + EPSILON);
  return { value, byProbability: usage.map((q) => (Math.log(q + EPSILON) + q / (q + EPSILON)) / images) };
}
