/**
 * Primitives of the user's own: a name and a formula in u, such as { name: "lorentz", formula: "1/(1+u^2)" }, or in u and v
 * for one of two inputs. Value and derivatives come from the formula's tree, so nothing but data goes to the worker threads,
 * and nothing is evaluated as code.
 */
import { InputError } from "./errors.js";
import { arrowFormula } from "./expression/arrow.js";
import { children, substitute, variables } from "./expression/build.js";
import { differentiate } from "./expression/differentiate.js";
import { functionNamed } from "./expression/functions.js";
import { parse } from "./expression/parse.js";
import type { Expression } from "./expression/tree.js";
import type { SecondInput, Start, UnitFunction } from "./primitives.js";

/** A primitive of one's own: its name, and its formula as text or as an arrow function that could be such a text. */
export interface CustomPrimitive {
  readonly name: string;
  /** A formula in u, or in u and v: `"u/(u+v)"`. */
  readonly formula?: string;
  /** The same as a function whose body is one formula: `(u, v) => u / (u + v)`. Its text is read; it is never run by a worker. */
  readonly value?: (u: number, v: number) => number;
}

/** What a primitive of the user's own is to the search. */
export interface NamedFormula {
  readonly name: string;
  readonly formula: string;
}

/** Where the search first tries it, for an input scaled to a largest size of 1. */
const SLOPES = [0.5, 1, 2, 4, 8].flatMap((slope) => [slope, -slope]);
const BIASES = [0, 1, -1];
/** The same for two inputs: slopes of each, and constants in place of one. */
const PAIR_SLOPES = [0.5, 1, 2, 4];
const PAIR_BIASES = [0.3, 1, 3];
/** Of a homogeneous function only the ratio of its inputs counts. */
const RATIOS = [0.25, 0.5, 1, 2, 4];
/** Points at which a primitive must have a value somewhere. */
const PROBES = [-2, -1, -0.5, 0.1, 0.5, 1, 2];

/** The formula of a primitive. @throws InputError where it is missing, or is no formula */
export function formulaOf({ name, formula, value }: CustomPrimitive): NamedFormula {
  if (value === undefined) {
    if (typeof formula === "string") return { name, formula };
    throw new InputError(`The primitive "${name}" has no formula: { name: "${name}", formula: "1/(1+u^2)" }.`);
  }
  if (typeof value !== "function" || formula !== undefined) {
    throw new InputError(`Give the primitive "${name}" either a formula (text) or a value (a function).`);
  }
  try {
    return { name, formula: arrowFormula(value, ["u", "v"]) };
  } catch (error) {
    throw new InputError(
      `The function of the primitive "${name}" can't be read as a formula: ${(error as Error).message} ` +
        "Write it as one expression, such as (u) => 1 / (1 + u ** 2), with its constants as numbers.",
    );
  }
}

/** @throws InputError for a name or formula that can't be used */
export function unitOf({ name, formula }: NamedFormula): UnitFunction {
  const tree = parsed(name, formula);
  const value = numeric(tree);
  const derivative = numeric(differentiate(tree, "u"));
  const two = variables(tree).includes("v");
  const points = two ? PROBES.flatMap((u) => PROBES.map((v) => [u, v])) : PROBES.map((u) => [u]);
  if (!points.some((point) => Number.isFinite(value(...point)))) {
    throw new InputError(`The primitive "${name}" has no value between −2 and 2: check its formula ${formula}.`);
  }
  const grid = (slopes: readonly number[], biases: readonly number[]) =>
    slopes.flatMap((slope) => biases.map((bias) => [slope, bias] as const));
  const degree = degreeOf(value, points);
  return {
    name,
    value,
    derivative,
    expression: (u, v) => substitute(tree, two ? { u, v } : { u }),
    degree,
    biased: true,
    starts: two ? [] : grid(SLOPES, BIASES),
    coarse: two ? [] : grid(SLOPES, [0]),
    inner: two ? [] : grid([1, 2, -1, -2], [0]),
    second: two ? secondInput(tree, value, points, degree) : undefined,
  };
}

function parsed(name: string, formula: string): Expression {
  let tree: Expression;
  try {
    tree = parse(formula);
  } catch (error) {
    throw new InputError(`The formula of the primitive "${name}" can't be read: ${(error as Error).message}`);
  }
  const names = variables(tree);
  const others = names.filter((variable) => variable !== "u" && variable !== "v");
  if (others.length > 0) {
    throw new InputError(
      `The formula of the primitive "${name}" may have the variables u and v only, not ${others.join(", ")}.`,
    );
  }
  if (!names.includes("u")) throw new InputError(`The formula of the primitive "${name}" has no u in it.`);
  return tree;
}

type Numeric = (...inputs: number[]) => number;

/** The tree as a function of u and v. */
function numeric(tree: Expression): Numeric {
  const parts = children(tree).map(numeric);
  switch (tree.kind) {
    case "number":
      return () => tree.value;
    case "variable":
      return tree.name === "u" ? (u) => u : (_, v) => v;
    case "sum":
      return (u, v) => parts.reduce((sum, part) => sum + part(u, v), 0);
    case "product":
      return (u, v) => parts.reduce((product, part) => product * part(u, v), 1);
    case "power": {
      const [base, exponent] = parts;
      return (u, v) => base(u, v) ** exponent(u, v);
    }
    case "call": {
      const { value } = functionNamed(tree.primitive);
      const [argument] = parts;
      return (u, v) => value(argument(u, v));
    }
  }
}

function secondInput(tree: Expression, value: Numeric, points: number[][], degree: number | undefined): SecondInput {
  const same = (f: (u: number, v: number) => number[], signs: readonly number[]) =>
    signs.some((sign) => points.every(([u, v]) => close(value(...f(u, v)), sign * value(u, v))));
  const symmetric = same((u, v) => [v, u], [1]);
  // Where turning an input around turns the value around at most, one sign of its slope is enough.
  const signs = (f: (u: number, v: number) => number[]) => (same(f, [1, -1]) ? [1] : [1, -1]);
  const first = signs((u, v) => [-u, v]);
  const second = signs((u, v) => [u, -v]);
  const signed = (values: readonly number[], signs: readonly number[]) =>
    values.flatMap((value) => signs.map((sign) => sign * value));
  const starts: (readonly [Start, Start])[] = [];
  const both = (
    us: readonly number[],
    vs: readonly number[],
    start: (u: number, v: number) => readonly [Start, Start],
  ) =>
    us.forEach((u) => {
      for (const v of vs) starts.push(start(u, v));
    });
  const us = signed(degree === undefined ? PAIR_SLOPES : [1], first);
  const vs = signed(degree === undefined ? PAIR_SLOPES : RATIOS, second);
  both(us, vs, (u, v) => [
    [u, 0],
    [v, 0],
  ]);
  both(us, signed(PAIR_BIASES, second), (u, v) => [
    [u, 0],
    [0, v],
  ]);
  if (!symmetric)
    both(signed(PAIR_BIASES, first), vs, (u, v) => [
      [0, u],
      [v, 0],
    ]);
  return { derivative: numeric(differentiate(tree, "v")), symmetric, starts };
}

/** The degree of a homogeneous function; undefined for any other. */
function degreeOf(value: Numeric, points: readonly number[][]): number | undefined {
  const known = points.filter((point) => Math.abs(value(...point)) > 1e-12 && Number.isFinite(value(...point)));
  if (known.length < 3) return undefined;
  const scaled = (point: readonly number[], s: number) => value(...point.map((u) => s * u));
  const degree = Math.round(2 * Math.log2(scaled(known[0], 2) / value(...known[0]))) / 2;
  const holds = [2, 0.3].every((s) => known.every((point) => close(scaled(point, s), s ** degree * value(...point))));
  return holds ? degree : undefined;
}

/** Equal but for rounding, or both without a value. */
const close = (a: number, b: number) =>
  Number.isFinite(a) && Number.isFinite(b)
    ? Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-12
    : Object.is(a, b) || !(Number.isFinite(a) || Number.isFinite(b));
