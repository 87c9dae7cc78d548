/** A wiring as the records of assembly/records.ts, with room for one chunk of points. */
import { PRIMITIVES, type Trained } from "../../primitives.js";
import { type Architecture, arity, shapes, weightCount } from "../architecture.js";
import type { Memory, Pointer } from "./memory.js";

/** Points that go through together, as in assembly/product.ts: so many that a tile's start and end cost little, and what a layer needs still fits in the first-level cache. */
export const CHUNK = 128;

/** Series that go through the encoder together, as in assembly/product.ts. */
export const SERIES = 64;

/** Puts the wiring into the kernel's memory; returns the address of its Net record. */
export function plan(architecture: Architecture, memory: Memory): Pointer {
  const { inputs, outputs, dense, gains, layers } = architecture;
  const rowsOf = (count: number) => memory.allocate(count * CHUNK);
  const records = shapes(architecture).map(({ rows, columns, offset }, k) => {
    const layer = layers[k] ?? [];
    const before = k === 0 ? 0 : layers[k - 1].length;
    const runs = runsOf(layer).map(({ name, units, column }) => {
      const { code, [gains]: gain } = PRIMITIVES[name].trained as Trained;
      return [units, code, column, arity(name), ...[gain.inner, gain.outer, gain.offset].map((float) => ({ float }))];
    });
    const seen = rowsOf(rows);
    if (dense) memory.view(seen + 4 * CHUNK * (rows - 1), CHUNK).fill(1);
    return [
      rows,
      columns,
      before,
      runs.length,
      memory.record(runs.flat()),
      4 * offset,
      seen,
      rowsOf(columns),
      rowsOf(rows),
    ];
  });
  const first = memory.record(records.flat());
  const transposed = memory.allocate(weightCount(architecture));
  return memory.record([layers.length, first, inputs, outputs, dense ? 1 : 0, transposed]);
}

/** Units of one primitive next to each other, from the first pre-activation of the first of them. */
function runsOf(layer: readonly string[]): { name: string; units: number; column: number }[] {
  const runs: { name: string; units: number; column: number }[] = [];
  let column = 0;
  for (const name of layer) {
    const last = runs.at(-1);
    if (last?.name === name) last.units++;
    else runs.push({ name, units: 1, column });
    column += arity(name);
  }
  return runs;
}
