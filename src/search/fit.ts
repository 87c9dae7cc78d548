/**
 * The fit: variable projection with Kaufman's Jacobian, and Levenberg–Marquardt on what remains, in float64.
 *
 * The output's weights enter linearly: for any inner parameters they are solved for exactly (twice-orthogonalised
 * Gram–Schmidt), so Levenberg–Marquardt sees the inner parameters alone, and its Jacobian is the inner one with the span
 * of the output's columns projected out. Golub & Pereyra 2003; Kaufman 1975.
 */
import { Circuit } from "./circuit.js";
import { cholesky, solveFactored } from "./dense.js";
import type { Grammar } from "./grammar.js";
import type { Pointer } from "./kernel/memory.js";
import type { Affine } from "./network.js";
import type { Sample } from "./sample.js";

export interface FitOptions {
  /** Levenberg–Marquardt steps at most. */
  readonly steps: number;
  /** A step that lowers the error by less than this fraction counts as slow; two in a row end the fit. */
  readonly tolerance: number;
}

/** For every candidate: enough to see which are worth more. */
export const QUICK: FitOptions = { steps: 8, tolerance: 1e-2 };
/** For the best of a batch. */
export const THOROUGH: FitOptions = { steps: 60, tolerance: 2e-3 };
/** For candidates that have been shortened or are to be reported. */
export const FINAL: FitOptions = { steps: 60, tolerance: 1e-4 };
/** Only the output's weights. */
export const LINEAR: FitOptions = { steps: 0, tolerance: 1 };

const FIRST_DAMPING = 1e-2;
const TRIES = 6;

/** A circuit with its output solved for: what the fit leaves behind, for growth to look at. */
export class Projection {
  /** Orthonormal columns that span the output's, one after another. Dependent ones are zero. */
  readonly basis: Pointer;
  /** Number of columns of `basis`: a weight for each link of the output, and its bias. */
  readonly count: number;
  /** What is left of the (weighted) target. */
  readonly residual: Pointer;
  /** Links of the output in the order of their columns, −1 for its bias: those that no inner parameter moves come first. */
  private readonly order: number[];
  private readonly columns: Pointer;
  private readonly factor: Pointer;
  private readonly right: Pointer;
  private readonly solution: Pointer;
  /** How many columns are not moved, whether they are orthonormal already, and what they leave of the target. */
  private readonly still: number;
  private ready = false;
  private readonly left: Pointer;

  constructor(
    readonly circuit: Circuit,
    private readonly sample: Sample,
  ) {
    const { memory, n, ones } = sample;
    const { links, biased } = circuit.root;
    const indices = links.map((_, k) => k);
    const moved = (k: number) => circuit.top[k].moved;
    this.order = [...(biased ? [-1] : []), ...indices.filter((k) => !moved(k)), ...indices.filter(moved)];
    this.count = this.order.length;
    this.still = this.count - indices.filter(moved).length;
    this.basis = memory.allocate(this.count * n * 8);
    this.residual = memory.column(n);
    this.left = memory.column(n);
    this.factor = memory.allocate(this.count * this.count * 8);
    this.right = memory.allocate(this.count * 8);
    this.solution = memory.allocate(this.count * 8);
    this.columns = memory.allocate(this.count * 4);
    const columns = memory.viewInt(this.columns, this.count);
    this.order.forEach((k, i) => {
      columns[i] = k < 0 ? ones : circuit.top[k].value;
    });
  }

  /** Runs the circuit and solves for the output's weights; returns the sum of squared (weighted) residuals, Infinity if it has none. */
  solve(): number {
    const { memory, n, weights, y } = this.sample;
    const { kernel, f64 } = memory;
    const { basis, count, residual, left, still, factor, right, columns, solution, order, circuit } = this;
    circuit.forward();
    const reduce = (from: number, to: number) =>
      kernel.reduce(columns, from, to, count, weights ?? 0, basis, residual, factor, right, n) !== 0;
    if (!this.ready) {
      if (weights) kernel.multiply(y, weights, left, n);
      else kernel.copy(y, left, n);
      kernel.copy(left, residual, n);
      if (!reduce(0, still)) return Number.POSITIVE_INFINITY;
      kernel.copy(residual, left, n);
      this.ready = true;
    } else kernel.copy(left, residual, n);
    if (!reduce(still, count)) return Number.POSITIVE_INFINITY;
    kernel.substitute(factor, right, count, solution);
    const { root } = circuit;
    for (let i = 0; i < count; i++) {
      const weight = f64[(solution >> 3) + i];
      if (order[i] < 0) root.bias = weight;
      else root.links[order[i]].weight = weight;
    }
    return kernel.dot(residual, residual, n);
  }

  /**
   * Fills the circuit's Jacobian, with row weights; `solve` must have run.
   * @param everywhere see `Circuit.backward`
   */
  jacobian(everywhere = false): void {
    const { memory, n, weights } = this.sample;
    this.circuit.backward(everywhere);
    if (!weights) return;
    for (let p = 0; p < this.circuit.parameters.length; p++) {
      const column = this.circuit.jacobian + p * n * 8;
      memory.kernel.multiply(column, weights, column, n);
    }
  }
}

/** Fits candidates to a sample. */
export class Fitter {
  /** A sum of squares below this is zero but for rounding. */
  readonly floor: number;
  private readonly scratch: Float64Array[] = [];

  constructor(
    readonly sample: Sample,
    readonly grammar: Grammar,
  ) {
    this.floor = 1e-24 * sample.variance * sample.n;
  }

  /**
   * Fits all parameters of a network, in place.
   * @returns the sum of squared (weighted) residuals; Infinity where the network has no value on some row
   */
  fit(root: Affine, options: FitOptions): number {
    const { memory } = this.sample;
    const mark = memory.mark();
    const circuit = new Circuit(root, this.sample, this.grammar);
    const projection = new Projection(circuit, this.sample);
    const error = this.improve(projection, projection.solve(), options);
    memory.release(mark);
    return error;
  }

  /** Scratch array number `which`, kept from fit to fit: thousands of small arrays a second would keep the garbage collector busy. */
  private numbers(which: number, length: number): Float64Array {
    if (!(this.scratch[which]?.length >= length)) this.scratch[which] = new Float64Array(2 * length);
    return this.scratch[which];
  }

  private improve(projection: Projection, first: number, { steps, tolerance }: FitOptions): number {
    const { memory, n } = this.sample;
    const { kernel } = memory;
    const { parameters, jacobian } = projection.circuit;
    const p = parameters.length;
    if (p === 0 || steps === 0 || !Number.isFinite(first)) return first;
    const gramAt = memory.allocate(p * p * 8);
    const rightAt = memory.allocate(p * 8);
    const ignored = memory.allocate(projection.count * 8 + 8);
    // Nothing below allocates in the kernel's memory, so these views last.
    const [gram, right] = [memory.view(gramAt, p * p), memory.view(rightAt, p)];
    const [start, step, damped] = [this.numbers(0, p), this.numbers(1, p), this.numbers(2, p * p)];
    let error = first;
    let damping = FIRST_DAMPING;
    let slow = 0;
    for (let s = 0; s < steps && error > this.floor; s++) {
      projection.jacobian();
      kernel.projectAll(projection.basis, n * 8, projection.count, jacobian, p, ignored, n);
      kernel.normal(jacobian, n * 8, p, projection.residual, gramAt, rightAt, n);
      for (let k = 0; k < p; k++) {
        if (!(Math.abs(right[k]) < 1e200) || !(gram[k * p + k] < 1e250)) return error;
        start[k] = parameters[k].get();
      }
      let next = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < TRIES; attempt++) {
        for (let k = 0; k < p * p; k++) damped[k] = gram[k];
        for (let k = 0; k < p; k++) {
          step[k] = right[k];
          const diagonal = gram[k * p + k];
          damped[k * p + k] = diagonal < 1e-290 ? 1 : diagonal * (1 + damping + 1e-14);
        }
        if (!cholesky(damped, p)) {
          damping = Math.max(damping * 10, 1e-8);
          continue;
        }
        solveFactored(damped, step, p);
        for (let k = 0; k < p; k++) parameters[k].set(start[k] + step[k]);
        next = projection.solve();
        if (next < error) break;
        damping = Math.max(damping * 8, 1e-7);
        if (damping > 1e8) break;
      }
      if (!(next < error)) {
        for (let k = 0; k < p; k++) parameters[k].set(start[k]);
        return projection.solve();
      }
      damping = Math.max(damping * 0.1, 1e-12);
      slow = (error - next) / error < tolerance ? slow + 1 : 0;
      error = next;
      if (slow === 2) break;
    }
    return error;
  }

  /** Values of a network on the sample, with its own weights. NaN or infinity where it has none. */
  predict(root: Affine): Float64Array {
    const { memory, n } = this.sample;
    const mark = memory.mark();
    const values = memory.view(new Circuit(root, this.sample, this.grammar).output(), n).slice();
    memory.release(mark);
    return values;
  }
}
