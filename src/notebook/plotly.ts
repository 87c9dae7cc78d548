/** Plotly's source, for pages that draw figures by themselves: the small bundle where it knows all traces, else the whole. */
import { createRequire } from "node:module";

/** What the small bundle draws, a third of the whole's size. */
const cartesian = new Set(
  "bar box contour heatmap histogram histogram2d histogram2dcontour image pie scatter scatterternary violin".split(" "),
);

const { resolve } = createRequire(import.meta.url);

/** Path of the bundle for figures with these traces. */
export function plotlyFor(figures: readonly unknown[]): string {
  const types = figures.flatMap((figure) => (figure as { data: { type?: string }[] }).data.map(({ type }) => type));
  const small = types.every((type = "scatter") => cartesian.has(type));
  return resolve(small ? "plotly.js-cartesian-dist-min/plotly-cartesian.min.js" : "plotly.js-dist-min/plotly.min.js");
}
