/**
 * A fitted network seen by growth: its residual, and the tangent space of all its parameters. What a new part can explain
 * of the residual counts only as far as it leaves that space: the rest the present parameters could do as well.
 */
import { Circuit } from "./circuit.js";
import { type Fitter, Projection } from "./fit.js";
import type { Pointer } from "./kernel/memory.js";
import type { Affine } from "./network.js";

export class Tangent {
  readonly circuit: Circuit;
  /** Orthonormal columns of the tangent space, weighted, one after another. */
  readonly basis: Pointer;
  readonly count: number;
  /** Weighted residual and its norm. */
  readonly residual: Pointer;
  readonly norm: number;

  /** Lives in scratch memory: mark before, release after. `root` gets the output's weights solved for. */
  constructor(root: Affine, fitter: Fitter) {
    const { sample, grammar } = fitter;
    const { memory, n } = sample;
    const { kernel } = memory;
    this.circuit = new Circuit(root, sample, grammar);
    const projection = new Projection(this.circuit, sample);
    projection.solve();
    projection.jacobian(true);
    const inner = this.circuit.parameters.length;
    this.basis = memory.allocate((projection.count + inner) * n * 8);
    const ignored = memory.allocate((projection.count + inner) * 8 + 8);
    this.residual = projection.residual;
    this.norm = Math.sqrt(kernel.dot(this.residual, this.residual, n));
    kernel.copy(projection.basis, this.basis, projection.count * n);
    let count = projection.count;
    for (let p = 0; p < inner; p++) {
      const q = this.basis + count * n * 8;
      kernel.copy(this.circuit.jacobian + p * n * 8, q, n);
      if (orthonormalise(q, this.basis, count, ignored, fitter)) count++;
    }
    this.count = count;
  }
}

/** Takes the `count` columns of `basis` out of column q and scales it to norm 1; false where hardly anything is left of it. */
export function orthonormalise(
  q: Pointer,
  basis: Pointer,
  count: number,
  ignored: Pointer,
  { sample }: Fitter,
): boolean {
  const { n } = sample;
  const { kernel } = sample.memory;
  const before = kernel.dot(q, q, n);
  if (!(before < 1e280) || before < 1e-280) return false;
  const after = kernel.orthogonalise(basis, n * 8, count, q, ignored, n);
  if (after < 1e-12 * before) return false;
  kernel.scale(1 / Math.sqrt(after), q, q, n);
  return true;
}
