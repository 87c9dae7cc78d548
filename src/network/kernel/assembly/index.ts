/**
 * The arithmetic of the trained network, float32, four points at a time. Points go through in chunks: forward through all
 * layers, and at once backward, while everything is in the first-level cache. Within a chunk a row of numbers is one
 * unit or pre-activation, its lanes are points.
 */

export { adam, price } from "./adam";
export { backward, forward } from "./net";
export { encode, encodeBack, gather } from "./strided";
export { loadTable, lossOf, steps } from "./step";
export { loadWindows, weakGradients } from "./weak";

/** Where memory is free from. */
export function heapBase(): usize {
  return __heap_base;
}
