/**
 * What is known of the series before any law is: spread and measurement errors of each state, and how its rate of change is
 * best taken. Where only positions were observed, their rates become states of their own.
 */
import { type Series, type SeriesSet, spreadOf } from "./series.js";
import { bestSmoother, filtered, noiseOf, type Smoother } from "./smooth.js";

export interface Survey {
  /** The series, with columns for rates that were not observed. */
  readonly set: SeriesSet;
  /** Names of all states. */
  readonly names: readonly string[];
  /** How many of them, the first, were observed. */
  readonly observed: number;
  /** Standard deviation of each state over all series. */
  readonly spread: readonly number[];
  /** Standard deviation of its errors. */
  readonly noise: readonly number[];
  readonly smoothers: readonly Smoother[];
  /** Neighbouring rows whose errors are alike in rates that were not observed. */
  readonly alike: number;
  /** First rows that are not in the set: they only tell the rates of those that are. */
  readonly skipped: number;
}

/** @param rates names for the rates of the states, if they were not observed; the k-th of the k-th state */
export function survey(set: SeriesSet, states: readonly string[], rates: readonly string[] = []): Survey {
  const { list, dt } = set;
  const noise = noiseOf(list);
  const smooth = (of: readonly Series[], k: number, sigma: number) =>
    bestSmoother(
      of.map(({ columns }) => columns[k]),
      sigma,
    );
  const smoothers = noise.map((sigma, k) => smooth(list, k, sigma));
  const plain = {
    set,
    names: states,
    observed: states.length,
    spread: spreadOf(list),
    noise,
    smoothers,
    alike: 1,
    skipped: 0,
  };
  if (rates.length === 0) return plain;
  const half = Math.max(...smoothers.map(({ slope }) => slope.half));
  const whole = list.map(({ columns, rows, label }): Series => {
    const slopes = smoothers.map(({ slope }, k) => {
      const rate = filtered(columns[k], slope).map((d) => d / dt);
      return rate.subarray(half - slope.half, rate.length - (half - slope.half));
    });
    return { columns: [...columns.map((c) => c.subarray(half, rows - half)), ...slopes], rows: rows - 2 * half, label };
  });
  // Smoothing has made the rates' errors alike from row to row, so they can't be told from the rates themselves.
  const errors = [...noise, ...smoothers.map(({ error }) => error / dt)];
  return {
    set: { list: whole, dt },
    names: [...states, ...rates],
    observed: states.length,
    spread: spreadOf(whole),
    noise: errors,
    smoothers: errors.map((sigma, k) => smooth(whole, k, sigma)),
    alike: half,
    skipped: half,
  };
}
