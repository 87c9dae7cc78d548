/** A wiring as the records of assembly/records.ts, with room for one chunk of points. */
import { PRIMITIVES, type Trained } from "../../primitives.js";
import { type Architecture, arity, shapes, weightCount } from "../architecture.js";
import type { Memory, Pointer } from "./memory.js";

/** Points that go through together: so many that a tile's start and end cost little, and all still fit in the first-level cache. */
export const CHUNK = 64;

/** Puts the wiring into the kernel's memory; returns the address of its Net record. */
export function plan(architecture: Architecture, memory: Memory): Pointer {
  const { inputs, outputs, dense, gains, layers } = architecture;
  const rowsOf = (count: number) => memory.allocate(count * CHUNK);
  const records = shapes(architecture).map(({ rows, columns, offset }, k) => {
    const layer = layers[k] ?? [];
    const before = k === 0 ? 0 : layers[k - 1].length;
    let column = 0;
    const units = layer.flatMap((name) => {
      const { code, [gains]: gain } = PRIMITIVES[name].trained as Trained;
      const record = [code, column, arity(name), ...[gain.inner, gain.outer, gain.offset].map((float) => ({ float }))];
      column += arity(name);
      return record;
    });
    const seen = rowsOf(rows);
    if (dense) memory.view(seen + 4 * CHUNK * (rows - 1), CHUNK).fill(1);
    return [rows, columns, before, layer.length, memory.record(units), 4 * offset, seen, rowsOf(columns), rowsOf(rows)];
  });
  const first = memory.record(records.flat());
  const transposed = memory.allocate(weightCount(architecture));
  return memory.record([layers.length, first, inputs, outputs, dense ? 1 : 0, CHUNK, transposed]);
}
