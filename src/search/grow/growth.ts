import type { Fitter } from "../fit.js";
import type { Pointer } from "../kernel/memory.js";
import type { Library } from "../library.js";
import { type Affine, type Places, places } from "../network.js";
import { Tangent } from "../tangent.js";

/** A network about to be grown, and all a move needs to know of it. Moves yield changed copies; they don't change it. */
export interface Growth {
  readonly root: Affine;
  readonly places: Places;
  readonly tangent: Tangent;
  readonly fitter: Fitter;
  readonly library: Library;
  /** Size of the network, see `size`. */
  readonly size: number;
}

/** A move of the search: changed copies of a network, not yet fitted. */
export type Move = (growth: Growth) => Iterable<Affine>;

/** Looks at a network for growth; scratch memory is the caller's to mark and release. */
export function lookAt(root: Affine, size: number, fitter: Fitter, library: Library): Growth {
  const tangent = new Tangent(root, fitter);
  return { root, places: places(root), tangent, fitter, library, size };
}

/** Sensitivity of the output to a factor (1 + ε) on link number `index`, as a new scratch column. */
export function linkSensitivity({ root, places, tangent, fitter }: Growth, index: number): Pointer {
  const { memory, n } = fitter.sample;
  const { kernel } = memory;
  const out = memory.column(n);
  const link = places.links[index];
  const owner = places.owners[index];
  const columns = owner === root ? tangent.circuit.top : undefined;
  if (columns) {
    kernel.scale(link.weight, columns[root.links.indexOf(link)].value, out, n);
    return out;
  }
  const above = tangent.circuit.affines[places.affines.indexOf(owner)];
  kernel.scale(link.weight, above.links[owner.links.indexOf(link)].unit.value, out, n);
  kernel.multiply(out, above.sensitivity, out, n);
  return out;
}

/** Values of the unit of link number `index`. */
export function linkValue({ root, places, tangent }: Growth, index: number): Pointer {
  const link = places.links[index];
  const owner = places.owners[index];
  if (owner === root) return tangent.circuit.top[root.links.indexOf(link)].value;
  return tangent.circuit.affines[places.affines.indexOf(owner)].links[owner.links.indexOf(link)].unit.value;
}
