/** Trained weights handed over to the search: fitted in float64 to given rows, shortened as far as these bear it, and put back. */
import type { Tensor } from "@tensorflow/tfjs-node";
import { InputError } from "../errors.js";
import { toText } from "../expression/text.js";
import { Fitter } from "../search/fit.js";
import { Memory } from "../search/kernel/memory.js";
import { makeSample } from "../search/sample.js";
import type { Architecture } from "./architecture.js";
import { eliminated } from "./eliminate.js";
import { place } from "./place.js";
import { formulaOf, grammarOf, networks } from "./readoff.js";

/** Relative mean square of float32's rounding: more exactly a target that went through tfjs isn't known. */
const RESOLUTION = 2 ** -48 / 3;
/** Rows that decide; more cost time and tell nothing new. */
const MOST_ROWS = 2000;

/** Rows to prune on: what goes into the layer, and what should come out of it. */
export interface PruneData {
  /** [rows, inputs] */
  readonly x: Tensor | readonly (readonly number[])[];
  /** [rows, outputs]; for one output also [rows] */
  readonly y: Tensor | readonly number[] | readonly (readonly number[])[];
}

/** What pruning made of a layer. */
export interface Pruned {
  /** The formula of each output. */
  readonly expressions: readonly string[];
  /** Mean square error of each output on the given rows: as it was, and now. */
  readonly before: readonly number[];
  readonly mse: readonly number[];
  /** Weights that are left, of all replicas. */
  readonly weightsLeft: number;
}

/**
 * @param weights of one replica
 * @param names of the inputs, for the formulas
 * @returns the new weights, and what they are
 * @throws InputError for rows that don't fit the layer, or on which the network has no value
 */
export function handedOver(
  of: Architecture,
  weights: ArrayLike<number>,
  data: PruneData,
  names: readonly string[],
): { weights: Float32Array } & Omit<Pruned, "weightsLeft"> {
  const grammar = grammarOf(of);
  const rows = checked(data, of);
  const memory = new Memory();
  const inputs = Array.from({ length: of.inputs }, (_, i) => Float64Array.from(rows, ({ x }) => x[i]));
  const before: number[] = [];
  const mse: number[] = [];
  const roots = networks(of, weights, grammar).map((root, output) => {
    const target = Float64Array.from(rows, ({ y }) => y[output]);
    const fitter = new Fitter(makeSample(memory, inputs, target), grammar);
    before.push(meanSquare(fitter.predict(root), target));
    const found = eliminated(root, fitter, RESOLUTION);
    if (!found) {
      throw new InputError(
        `Output ${output} can't be fitted to ${rows.length} rows: its formula has no value on some of them, or too many ` +
          "constants for so few. Give more rows, or call mask(threshold) first.",
      );
    }
    mse.push(meanSquare(fitter.predict(found[1].root), target));
    return found[1].root;
  });
  const expressions = roots.map((root) => toText(formulaOf(root, names, grammar), { digits: 6 }));
  const placed = place(roots, of, grammar);
  if (placed) return { weights: placed, expressions, before, mse };
  const text = expressions.map((formula) => (formula.length > 200 ? `${formula.slice(0, 200)} …` : formula)).join("; ");
  throw new InputError(
    `What pruning found, ${text}, has no place in the wiring of the layer, which stays as it was. ` +
      "A higher threshold of mask before leaves less to begin with; setExpression puts a formula into a larger layer.",
  );
}

const meanSquare = (values: Float64Array, target: Float64Array) =>
  values.reduce((sum, v, i) => sum + (v - target[i]) ** 2, 0) / target.length;

function checked({ x, y }: PruneData, { inputs, outputs }: Architecture) {
  const [left, right] = [numbers(x), numbers(y)].map((values) =>
    values.map((value) => (Array.isArray(value) ? (value as number[]) : [value as number])),
  );
  if (left.length !== right.length || left.length === 0) {
    throw new InputError(`prune needs as many rows of x as of y; there are ${left.length} and ${right.length}.`);
  }
  const rows = left.map((row, i) => ({ x: row, y: right[i] }));
  rows.forEach((row, i) => {
    for (const [name, size] of [
      ["x", inputs],
      ["y", outputs],
    ] as const) {
      if (row[name].length !== size) {
        throw new InputError(`prune: row ${i + 1} of ${name} must have ${size} numbers, not ${row[name].length}.`);
      }
      const bad = row[name].find((value) => typeof value !== "number" || !Number.isFinite(value));
      if (bad !== undefined) throw new InputError(`prune: row ${i + 1} of ${name} has ${bad}, which is no number.`);
    }
  });
  const step = Math.max(1, rows.length / MOST_ROWS);
  return Array.from({ length: Math.min(rows.length, MOST_ROWS) }, (_, i) => rows[Math.floor(i * step)]);
}

const numbers = (of: Tensor | readonly unknown[]): readonly unknown[] =>
  "arraySync" in of ? (of.arraySync() as unknown[]) : of;
