/** An encoder trained on the latents that a law has told: a first guess at those of more series, at a glance. */
import { type Random, sample } from "../random.js";
import { SeriesEncoder } from "./encoder.js";
import type { Series } from "./series.js";

/** Training of an encoder on latents that are known: steps, series in each, and the learning rate it begins with. */
const REFIT = { steps: 600, batch: 128, learningRate: 5e-3 };

/** A trained encoder: the latents of series at a glance, without the law. */
export interface FastLatents {
  /** [series, latent]; for series like those it was trained on. */
  encode(series: readonly Series[]): number[][];
}

/** Trains an encoder to say the latents of series that a law has told. */
export function trainedEncoder(
  series: readonly Series[],
  spread: readonly number[],
  latents: readonly (readonly number[])[],
  random: Random,
): FastLatents {
  const count = latents[0].length;
  const range = Array.from({ length: count }, (_, k) => {
    const values = latents.map((z) => z[k]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    return { mean, spread: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length) || 1 };
  });
  const targets = latents.map((z) => z.map((v, k) => (v - range[k].mean) / range[k].spread / 2));
  const length = Math.min(...series.map(({ rows }) => rows));
  const batch = Math.min(REFIT.batch, series.length);
  const encoder = new SeriesEncoder(length, spread.length, count, batch, random);
  const view = encoder.view(series, spread);
  for (let step = 0; step < REFIT.steps; step++) {
    const chosen = sample(series.length, batch, random);
    const rate = (REFIT.learningRate * (1 + Math.cos((Math.PI * step) / REFIT.steps))) / 2;
    const z = encoder.train(view, chosen);
    const by = z.map((v, i) => (2 * (v - targets[chosen[(i / count) | 0]][i % count])) / z.length);
    encoder.gradient(by);
    encoder.descend(rate);
  }
  encoder.measure(view);
  return {
    encode: (given) =>
      encoder.encode(encoder.view(given, spread)).map((z) => z.map((v, k) => range[k].mean + 2 * range[k].spread * v)),
  };
}
