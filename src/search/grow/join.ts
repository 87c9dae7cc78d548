/**
 * Joining: two terms of a sum, a + b, become f(a, b) for a function of two inputs. A sum often holds both of its arguments
 * before the function itself is seen.
 */
import type { Pointer } from "../kernel/memory.js";
import { type Affine, copyUnit, edited, functionOf, single } from "../network.js";
import { type Growth, linkValue } from "./growth.js";

/** Sums with more terms are not looked through pair by pair. */
const MOST_TERMS = 5;
/** Starts of the function tried for a pair. */
const TRIED = 8;

export function* joinTerms(growth: Growth): Generator<Affine> {
  const { root, places, fitter } = growth;
  const { memory, n } = fitter.sample;
  const largest = (link: number) => memory.kernel.largest(linkValue(growth, link) as Pointer, n);
  for (const [f, { second }] of fitter.grammar.functions.entries()) {
    if (!second) continue;
    // Those with both inputs, the first of the list for each ratio of slopes.
    const starts = second.starts.filter(([a, b]) => a[0] !== 0 && b[0] !== 0);
    const few = starts.filter((_, k) => k % Math.ceil(starts.length / TRIED) === 0);
    for (const owner of [root, ...places.affines]) {
      const { links } = owner;
      if (links.length < 2 || links.length > MOST_TERMS) continue;
      const at = links.map((link) => places.links.indexOf(link));
      const sizes = at.map(largest);
      for (let i = 0; i < links.length; i++) {
        for (let j = 0; j < links.length; j++) {
          if (i === j || (second.symmetric && i > j)) continue;
          for (const [[a, biasA], [b, biasB]] of few) {
            const inputs = [
              single(copyUnit(links[i].unit), a / sizes[i], biasA || undefined),
              single(copyUnit(links[j].unit), b / sizes[j], biasB || undefined),
            ];
            const joined = functionOf(f, ...inputs);
            yield edited(root, (copy) => {
              const its = copy.owners[at[i]].links;
              its[i] = { weight: owner === root ? 1 : links[i].weight * sizes[i], unit: joined };
              its.splice(j, 1);
            });
          }
        }
      }
    }
  }
}
