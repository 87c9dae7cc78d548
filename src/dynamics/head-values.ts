/**
 * An equation learner in float64 as a function of states, weights and latents, with its derivatives by weights and latents:
 * what a fit by least squares needs of a trained head.
 */
import { columnsOf } from "../network/alive.js";
import { type Architecture, shapes } from "../network/architecture.js";
import { trainedUnit } from "../primitives.js";
import type { Compiled } from "./compile.js";

/**
 * @param active places of the weights that are parameters, in increasing order; all others are 0
 * @param spread units of the states the head sees, and `rates` those of what it gives
 * @returns given [states, active weights, latents], the laws' values, then each law's derivatives by active weights and latents
 */
export function headValues(
  of: Architecture,
  active: readonly number[],
  spread: readonly number[],
  rates: readonly number[],
): Compiled {
  const states = spread.length;
  const latents = of.inputs - states;
  const matrices = shapes(of);
  const layers = of.layers.map((layer) =>
    columnsOf(layer).map(({ name, columns }) => ({ ...trainedUnit(name, of.gains), columns })),
  );
  const size = matrices.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const weights = new Float64Array(size);
  const width = active.length + latents;
  // What each matrix sees: the units of the layer before, the inputs, a 1.
  const seen = matrices.map(({ rows }) => new Float64Array(rows));
  const sums = matrices.map(({ columns }) => new Float64Array(columns));
  const bySeen = matrices.map(({ rows }) => new Float64Array(rows));
  const bySums = matrices.map(({ columns }) => new Float64Array(columns));
  const slopes = layers.map((units) => units.map(() => [] as number[]));
  const gradient = new Float64Array(size);
  const last = matrices.length - 1;
  return (given, out) => {
    for (let k = 0; k < active.length; k++) weights[active[k]] = given[states + k];
    matrices.forEach(({ rows, columns, offset }, l) => {
      const see = seen[l];
      const before = l === 0 ? 0 : layers[l - 1].length;
      for (let i = 0; i < states; i++) see[before + i] = given[i] / spread[i];
      for (let i = 0; i < latents; i++) see[before + states + i] = given[states + active.length + i];
      see[rows - 1] = 1;
      const g = sums[l].fill(0);
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) g[c] += see[r] * weights[offset + r * columns + c];
      if (l === last) return;
      layers[l].forEach(({ value, gradient: by, columns: own }, u) => {
        const arguments_ = own.map((c) => g[c]);
        seen[l + 1][u] = value(...arguments_);
        slopes[l][u] = by(...arguments_);
      });
    });
    for (let o = 0; o < states; o++) {
      out[o] = rates[o] * sums[last][o];
      let byInput = new Float64Array(latents);
      for (let l = last; l >= 0; l--) {
        const { rows, columns, offset } = matrices[l];
        const dg = bySums[l].fill(0);
        if (l === last) dg[o] = 1;
        else {
          layers[l].forEach(({ columns: own }, u) => {
            own.forEach((c, a) => {
              dg[c] = bySeen[l + 1][u] * slopes[l][u][a];
            });
          });
        }
        const dh = bySeen[l].fill(0);
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            const at = offset + r * columns + c;
            gradient[at] = seen[l][r] * dg[c];
            dh[r] += weights[at] * dg[c];
          }
        }
        const before = l === 0 ? 0 : layers[l - 1].length;
        byInput = byInput.map((v, i) => v + dh[before + states + i]);
      }
      const at = states + o * width;
      for (let k = 0; k < active.length; k++) out[at + k] = rates[o] * gradient[active[k]];
      for (let i = 0; i < latents; i++) out[at + active.length + i] = rates[o] * byInput[i];
    }
  };
}
