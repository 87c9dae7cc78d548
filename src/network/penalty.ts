/**
 * What makes a trained network sparse. L0.5: the smoothed root of every weight is paid for. L0: every weight has a gate that
 * is open or shut by chance, and what is paid for is the chance that it isn't shut (hard-concrete gates; Louizos, Welling,
 * Kingma 2018). Both as in the paper, section III-B.
 */
import { InputError } from "../errors.js";

/** Below this size a weight's root is rounded off; the paper's code. */
export const ROUNDED = 0.05;
/** Temperature of the gates, and the ends of the interval they are stretched to before they are cut to [0, 1]. */
const TEMPERATURE = 2 / 3;
const LOW = -0.1;
const HIGH = 1.1;
/** The parameter of a gate that is open for good. */
export const OPEN = 20;

/** How dear weights are in the course of training, in training steps. */
export interface Schedule {
  /** Price of one weight of size 1, in units of the loss. */
  readonly weight: number;
  /** The first step with a price; 0. */
  readonly from?: number;
  /** The step at which it has grown, in a straight line, to `weight`; `from`. */
  readonly full?: number;
  /** The step from which nothing is paid any more; never. */
  readonly until?: number;
}

/** @throws InputError */
export function checkSchedule(given: number | Schedule): Schedule {
  const schedule = typeof given === "number" ? { weight: given } : given;
  const { weight, from = 0, full = from, until = Number.POSITIVE_INFINITY } = schedule;
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    throw new InputError(
      `The penalty must be a number from 0 on, or { weight, from, full, until }, not ${JSON.stringify(given)}.`,
    );
  }
  if (!(0 <= from && from <= full && full <= until)) {
    throw new InputError(
      `The penalty's steps must follow each other: 0 ≤ from ≤ full ≤ until, not from ${from}, full ${full}, until ${until}.`,
    );
  }
  return schedule;
}

/** The price at a step. */
export function priceAt({ weight, from = 0, full = from, until = Number.POSITIVE_INFINITY }: Schedule, step: number) {
  if (step < from || step >= until) return 0;
  return step >= full ? weight : (weight * (step - from + 1)) / (full - from + 1);
}

/** A function's value at a number, and its slope there. */
export interface Slope {
  readonly value: number;
  readonly slope: number;
}

/** √|w|, rounded off near 0: smooth, and not steep. */
export function smoothedRoot(w: number): Slope {
  const a = ROUNDED;
  const size = Math.abs(w);
  const value = Math.sqrt(size < a ? -(w ** 4) / (8 * a ** 3) + (3 * w * w) / (4 * a) + (3 * a) / 8 : size);
  const slope = size < a ? -(w ** 3) / (2 * a ** 3) + (3 * w) / (2 * a) : Math.sign(w);
  return { value, slope: slope / (2 * value) };
}

const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));

/** The chance that a gate isn't shut. */
export function openChance(gate: number): Slope {
  const value = sigmoid(gate - TEMPERATURE * Math.log(-LOW / HIGH));
  return { value, slope: value * (1 - value) };
}

/** How far a gate is open, 0 to 1. @param uniform a random number in (0, 1) in training, else nothing */
export function opening(gate: number, uniform?: number): Slope {
  const temperature = uniform === undefined ? 1 : TEMPERATURE;
  const chance = uniform === undefined ? 0 : Math.log(uniform / (1 - uniform));
  const inner = sigmoid((gate + chance) / temperature);
  const stretched = LOW + (HIGH - LOW) * inner;
  if (!(stretched > 0 && stretched < 1)) return { value: stretched > 0.5 ? 1 : 0, slope: 0 };
  return { value: stretched, slope: ((HIGH - LOW) * inner * (1 - inner)) / temperature };
}
