/** The laws to be found, their data, and when one is found: the same for every method. */
import { readFileSync } from "node:fs";
import { evaluate } from "../../src/expression/evaluate.js";
import { parse } from "../../src/expression/parse.js";
import { random } from "../../src/random.js";

const ROWS = 256;
const TEST_ROWS = 1000;
/** A curve is exact when its squared error on the test rows, relative to the target's variance there, is below this or the noise's. */
const EXACT = 1e-6;

export interface Law {
  readonly suite: string;
  readonly id: string;
  readonly formula: string;
  /** Nodes of the formula with constant parts folded. */
  readonly nodes: number;
  readonly ranges: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Of all columns, "target" too; what they are in the book that the law is from. */
  readonly units?: Readonly<Record<string, string>>;
  /** What eqlab's `primitives` is set to; rivals get the same operators. */
  readonly primitives: "default" | "all";
}

export type Columns = Record<string, number[]>;

/** Rows to learn from and, on ranges doubled outwards, rows to judge by. */
export interface LawData {
  readonly inputs: Columns;
  readonly target: number[];
  readonly testInputs: Columns;
  readonly testTarget: number[];
}

/** Is the curve right; and is also the formula's size within 2·nodes + 2? */
export interface Judgement {
  readonly curve: boolean;
  readonly exact: boolean;
}

/** All laws by suite; laws.json names where they come from. */
export function lawsOf(): Map<string, Law[]> {
  const file = new URL("../../../test/benchmark/laws.json", import.meta.url);
  const suites = Object.entries<{ primitives: Law["primitives"]; laws: Omit<Law, "suite" | "primitives">[] }>(
    JSON.parse(readFileSync(file, "utf8")),
  );
  return new Map(
    suites.map(([suite, { primitives, laws }]) => [suite, laws.map((law) => ({ ...law, suite, primitives }))]),
  );
}

/** Data of a law, without noise. The seed's streams are the law's own, so that no two laws share their inputs. */
export function dataOf(law: Law, seed: number, rows = ROWS): LawData {
  const ranges = Object.entries(law.ranges);
  const wide = ranges.map(([name, [low, high]]) => [name, [low < 0 ? 2 * low : low, 2 * high]] as const);
  const inputs = draw(ranges, rows, seed, `${law.id}, to learn from`);
  const all = draw(wide, TEST_ROWS, seed, `${law.id}, to judge by`);
  // A wider range may leave the law's domain.
  const values = evaluate(parse(law.formula), all, TEST_ROWS);
  const good = Array.from(values.keys()).filter((row) => Number.isFinite(values[row]));
  return {
    inputs,
    target: Array.from(evaluate(parse(law.formula), inputs, rows)),
    testInputs: Object.fromEntries(Object.entries(all).map(([name, column]) => [name, good.map((row) => column[row])])),
    testTarget: good.map((row) => values[row]),
  };
}

export function judge(
  law: Law,
  { testTarget }: Pick<LawData, "testTarget">,
  predicted: readonly number[],
  size: number,
  noise = 0,
): Judgement {
  const mean = testTarget.reduce((sum, y) => sum + y, 0) / testTarget.length;
  const squares = testTarget.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  const errors = testTarget.reduce((sum, y, row) => sum + (y - predicted[row]) ** 2, 0);
  const curve = errors < (noise ** 2 || EXACT) * squares; // NaN is not
  return { curve, exact: curve && size <= 2 * law.nodes + 2 };
}

type Ranges = readonly (readonly [name: string, range: readonly [low: number, high: number]])[];

function draw(ranges: Ranges, rows: number, seed: number, purpose: string): Columns {
  const stream = Array.from(purpose).reduce((hash, letter) => (31 * hash + (letter.codePointAt(0) ?? 0)) >>> 0, 0);
  const { uniform } = random(seed, stream);
  return Object.fromEntries(
    ranges.map(([name, [low, high]]) => [name, Array.from({ length: rows }, () => low + (high - low) * uniform())]),
  );
}
