/** What a search gives back: candidates that predict and print themselves, and the figure. */

import type { Constant } from "./constants.js";
import { variables } from "./expression/build.js";
import { evaluate } from "./expression/evaluate.js";
import { toJavaScript } from "./expression/javascript.js";
import { toMathML } from "./expression/mathml.js";
import { toPython } from "./expression/python.js";
import { toTeX } from "./expression/tex.js";
import { toText } from "./expression/text.js";
import type { Expression } from "./expression/tree.js";
import type { NoiseKind } from "./noise.js";
import { type Displayable, jupyterDisplay } from "./notebook/display.js";
import type { Figure } from "./notebook/figure.js";
import { candidateBundle, resultBundle } from "./notebook/law.js";
import { plotResult } from "./plot.js";
import { type PredictionData, predictionColumns } from "./prediction.js";
import type { Table } from "./table.js";
import type { Verdict } from "./verdict.js";

/** One formula of the Pareto front. */
export interface Candidate extends Displayable {
  /** The formula as nerdamer and JavaScript-minded people read it, such as "x^2+sin(6.2831853*y)"; all digits. */
  readonly expression: string;
  /** Nodes of the expression tree. */
  readonly complexity: number;
  /** Mean square of the residuals on the training data, in the target's units squared. */
  readonly mse: number;
  /**
   * How much the step from the next simpler formula of the front is worth: by how much it lowers the logarithm of the error
   * for each node it adds. 0 for the simplest.
   */
  readonly score: number;
  /** Its constants: standard errors, names of those recognised, and what they were before. */
  readonly constants: Constant[];
  /** The expression tree. */
  readonly tree: Expression;
  /**
   * The formula's values for a DataFrame, rows (`[{ x: 1 }, …]`) or columns (`{ x: [1, …] }`) of its inputs, by the names
   * in the table.
   * NaN where the formula has no value.
   * @throws InputError for a missing input
   */
  predict(rows: PredictionData): number[];
  /** TeX, constants to 6 significant digits unless told otherwise. */
  toTeX(options?: { digits?: number }): string;
  toMathML(options?: { digits?: number }): string;
  /** Source of an arrow function of the inputs, in the table's order. */
  toJavaScript(): string;
  /** Source of a lambda on numpy arrays, of the inputs in the table's order. */
  toPython(): string;
}

/** One training of the paper's method. */
export interface Restart {
  /** Its number, from 0. */
  readonly restart: number;
  /** The formula as the paper reads it off the weights. */
  readonly published: Candidate;
  /** What the search's fit, prune and snap make of it; undefined where it is too large for that, or has no value on some row. */
  readonly polished: Candidate | undefined;
}

/** What `discover` found. */
export interface Result extends Displayable {
  /** The candidate with the shortest description. */
  readonly best: Candidate;
  /** The Pareto front, simplest first. */
  readonly front: Candidate[];
  /** "exact" (to rounding), "law" (nothing but noise is left), "approximation" (structure is left in the residuals). */
  readonly verdict: Verdict;
  /** The kind of errors the data turned out to have, or were said to have. */
  readonly noise: NoiseKind;
  /** Numbers (from 1) of the rows that were set aside because no law of the others comes near them. */
  readonly setAside: number[];
  readonly warnings: string[];
  /** Of the paper's method: what each restart came to, the smallest error in training first; left out where no formula could be read. */
  readonly restarts?: Restart[];
  /** Name of the target in formulas. */
  readonly target: string;
  /** Seconds the search took. */
  readonly seconds: number;
  /** A Plotly figure: data and law, beyond the data's range. */
  plot(): Figure;
}

/** What a candidate is made of. */
interface Ingredients {
  readonly tree: Expression;
  readonly complexity: number;
  readonly score: number;
  readonly constants: () => Constant[];
}

/** What takes a pass through all rows is computed when it is asked for: of a large table's front most is never looked at. */
export function makeCandidate(ingredients: Ingredients, { inputs, target }: Table): Candidate {
  const { tree, complexity, score } = ingredients;
  const names = inputs.map(({ name }) => name);
  const columns = Object.fromEntries(inputs.map(({ name, values }) => [name, values]));
  const constants = once(ingredients.constants);
  const mse = once(() => meanSquare(tree, columns, target.values));
  const candidate: Candidate = {
    expression: toText(tree),
    complexity,
    score,
    get constants() {
      return constants();
    },
    get mse() {
      return mse();
    },
    tree,
    predict(rows) {
      const { columns, count } = predictionColumns(rows, inputs, tree);
      return Array.from(evaluate(tree, columns, count));
    },
    toTeX: (options) => toTeX(tree, options),
    toMathML: (options) => toMathML(tree, options),
    toJavaScript: () => toJavaScript(tree, names),
    toPython: () => toPython(tree, names),
    [jupyterDisplay]: () => candidateBundle(candidate),
  };
  return candidate;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Rows that are looked at together. */
const BLOCK = 4096;

function meanSquare(tree: Expression, columns: Readonly<Record<string, Float64Array>>, target: Float64Array): number {
  let sum = 0;
  const names = variables(tree);
  for (let from = 0; from < target.length; from += BLOCK) {
    const part = (column: Float64Array) => column.subarray(from, from + BLOCK);
    const block = Object.fromEntries(names.map((name) => [name, part(columns[name])]));
    const measured = part(target);
    const values = evaluate(tree, block, measured.length);
    for (let i = 0; i < values.length; i++) sum += (measured[i] - values[i]) ** 2;
  }
  return sum / target.length;
}

type Parts = Omit<Result, "plot" | "target" | typeof jupyterDisplay>;

export function makeResult(parts: Parts, table: Table): Result {
  const result = { ...parts, target: table.target.name };
  return { ...result, plot: () => plotResult({ ...result, table }), [jupyterDisplay]: () => resultBundle(result) };
}
