/** A network without the units that do nothing: it has the same values, and is trained in a fraction of the time. */
import { alive, columnsOf } from "./alive.js";
import { type Architecture, shapes } from "./architecture.js";

export interface Compact {
  readonly architecture: Architecture;
  /** For each weight of the compact network its place in the whole one. */
  readonly places: Int32Array;
}

export function compact(whole: Architecture, weights: ArrayLike<number>): Compact {
  const works = alive(whole, weights);
  const matrices = shapes(whole);
  // A unit works if a weight that works leads on from it. A layer has at least one.
  const units = whole.layers.map((layer, k) => {
    const { columns, offset } = matrices[k + 1];
    const row = (unit: number) => works.subarray(offset + unit * columns, offset + (unit + 1) * columns);
    const kept = layer.flatMap((_, unit) => (row(unit).includes(1) ? [unit] : []));
    return kept.length > 0 ? kept : [0];
  });
  const places: number[] = [];
  matrices.forEach(({ rows, columns, offset }, k) => {
    const before = k === 0 ? 0 : whole.layers[k - 1].length;
    const own = k < units.length ? columnsOf(whole.layers[k]) : undefined;
    const chosen = own ? units[k].flatMap((unit) => own[unit].columns) : Array.from({ length: columns }, (_, j) => j);
    for (let i = 0; i < rows; i++) {
      if (i < before && !units[k - 1].includes(i)) continue;
      for (const j of chosen) places.push(offset + i * columns + j);
    }
  });
  const layers = whole.layers.map((layer, k) => units[k].map((unit) => layer[unit]));
  return { architecture: { ...whole, layers }, places: Int32Array.from(places) };
}
