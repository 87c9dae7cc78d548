/**
 * Series of the systems the notebooks tell of, each with a parameter of its own: kinematics and the oscillator by their
 * exact solutions, the pendulums by an integrator to 1e-13 a step.
 */
import { type Random, random } from "../random.js";
import { integrate } from "./integrate.js";

/** Series as [series, time, state], and what their maker knows of each: its parameters, [series, parameter]. */
export interface GeneratedSeries {
  readonly series: number[][][];
  readonly parameters: number[][];
  /** Time between two rows. */
  readonly dt: number;
}

export interface GeneratorOptions {
  readonly count: number;
  /** Steps after the initial state: a series has steps + 1 rows. */
  readonly steps: number;
  readonly seed?: number;
  /** Range of the hidden parameter. */
  readonly range?: readonly [number, number];
}

type Range = readonly [number, number];

/**
 * Uniformly accelerated motion at t = 0, 1, 2, …: d (m), v (m/s), hidden a (m/s²). Paper, section IV-B: d0, v0, a in [−1, 1].
 */
export function kinematics({ count, steps, seed = 1, range = [-1, 1] }: GeneratorOptions): GeneratedSeries {
  return generate({ count, steps, seed, dt: 1 }, (stream) => {
    const [d, v, a] = [within(stream, [-1, 1]), within(stream, [-1, 1]), within(stream, range)];
    return { parameters: [a], at: (t) => [d + v * t + 0.5 * a * t * t, v + a * t] };
  });
}

/**
 * The harmonic oscillator every 0.1 s: x (m), v (m/s), hidden ω² (1/s²). Paper, section IV-C: ω² in [0.1, 1], x0 in [−1, 1],
 * v0 in [−0.5, 0.5].
 */
export function oscillator({ count, steps, seed = 1, range = [0.1, 1] }: GeneratorOptions): GeneratedSeries {
  return generate({ count, steps, seed, dt: 0.1 }, (stream) => {
    const squared = within(stream, range);
    const [x, v, w] = [within(stream, [-1, 1]), within(stream, [-0.5, 0.5]), Math.sqrt(squared)];
    const at = (t: number) => [
      x * Math.cos(w * t) + (v / w) * Math.sin(w * t),
      v * Math.cos(w * t) - x * w * Math.sin(w * t),
    ];
    return { parameters: [squared], at };
  });
}

export interface PendulumOptions extends GeneratorOptions {
  /** Range of the damping c (1/s): θ″ = −(g/L)·sin θ − c·θ′. None if not given. */
  readonly damping?: Range;
  /** Range of the amplitude, degrees. */
  readonly amplitude?: Range;
}

/**
 * The pendulum every 0.1 s: θ (rad), v (rad/s), hidden g/L (1/s²) and, with damping, c (1/s). Each series begins at some time
 * within 10 s of a swing from rest at its amplitude.
 */
export function pendulum(options: PendulumOptions): GeneratedSeries {
  const { count, steps, seed = 1, range = [0.5, 2], damping, amplitude = [10, 150] } = options;
  return generate({ count, steps, seed, dt: 0.1 }, (stream) => {
    const ratio = within(stream, range);
    const c = damping ? within(stream, damping) : 0;
    const side = stream.uniform() < 0.5 ? -1 : 1;
    const theta = (side * within(stream, amplitude) * Math.PI) / 180;
    const swing = (loss: number) => (state: readonly number[]) => [
      state[1],
      -ratio * Math.sin(state[0]) - loss * state[1],
    ];
    const start = integrate(swing(0), [theta, 0], within(stream, [0, 10]), 1)[1];
    const rows = integrate(swing(c), start, 0.1, steps);
    return { parameters: damping ? [ratio, c] : [ratio], at: (_, step) => rows[step] };
  });
}

/**
 * The same series with measurement errors.
 * @param level standard deviation of the errors, in parts of each state's own over all series
 */
export function withNoise(series: readonly number[][][], level: number, seed = 1): number[][][] {
  const states = series[0][0].length;
  const spread = Array.from({ length: states }, (_, k) => {
    const values = series.flatMap((rows) => rows.map((row) => row[k]));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  });
  return series.map((rows, s) => {
    const stream = random(seed, s);
    return rows.map((row) => row.map((value, k) => value + level * spread[k] * stream.normal()));
  });
}

interface Trajectory {
  readonly parameters: number[];
  at(t: number, step: number): number[];
}

function generate(
  { count, steps, seed, dt }: { count: number; steps: number; seed: number; dt: number },
  draw: (stream: Random) => Trajectory,
): GeneratedSeries {
  const drawn = Array.from({ length: count }, (_, s) => draw(random(seed, s)));
  const times = Array.from({ length: steps + 1 }, (_, i) => i * dt);
  return {
    series: drawn.map(({ at }) => times.map(at)),
    parameters: drawn.map(({ parameters }) => parameters),
    dt,
  };
}

const within = (stream: Random, [low, high]: Range) => low + (high - low) * stream.uniform();
