/** The paper's training, in phases (its section IV and its code): what `method: "paper"` does, to the step. */
import type { Sparsity, StepOptions } from "./trainer.js";

export interface Phase extends StepOptions {
  readonly steps: number;
  /** Weights smaller than this become 0 before the phase, and stay it. */
  readonly threshold?: number;
}

export interface Schedule {
  /** Standard deviations of the initial weights: of the first layer, those between, the last. Normal, cut off at two of them. */
  readonly deviations: readonly [first: number, middle: number, last: number];
  readonly phases: readonly Phase[];
}

export const SCHEDULES: Readonly<Record<Sparsity, Schedule>> = {
  "L0.5": {
    deviations: [0.1, 0.5, 1],
    phases: [
      { steps: 2_000, rate: 1e-1, penalty: "L0.5", strength: 5e-3 },
      { steps: 10_000, rate: 1e-2, penalty: "L0.5", strength: 5e-3 },
      { steps: 10_000, rate: 1e-3, threshold: 0.01 },
    ],
  },
  L0: {
    deviations: [0.5, 0.5, 0.5],
    phases: [{ steps: 20_000, rate: 1e-2, penalty: "L0", strength: 1e-2 }],
  },
};

/** ln α of a gate that is open half of the time, and its spread, to begin with. */
export const GATES = { mean: 0, deviation: 0.01 };

/** Smaller weights are left out of the formula that is read off. */
export const READ_OFF = 0.01;
