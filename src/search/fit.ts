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
/** A norm beyond this can't be squared and summed any more: the candidate is refused. */
const HUGE = 1e280;

/** A circuit with its output solved for: what the fit leaves behind, for growth to look at. */
export class Projection {
  /** Orthonormal columns that span the output's, one after another. Dependent ones are zero. */
  readonly basis: Pointer;
  /** Number of columns of `basis`: a weight for each link of the output, and its bias. */
  readonly count: number;
  /** What is left of the (weighted) target. */
  readonly residual: Pointer;
  private readonly factor: Pointer;
  private readonly right: Float64Array;
  private readonly dependent: Uint8Array;

  constructor(
    readonly circuit: Circuit,
    private readonly sample: Sample,
  ) {
    const { memory, n } = sample;
    this.count = circuit.root.links.length + (circuit.root.biased ? 1 : 0);
    this.basis = memory.allocate(this.count * n * 8);
    this.residual = memory.column(n);
    this.factor = memory.allocate(this.count * this.count * 8 + 8);
    this.right = new Float64Array(this.count);
    this.dependent = new Uint8Array(this.count);
  }

  /** Runs the circuit and solves for the output's weights; returns the sum of squared (weighted) residuals, Infinity if it has none. */
  solve(): number {
    const { memory, n, weights, ones, y } = this.sample;
    const { kernel } = memory;
    const { basis, count, residual, factor, right, dependent, circuit } = this;
    const { root } = circuit;
    circuit.forward();
    if (weights) kernel.multiply(y, weights, residual, n);
    else kernel.copy(y, residual, n);
    memory.view(factor, count * count).fill(0);
    dependent.fill(0);
    for (let k = 0; k < count; k++) {
      const q = basis + k * n * 8;
      const column = k < root.links.length ? circuit.top[k].value : ones;
      if (weights) kernel.multiply(column, weights, q, n);
      else kernel.copy(column, q, n);
      const before = kernel.dot(q, q, n);
      if (!(before < HUGE)) return Number.POSITIVE_INFINITY;
      // Row k of the factor, transposed: what each earlier column had in this one.
      const row = factor + k * count * 8;
      if (before > 1 / HUGE) {
        kernel.project(basis, n * 8, k, q, row, n);
        kernel.project(basis, n * 8, k, q, row, n);
      }
      const after = kernel.dot(q, q, n);
      if (!(after > before * 1e-22) || !(before > 1 / HUGE)) {
        dependent[k] = 1;
        kernel.fill(q, 0, n);
        continue;
      }
      const norm = Math.sqrt(after);
      memory.f64[(row >> 3) + k] = norm;
      kernel.scale(1 / norm, q, q, n);
      right[k] = kernel.dot(q, residual, n);
      kernel.axpy(-right[k], q, residual, n);
    }
    this.substitute();
    return kernel.dot(residual, residual, n);
  }

  private substitute(): void {
    const { count, right, dependent } = this;
    const { root } = this.circuit;
    const r = this.sample.memory.view(this.factor, count * count);
    const weights = new Float64Array(count);
    for (let k = count - 1; k >= 0; k--) {
      if (dependent[k]) continue;
      let s = right[k];
      for (let j = k + 1; j < count; j++) s -= r[j * count + k] * weights[j];
      weights[k] = s / r[k * count + k];
    }
    for (let k = 0; k < root.links.length; k++) root.links[k].weight = weights[k];
    if (root.biased) root.bias = weights[count - 1];
  }

  /** Fills the circuit's Jacobian, with row weights; `solve` must have run. */
  jacobian(): void {
    const { memory, n, weights } = this.sample;
    this.circuit.backward();
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
      for (let k = 0; k < p; k++) {
        kernel.project(projection.basis, n * 8, projection.count, jacobian + k * n * 8, ignored, n);
      }
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
