/**
 * What makes a trained network sparse. L0.5: the smoothed root of every weight is paid for. L0: every weight has a gate that
 * is open or shut by chance, and what is paid for is the chance that it isn't shut (hard-concrete gates; Louizos, Welling,
 * Kingma 2018). Both as in the paper, section III-B.
 */
import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { InputError } from "../errors.js";
import type { TensorFlow } from "./tensorflow.js";

/** Below this size a weight's root is rounded off; the paper's code. */
export const ROUNDED = 0.05;
/** Temperature of the gates, and the ends of the interval they are stretched to before they are cut to [0, 1]. */
const TEMPERATURE = 2 / 3;
const LOW = -0.1;
const HIGH = 1.1;
/** Uniform numbers stay this far from 0 and 1. */
const EDGE = 1e-6;
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

/** Σ of the smoothed roots of the weights that the mask leaves. */
export function smoothedRoots(weights: Tensor, mask: Tensor): Scalar {
  const a = ROUNDED;
  const size = weights.abs();
  // Two pieces, joined without a condition: tfjs has no gradient for one.
  const square = size.minimum(a).square();
  const rounded = square
    .mul(3 / (4 * a))
    .sub(square.square().div(8 * a ** 3))
    .add((3 * a) / 8);
  return rounded.add(size.maximum(a).sub(a)).sqrt().mul(mask).sum();
}

/** Σ of the chances that a gate isn't shut, over the weights that the mask leaves. */
export function openGates(gates: Tensor, mask: Tensor): Scalar {
  return gates
    .sub(TEMPERATURE * Math.log(-LOW / HIGH))
    .sigmoid()
    .mul(mask)
    .sum();
}

/** Gates as they are outside training, 0 to 1. */
export function settledGates(gates: Tensor): Tensor {
  return gates
    .sigmoid()
    .mul(HIGH - LOW)
    .add(LOW)
    .clipByValue(0, 1);
}

/** Gates by chance, as in training. */
export function gatesByChance(tf: TensorFlow, gates: Tensor, seed: number): Tensor {
  const u = tf.randomUniform(gates.shape, EDGE, 1 - EDGE, "float32", seed);
  const logistic = u.log().sub(u.neg().add(1).log());
  return settledGates(logistic.add(gates).div(TEMPERATURE));
}
