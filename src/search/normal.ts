/**
 * The normal equations of a network in all its constants: what Gauss–Newton steps, standard errors and snapping need to know
 * of any number of rows. They add up over blocks of rows, so a table of any length takes the memory of one block.
 */
import { Circuit } from "./circuit.js";
import { type Fitter, Projection } from "./fit.js";
import type { Pointer } from "./kernel/memory.js";
import type { Affine } from "./network.js";

/** A constant of a network. */
export interface Constant {
  readonly get: () => number;
  readonly set: (value: number) => void;
}

/** A constant with the address of its column of the Jacobian, weighted. */
interface Column extends Constant {
  readonly column: Pointer;
}

export interface NormalEquations {
  /** The constants of the network they are for, k of them. */
  readonly constants: readonly Constant[];
  /** JᵀJ, k × k, and Jᵀr, for the weighted Jacobian J and the weighted residuals r. */
  readonly gram: Float64Array;
  readonly right: Float64Array;
  /** rᵀr */
  readonly error: number;
  readonly rows: number;
  /** (Weighted) mean square of the target about its mean. */
  readonly variance: number;
}

export type Equations = (root: Affine) => NormalEquations;

/** The equations on a fitter's rows. */
export const equationsOn =
  (fitter: Fitter): Equations =>
  (root) =>
    normalEquations(root, fitter);

function normalEquations(root: Affine, fitter: Fitter): NormalEquations {
  const { memory, n, variance } = fitter.sample;
  const { kernel } = memory;
  const mark = memory.mark();
  const { constants, residual } = constantsOf(root, fitter);
  const k = constants.length;
  const gram = new Float64Array(k * k);
  const right = new Float64Array(k);
  for (let a = 0; a < k; a++) {
    right[a] = kernel.dot(constants[a].column, residual, n);
    for (let b = 0; b <= a; b++) {
      gram[a * k + b] = kernel.dot(constants[a].column, constants[b].column, n);
      gram[b * k + a] = gram[a * k + b];
    }
  }
  const error = kernel.dot(residual, residual, n);
  memory.release(mark);
  return { constants, gram, right, error, rows: n, variance };
}

/** Adds the equations of some more rows; undefined for none yet. */
export function added(sum: NormalEquations | undefined, more: NormalEquations): NormalEquations {
  if (!sum) return more;
  more.gram.forEach((v, i) => {
    sum.gram[i] += v;
  });
  more.right.forEach((v, i) => {
    sum.right[i] += v;
  });
  return { ...sum, error: sum.error + more.error, rows: sum.rows + more.rows };
}

/** All constants of a network with their columns of the Jacobian, and the residual with the weights as they are. */
export function constantsOf(root: Affine, fitter: Fitter): { constants: Column[]; residual: Pointer } {
  const { sample, grammar } = fitter;
  const { memory, n, weights, ones, y } = sample;
  const { kernel } = memory;
  const circuit = new Circuit(root, sample, grammar);
  const projection = new Projection(circuit, sample);
  circuit.forward();
  projection.jacobian();
  const weighted = (column: number) => {
    const out = memory.column(n);
    if (weights) kernel.multiply(column, weights, out, n);
    else kernel.copy(column, out, n);
    return out;
  };
  const constants: Column[] = root.links.map((link, k) => ({
    get: () => link.weight,
    set: (value) => {
      link.weight = value;
    },
    column: weighted(circuit.top[k].value),
  }));
  if (root.biased) {
    constants.push({
      get: () => root.bias,
      set: (value) => {
        root.bias = value;
      },
      column: weighted(ones),
    });
  }
  circuit.parameters.forEach(({ get, set }, p) => {
    constants.push({ get, set, column: circuit.jacobian + p * n * 8 });
  });
  const residual = memory.column(n);
  kernel.copy(y, residual, n);
  kernel.axpy(-1, circuit.output(), residual, n);
  if (weights) kernel.multiply(residual, weights, residual, n);
  return { constants, residual };
}
