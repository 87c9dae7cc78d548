/**
 * How learning rate, scatter and usage bonus go in the stages. The scatter σ is wide at first, so that a wrong guess still feels in
 * which direction y lies, and ends narrower than the step of y.
 */
import type { Schedule } from "./training.js";

const SCAFFOLD = {
  learningRate: 4e-3,
  /** σ falls from so many standard deviations of y … */
  wide: 1,
  /** … to this many steps of y … */
  narrow: 0.3,
  /** … within this part of the stage; so does the weight of the usage bonus, from 1 to 0. */
  fall: 0.7,
};

const TOGETHER = {
  learningRate: 6e-3,
  /** The learning rate rises from this part of it … */
  start: 0.3,
  /** … for this part of the stage, and falls to 0 along a cosine. */
  rise: 0.2,
  /** σ in steps of y, at first and after `fall` of the stage. */
  wide: 0.5,
  narrow: 0.3,
  fall: 0.1,
};

/** From a to b in equal ratios, then b. */
const falling = (a: number, b: number, progress: number) => a * (b / a) ** Math.min(1, progress);

/** @param epochs of the stage: the learning rate rises for the first @param spread standard deviation of y @param resolution its step */
export function scaffoldSchedule(epochs: number, spread: number, resolution: number): Schedule {
  const { learningRate, wide, narrow, fall } = SCAFFOLD;
  return (u) => ({
    learningRate: learningRate * Math.min(1, u * epochs),
    sigma: falling(Math.max(wide * spread, narrow * resolution), narrow * resolution, u / fall),
    usage: Math.max(0, 1 - u / fall),
    clamp: true,
  });
}

export function togetherSchedule(resolution: number): Schedule {
  const { learningRate, start, rise, wide, narrow, fall } = TOGETHER;
  return (u) => ({
    learningRate:
      learningRate *
      (u < rise ? start + ((1 - start) * u) / rise : (1 + Math.cos((Math.PI * (u - rise)) / (1 - rise))) / 2),
    sigma: falling(wide, narrow, u / fall) * resolution,
    usage: 0,
    clamp: false,
  });
}
