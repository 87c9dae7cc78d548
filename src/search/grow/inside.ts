/** Growth inside: another term, or a bias, in a pre-activation below the output. */
import { type Affine, copyUnit, edited } from "../network.js";
import { bestSprouts } from "../screen.js";
import { orthonormalise } from "../tangent.js";
import type { Growth } from "./growth.js";

const SPROUTS = 5;

export function* growInside(growth: Growth): Generator<Affine> {
  const { root, places, tangent, fitter, library } = growth;
  for (let a = 0; a < places.affines.length; a++) {
    const { sensitivity } = tangent.circuit.affines[a];
    for (const { sprout, weight } of bestSprouts(tangent, sensitivity, library.inner, fitter, { take: SPROUTS })) {
      yield edited(root, ({ affines }) => affines[a].links.push({ weight, unit: copyUnit(sprout.unit) }));
    }
    const bias = firstBias(growth, a);
    if (bias !== undefined) {
      yield edited(root, ({ affines }) => {
        affines[a].biased = true;
        affines[a].bias = bias;
      });
    }
  }
}

/** The Gauss–Newton value of a bias that pre-activation `a` doesn't have, where one would change anything. */
function firstBias({ places, tangent, fitter }: Growth, a: number): number | undefined {
  const feeds = places.feeds[a];
  if (places.affines[a].biased || (feeds.kind === "function" && fitter.grammar.exponential(feeds.index)))
    return undefined;
  const { memory, n, weights } = fitter.sample;
  const { kernel } = memory;
  const mark = memory.mark();
  const v = memory.column(n);
  const ignored = memory.allocate(tangent.count * 8 + 8);
  const { sensitivity } = tangent.circuit.affines[a];
  if (weights) kernel.multiply(sensitivity, weights, v, n);
  else kernel.copy(sensitivity, v, n);
  const before = kernel.dot(v, v, n);
  const usable = orthonormalise(v, tangent.basis, tangent.count, ignored, fitter);
  // v has norm 1 now; what it had of the original is needed for the step.
  const along = kernel.dot(v, tangent.residual, n);
  const original = kernel.dot(v, sensitivityWeighted(), n);
  memory.release(mark);
  return usable && original * original > 1e-9 * before ? along / original : undefined;

  function sensitivityWeighted() {
    const out = memory.column(n);
    if (weights) kernel.multiply(sensitivity, weights, out, n);
    else kernel.copy(sensitivity, out, n);
    return out;
  }
}
