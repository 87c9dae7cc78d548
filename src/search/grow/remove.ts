/** Removal: every network with one part less, also a function of two inputs that gives way to one of them. Growth needs it to repair, pruning to shorten. */
import { type Affine, edited, factor, type Places, places as placesOf, productOf } from "../network.js";

/** One link, bias or factor less, in all possible ways. */
export function* removeOne(root: Affine, places: Places = placesOf(root)): Generator<Affine> {
  for (let q = 0; q < places.links.length; q++) {
    if (places.owners[q] !== root && places.owners[q].links.length < 2) continue;
    yield edited(root, ({ links, owners }) => {
      owners[q].links.splice(owners[q].links.indexOf(links[q]), 1);
    });
  }
  for (let a = 0; a < places.affines.length; a++) {
    if (places.affines[a].biased) yield edited(root, ({ affines }) => withoutBias(affines[a]));
  }
  for (let q = 0; q < places.links.length; q++) {
    const { kind, factors } = places.links[q].unit;
    if (kind === "function" && factors.length === 2) {
      for (const f of [0, 1]) {
        if (factors[f].input.links.length === 0) continue;
        yield edited(root, ({ links }) => {
          links[q].unit = productOf(factor(links[q].unit.factors[f].input));
        });
      }
    }
    if (kind !== "product" || factors.length < 2) continue;
    for (let f = 0; f < factors.length; f++) yield edited(root, ({ links }) => links[q].unit.factors.splice(f, 1));
  }
  if (root.biased) yield edited(root, (_, copy) => withoutBias(copy));
}

function withoutBias(of: Affine): void {
  of.biased = false;
  of.bias = 0;
}
