/** Reuse: a unit the network already has comes in again as a factor 1 + w·u, or one over it, where it explains most. */
import { type Affine, copyUnit, edited, factor, productOf, single } from "../network.js";
import { orthonormalise } from "../tangent.js";
import { type Growth, linkSensitivity, linkValue } from "./growth.js";

const TRIED = 4;
/** Starting weight, for a unit scaled to a largest size of 1. */
const START = 0.6;

export function* reuseUnit(growth: Growth): Generator<Affine> {
  const { root, places, tangent, fitter } = growth;
  const { memory, n, weights } = fitter.sample;
  const { kernel } = memory;
  const { grammar } = fitter;
  if (!grammar.products) return;
  const found: { gain: number; from: number; at: number; largest: number }[] = [];
  const mark = memory.mark();
  const ignored = memory.allocate(tangent.count * 8 + 8);
  const v = memory.column(n);
  for (let at = 0; at < places.links.length; at++) {
    const inner = memory.mark();
    const s = linkSensitivity(growth, at);
    for (let from = 0; from < places.links.length; from++) {
      if (places.links[from].unit.kind === "input") continue;
      const value = linkValue(growth, from);
      kernel.multiply(s, value, v, n);
      if (weights) kernel.multiply(v, weights, v, n);
      if (!orthonormalise(v, tangent.basis, tangent.count, ignored, fitter)) continue;
      const along = kernel.dot(v, tangent.residual, n);
      found.push({ gain: along * along, from, at, largest: kernel.largest(value, n) });
    }
    memory.release(inner);
  }
  memory.release(mark);
  found.sort((a, b) => b.gain - a.gain);
  for (const { from, at, largest } of found.slice(0, TRIED)) {
    for (const [p, sign] of grammar.inverse
      ? [
          [1, 1],
          [-1, 1],
          [-1, -1],
        ]
      : [[1, 1]]) {
      yield edited(root, ({ links }) => {
        const again = factor(single(copyUnit(places.links[from].unit), (sign * START) / largest, 1), p);
        links[at].unit = productOf(factor(single(links[at].unit)), again);
      });
    }
  }
}
