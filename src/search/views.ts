/**
 * Views of a table: in some columns that its inputs make, with a product in front. From each view there are steps to others in
 * one column less; which of them the rows bear out, symmetry.ts finds.
 */
import { range } from "../columns.js";
import { type Dimension, PURE, sameDimension, times } from "../units/dimension.js";
import { type Affine, affine, copyAffine, type Factor, factor, input, productOf, single } from "./network.js";
import { type Made, type SmallerProblem, smallerProblem } from "./smaller.js";
import type { Problem } from "./workbench.js";

/** Powers with which a column may be a factor, alone or before a function of its product with another. */
const POWERS = [1, -1, 2, -2];
/** From a view in more columns than this, no steps to products with a power of one of them in front: they are too many. */
const MOST_WITH_FRONT = 6;
/** Values of one sign over more than this factor are seen in logarithms. */
const WIDE = 30;

/** A column of a view: an input, or what some of them make. */
export interface Part extends Made {
  readonly dimension: Dimension | undefined;
  /** The rows of the search as a smooth function sees them. */
  readonly seen: Float64Array;
  /** Of a sum of squares: scale and dimension of its root. */
  readonly root?: { readonly scale: number; readonly dimension: Dimension | undefined };
  /** A product of positive parts upside down. */
  readonly turned?: () => Part;
}

/** The table seen in some columns, with a product in front. */
export interface View {
  readonly parts: readonly Part[];
  readonly front: readonly Factor[];
  /** Values of the front, on all rows. */
  readonly divisor: Float64Array;
  /** Of what is left of the target. */
  readonly dimension: Dimension | undefined;
}

/** A view in one column less: parts that go, the power of the first that comes in front, and what comes in their place. */
export interface Step {
  readonly gone: readonly number[];
  readonly power: number;
  readonly joined?: Part;
}

/** The table as it is. */
export function tableView({ inputs, target, scales, shifts, dimensions, searchRows }: Problem): View {
  return {
    parts: inputs.map((values, i) => {
      const as = single(input(i));
      return part(searchRows, { values, as, scale: scales[i], shift: shifts[i], dimension: dimensions?.inputs[i] });
    }),
    front: [],
    divisor: new Float64Array(target.length).fill(1),
    dimension: dimensions?.target,
  };
}

/** Every view in one column less. */
export function* stepsFrom({ parts }: View, { primitives, dimensions, searchRows: rows }: Problem): Generator<Step> {
  const inverse = primitives.includes("division") || primitives.includes("inverse");
  const positive = parts.map(({ values, shift }) => shift === 0 && values.every((v) => v > 0));
  const plain = parts.map(({ shift }) => shift === 0);
  for (const [i, is] of positive.entries()) {
    for (const power of POWERS) if (is && (power > 0 || inverse)) yield { gone: [i], power };
  }
  const alike = (a: Pick<Part, "dimension">, b: Pick<Part, "dimension">) =>
    a.dimension && b.dimension ? sameDimension(a.dimension, b.dimension) : !dimensions;
  const join = (i: number, j: number, joined: Part): Step => ({ gone: [i, j], power: 0, joined });
  for (const [i, a] of parts.entries()) {
    for (const [j, b] of parts.entries()) {
      if (i === j) continue;
      const multiplied = (p: number) => join(i, j, product(a, b, [1, p], inverse && positive[i] && positive[j], rows));
      if (plain[i] && plain[j]) {
        for (const p of POWERS) {
          if (p < 0 && !(inverse && positive[j])) continue;
          const step = multiplied(p);
          if (i < j || Math.abs(p) > 1) yield step;
          if (parts.length > MOST_WITH_FRONT) continue;
          for (const power of POWERS) if (positive[i] && (power > 0 || inverse)) yield { ...step, power };
        }
      }
      if (i > j) continue;
      for (const sign of alike(a, b) ? [1, -1] : []) yield join(i, j, sum(a, b, sign, rows));
      if (plain[i] && plain[j] && alike(a.root ?? a, b.root ?? b)) yield join(i, j, squares(a, b, rows));
    }
  }
}

/** The view after some steps that have no part in common. */
export function after(view: View, steps: readonly Step[]): View {
  const gone = new Set(steps.flatMap((step) => step.gone));
  return {
    ...steps.reduce((front, { gone: [i], power }) => withFront(front, view.parts[i], power), view),
    parts: [...view.parts.filter((_, k) => !gone.has(k)), ...steps.flatMap(({ joined }) => joined ?? [])],
  };
}

/** The same columns, with a power of one in front. */
export function withFront(view: View, by: Part, power: number): View {
  if (power === 0) return view;
  const { parts, front, divisor, dimension } = view;
  return {
    parts,
    front: [...front, factor(copyAffine(by.as), power)],
    divisor: divisor.map((m, row) => m * by.values[row] ** power),
    dimension: dimension && by.dimension && times(dimension, by.dimension, -power),
  };
}

/** The problem in the columns of a view. */
export function problemIn({ parts, front, divisor, dimension }: View, problem: Problem): SmallerProblem | undefined {
  const known = problem.dimensions && { inputs: parts.map((one) => one.dimension), target: dimension };
  return smallerProblem(problem, parts, { values: divisor, factors: front }, known);
}

/** a^p·b^q */
function product(a: Part, b: Part, [p, q]: readonly [number, number], turns: boolean, rows: number): Part {
  return part(rows, {
    values: a.values.map((v, row) => v ** p * b.values[row] ** q),
    as: single(productOf(factor(copyAffine(a.as), p), factor(copyAffine(b.as), q))),
    scale: a.scale ** p * b.scale ** q,
    shift: 0,
    dimension: a.dimension && b.dimension && times(times(PURE, a.dimension, p), b.dimension, q),
    turned: turns ? () => product(a, b, [-p, -q], turns, rows) : undefined,
  });
}

/** a ± b, in the user's units. */
function sum(a: Part, b: Part, sign: number, rows: number): Part {
  const unit = (sign * b.scale) / a.scale;
  return part(rows, {
    values: a.values.map((v, row) => v + unit * b.values[row]),
    as: added(a.as, b.as, unit),
    scale: a.scale,
    shift: a.shift + unit * b.shift,
    dimension: a.dimension,
  });
}

/** a² + b²; what is a sum of squares already is taken as it is, so that there are distances in space. */
function squares(a: Part, b: Part, rows: number): Part {
  const [first, second] = [a, b].map(({ values, as, root, scale, dimension }) =>
    root
      ? { values, as, root }
      : {
          values: values.map((v) => v * v),
          as: single(productOf(factor(copyAffine(as), 2))),
          root: { scale, dimension },
        },
  );
  const unit = (second.root.scale / first.root.scale) ** 2;
  const { scale, dimension } = first.root;
  return part(rows, {
    values: first.values.map((v, row) => v + unit * second.values[row]),
    as: added(first.as, second.as, unit),
    scale: scale * scale,
    shift: 0,
    dimension: dimension && times(PURE, dimension, 2),
    root: first.root,
  });
}

function added(a: Affine, b: Affine, by: number): Affine {
  const [one, other] = [copyAffine(a), copyAffine(b)];
  return affine([...one.links, ...other.links.map(({ weight, unit }) => ({ weight: by * weight, unit }))]);
}

function part(rows: number, made: Omit<Part, "seen">): Part {
  const values = made.values.slice(0, rows);
  const positive = made.shift === 0 && values.every((v) => v > 0);
  return { ...made, seen: positive && isWide(values) ? values.map(Math.log) : values };
}

/** Are the values of one sign, and over so wide a range that only their logarithms can be seen well? */
export function isWide(values: Float64Array): boolean {
  const oneSign = values.every((v) => v > 0) || values.every((v) => v < 0);
  const [least, largest] = range(values.map(Math.abs));
  return oneSign && largest > WIDE * least;
}
