/**
 * Growth by multiplication: a link u becomes u·(1 + w·v)^p, u·e^(w·v) or u·v; the whole output R becomes R·(1 + w·v)^p.
 * The first forms start near u, with the weight the screening gives; the last is for factors without a constant.
 */
import type { Sprout } from "../library.js";
import {
  type Affine,
  affine,
  copyAffine,
  copyUnit,
  edited,
  factor,
  functionOf,
  isInput,
  type Link,
  productOf,
  single,
} from "../network.js";
import { bestSprouts } from "../screen.js";
import { type Growth, linkSensitivity } from "./growth.js";

const SPROUTS = 3;
/** Of the sprouts of a place, those tried in every form. */
const IN_ALL_FORMS = 2;
/** 1 + w·v must stay clear of zero, or its power has a pole. */
const LARGEST_START = 0.9;

/** 1 + w·v as it starts under the power p. */
const nearOne = (sprout: Sprout, weight: number, p: number): Affine => {
  const limit = LARGEST_START * sprout.scale;
  const w = p === 1 ? weight : Math.max(-limit, Math.min(limit, weight / p));
  return single(copyUnit(sprout.unit), w, 1);
};

const wrap = (link: Link, ...factors: ReturnType<typeof factor>[]) => {
  link.unit = productOf(factor(single(link.unit)), ...factors);
};

export function* multiplyLink(growth: Growth): Generator<Affine> {
  const { root, places, tangent, fitter, library } = growth;
  const { grammar } = fitter;
  const { memory } = fitter.sample;
  if (!grammar.products) return;
  const exp = grammar.functions.findIndex((_, index) => grammar.exponential(index));
  for (let q = 0; q < places.links.length; q++) {
    // An input that is a factor by itself: multiplying it is multiplying the product.
    const owner = places.owners[q];
    const above = places.affines.indexOf(owner);
    if (above >= 0 && isInput(owner) && places.feeds[above].kind === "product") continue;
    const mark = memory.mark();
    const picks = bestSprouts(tangent, linkSensitivity(growth, q), library.inner, fitter, { take: SPROUTS });
    memory.release(mark);
    for (const [rank, { sprout, weight }] of picks.entries()) {
      const inAllForms = rank < IN_ALL_FORMS;
      for (const p of inAllForms ? grammar.powers : [1]) {
        yield edited(root, ({ links }) => wrap(links[q], factor(nearOne(sprout, weight, p), p)));
      }
      if (inAllForms && exp >= 0) {
        yield edited(root, ({ links }) =>
          wrap(links[q], factor(single(functionOf(exp, single(copyUnit(sprout.unit), weight))))),
        );
      }
      yield edited(root, ({ links }) => wrap(links[q], factor(single(copyUnit(sprout.unit)))));
    }
  }
}

export function* multiplyRoot({ root, tangent, fitter, library }: Growth): Generator<Affine> {
  const { memory, n } = fitter.sample;
  const { grammar } = fitter;
  if (root.links.length < 2 || !grammar.products) return;
  for (const withBias of root.biased ? [false, true] : [false]) {
    const mark = memory.mark();
    const s = memory.column(n);
    memory.kernel.fill(s, withBias ? root.bias : 0, n);
    for (const [k, link] of root.links.entries()) memory.kernel.axpy(link.weight, tangent.circuit.top[k].value, s, n);
    const picks = bestSprouts(tangent, s, library.inner, fitter, { take: SPROUTS });
    memory.release(mark);
    for (const { sprout, weight } of picks) {
      for (const p of grammar.powers) {
        const inner = copyAffine(root);
        if (!withBias) {
          inner.biased = false;
          inner.bias = 0;
        }
        const outer = productOf(factor(inner), factor(nearOne(sprout, weight, p), p));
        yield affine([{ weight: 1, unit: outer }], root.biased && !withBias ? root.bias : undefined);
      }
    }
  }
}
