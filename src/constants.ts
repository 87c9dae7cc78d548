/**
 * The constants of a formula: how well the data know each, and which were recognised. Each number of the tree is taken as a
 * parameter, its derivative found symbolically, and the errors are those of linear regression at the solution:
 * σ²·(JᵀJ)⁻¹ with the weighted residuals' mean square, or 1 where the measurement errors were given, for σ².
 */
import { differentiate } from "./expression/differentiate.js";
import { evaluate } from "./expression/evaluate.js";
import type { Expression } from "./expression/tree.js";
import { cholesky, invertFactored } from "./search/dense.js";
import { niceName, type Snapped } from "./search/snap.js";

/** A constant of a formula, in the order of its tree. */
export interface Constant {
  readonly value: number;
  /** Standard error; undefined where the data leave the constant undetermined, and for those recognised. */
  readonly error?: number;
  /** What a recognised constant is: "2π", "1/2". */
  readonly name?: string;
  /** Its unit, in those of the columns, where units were given and it has one: it is a constant of nature then. */
  readonly unit?: string;
  /** The fitted value before a constant was recognised, and its standard error then. */
  readonly before?: { readonly value: number; readonly error: number };
}

/** Rows that are looked at together. */
const BLOCK = 4096;
/** Two numbers this near to each other, relatively, are one. */
const SAME = 1e-12;

export interface Data {
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly rows: number;
  /** Row weights of some rows, from the first to before the second; undefined where all count alike. */
  weights(from: number, to: number): Float64Array | undefined;
  /** Mean square of the weighted residuals; undefined where the errors are known, and it should be 1. */
  readonly meanSquare: number | undefined;
}

/** @param units the unit of each number of the tree that has one */
export function constantsOf(
  tree: Expression,
  snapped: readonly Snapped[],
  data: Data,
  units: ReadonlyMap<Expression, string> = new Map(),
): Constant[] {
  const found: Constant[] = [];
  const parameters = new Map<string, number>();
  const free = new Set<string>();
  // Fitted numbers become variables of their own; whole exponents and recognised numbers stay what they are.
  const opened = mapNumbers(tree, (node, exponent) => {
    const { value } = node;
    if (exponent && Number.isInteger(value)) return undefined;
    if (Math.abs(value) === 1) return undefined;
    const hit = snapped.find(({ to }) => Math.abs(Math.abs(value) - Math.abs(to)) <= SAME * Math.abs(to));
    const name = niceName(value) ?? (hit && `${value}`);
    const before = hit && { value: Math.sign(value * hit.to) * hit.from, error: hit.error };
    const parameter = `constant ${found.length}`;
    const unit = units.get(node);
    found.push({ value, ...(name === undefined ? {} : { name, before }), ...(unit === undefined ? {} : { unit }) });
    if (name === undefined) free.add(parameter);
    else if (!hit) return undefined;
    // What was recognised is fixed now, but how well it was known is part of what is known of the others.
    parameters.set(parameter, value);
    return { kind: "variable", name: parameter };
  });
  const errors = standardErrors(opened, parameters, data);
  return found.map((constant, k) => {
    const error = free.has(`constant ${k}`) ? errors.get(`constant ${k}`) : undefined;
    return error === undefined ? constant : { ...constant, error };
  });
}

function standardErrors(
  tree: Expression,
  parameters: ReadonlyMap<string, number>,
  { columns, rows, weights, meanSquare }: Data,
): Map<string, number> {
  const names = [...parameters.keys()];
  const k = names.length;
  const errors = new Map<string, number>();
  if (k === 0 || rows <= k) return errors;
  const derivatives = names.map((name) => differentiate(tree, name));
  const gram = new Float64Array(k * k);
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(from + BLOCK, rows);
    const block: Record<string, Float64Array> = {};
    for (const [name, column] of Object.entries(columns)) block[name] = column.subarray(from, to);
    for (const [name, value] of parameters) block[name] = new Float64Array(to - from).fill(value);
    const w = weights(from, to);
    const jacobian = derivatives.map((derivative) => {
      const column = evaluate(derivative, block, to - from);
      return w ? column.map((v, i) => v * w[i]) : column;
    });
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < k; b++) gram[a * k + b] += jacobian[a].reduce((sum, v, i) => sum + v * jacobian[b][i], 0);
    }
  }
  const scale = names.map((_, a) => Math.sqrt(gram[a * k + a]));
  for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) gram[a * k + b] /= scale[a] * scale[b];
  if (!cholesky(gram, k)) return errors;
  const inverse = invertFactored(gram, k);
  const variance = meanSquare === undefined ? 1 : (meanSquare * rows) / (rows - k);
  names.forEach((name, a) => {
    const error = Math.sqrt(variance * inverse[a * k + a]) / scale[a];
    if (Number.isFinite(error)) errors.set(name, error);
  });
  return errors;
}

/** The tree with numbers replaced where `replace` gives something for them. */
function mapNumbers(
  tree: Expression,
  replace: (node: Extract<Expression, { kind: "number" }>, exponent: boolean) => Expression | undefined,
  exponent = false,
): Expression {
  const inside = (node: Expression) => mapNumbers(node, replace);
  switch (tree.kind) {
    case "number":
      return replace(tree, exponent) ?? tree;
    case "variable":
      return tree;
    case "sum":
      return { ...tree, terms: tree.terms.map(inside) };
    case "product":
      return { ...tree, factors: tree.factors.map(inside) };
    case "power":
      return { ...tree, base: inside(tree.base), exponent: mapNumbers(tree.exponent, replace, true) };
    case "call":
      return { ...tree, arguments: tree.arguments.map(inside) };
  }
}
