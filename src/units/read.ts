/**
 * Units as people write them, to dimensions. mathjs knows the units; it is loaded only when some are given. A unit tells the
 * dimension of a column and nothing else: numbers are never converted.
 */
import { didYouMean, InputError, list } from "../errors.js";
import { type Data, readFrame } from "../frame.js";
import type { Column, Table } from "../table.js";
import { type Dimension, PURE } from "./dimension.js";

/** Units by column. */
export type Units = Readonly<Record<string, string>>;

/** The dimensions of a table's columns, where they are known. */
export interface Dimensions {
  readonly inputs: readonly (Dimension | undefined)[];
  readonly target: Dimension | undefined;
}

/** What people write, and how mathjs does. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\*\*/g, "^"],
  [/[·⋅×]/g, " "],
  [/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, "^$&"],
  [/⁻/g, "-"],
  ...Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹", (digit, k) => [new RegExp(digit, "g"), String(k)] as const),
  [/[µμ]/g, "u"],
  [/[ΩΩ]/g, "ohm"],
  [/[ÅÅ]/g, "angstrom"],
  [/°C/g, "degC"],
  [/°F/g, "degF"],
  [/°/g, "deg"],
  [/%|‰/g, "1"],
];
/** Units of astronomy and chemistry that mathjs has not. */
const MORE = {
  au: "149597870700 m",
  AU: "149597870700 m",
  ly: "9460730472580800 m",
  pc: { definition: "3.0856775814913673e16 m", prefixes: "short" },
  yr: { definition: "31557600 s", prefixes: "short" },
  M: { definition: "1000 mol/m^3", prefixes: "short" },
} as const;
/** Place of the angle among the dimensions of mathjs: here it is a pure number. */
const ANGLE = 7;
const EXAMPLES = 'Write it as in "kg", "m/s^2" or "J/(mol K)", or "1" for a pure number.';

interface MathUnit {
  readonly dimensions: readonly number[];
  readonly units: readonly {
    readonly unit: { readonly name: string };
    readonly prefix: { readonly name: string };
    readonly power: number;
  }[];
  readonly value: number | null;
}

/**
 * The table with the units of its columns; those that none is given for may have any dimension.
 * @param data what the table was read from: units of columns that were left out do no harm
 * @throws InputError that names the column and what was read
 */
export async function withUnits(table: Table, units: Units | undefined, data: Data): Promise<Table> {
  if (units === undefined) return table;
  const labels = readFrame(data).columns.map(({ label }) => label);
  const parse = await unitParser();
  const dimensions = new Map(
    Object.entries(units).map(([label, unit]) => {
      if (labels.includes(label)) return [label, dimensionOf(label, unit, parse)];
      throw new InputError(
        `A unit is given for "${label}", but there is no such column.${didYouMean(label, labels)} The columns are ${list(labels)}.`,
      );
    }),
  );
  const named = (column: Column): Column =>
    dimensions.has(column.label) ? { ...column, unit: units[column.label] } : column;
  return {
    ...table,
    inputs: table.inputs.map(named),
    target: named(table.target),
    dimensions: {
      inputs: table.inputs.map(({ label }) => dimensions.get(label)),
      target: dimensions.get(table.target.label),
    },
  };
}

type Parser = (text: string) => MathUnit;

async function unitParser(): Promise<Parser> {
  const { create, unitDependencies, createUnitDependencies } = await import("mathjs");
  const math = create({ unitDependencies, createUnitDependencies });
  math.createUnit(MORE as never);
  return (text) => math.unit(text) as unknown as MathUnit;
}

function dimensionOf(label: string, text: string, parse: Parser): Dimension {
  if (typeof text !== "string") throw new InputError(`The unit of "${label}" must be text, not ${text}. ${EXAMPLES}`);
  const spelt = SPELLINGS.reduce((so, [from, to]) => so.replaceAll(from, to), text).trim();
  if (/^1?$/.test(spelt)) return PURE;
  let read: MathUnit;
  try {
    read = parse(spelt);
  } catch (error) {
    throw new InputError(
      `The unit of "${label}", "${text}", is not understood (${(error as Error).message.replace(/\.$/, "")}). ${EXAMPLES}`,
    );
  }
  if (read.value !== null && read.value !== 1) {
    throw new InputError(
      `The unit of "${label}", "${text}", has a number in it. Units tell dimensions only, and numbers are never converted: ` +
        "put the factor into the column.",
    );
  }
  const powers = read.dimensions.map((p, k) => (k === ANGLE ? 0 : p));
  const names = read.units.map(({ unit, prefix, power }) => [`${prefix.name}${unit.name}`, power] as const);
  return { powers, units: Object.fromEntries(names) };
}
