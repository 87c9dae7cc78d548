/** Removal: every network with one part less. Growth needs it to repair, pruning to shorten. */
import { type Affine, edited, type Places, places as placesOf } from "../network.js";

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
    if (kind !== "product" || factors.length < 2) continue;
    for (let f = 0; f < factors.length; f++) yield edited(root, ({ links }) => links[q].unit.factors.splice(f, 1));
  }
  if (root.biased) yield edited(root, (_, copy) => withoutBias(copy));
}

function withoutBias(of: Affine): void {
  of.biased = false;
  of.bias = 0;
}
