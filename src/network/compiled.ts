/** The network as two functions: its outputs, and the vector-Jacobian product behind any gradient. Float32, in the kernel. */
import { type Architecture, weightCount } from "./architecture.js";
import { Memory, type Pointer } from "./kernel/memory.js";
import { plan } from "./kernel/plan.js";

export class CompiledNetwork {
  private readonly memory = new Memory();
  private readonly net: Pointer;
  /** Weights of one replica. */
  readonly size: number;

  constructor(readonly architecture: Architecture) {
    this.net = plan(architecture, this.memory);
    this.size = weightCount(architecture);
  }

  /**
   * @param weights [replicas, size], laid out as architecture.ts says
   * @param x [points, inputs], the same for all replicas, or [replicas, points, inputs]
   * @returns [replicas, points, outputs]
   * @throws RangeError for lengths that don't fit
   */
  forward(weights: Float32Array, x: Float32Array, points: number): Float32Array {
    const { memory, net } = this;
    const { replicas, step, ins, outs } = this.sizes(weights, x, points);
    const mark = memory.mark();
    const [w, from, out] = [memory.store(weights), memory.store(x), memory.allocate(replicas * outs)];
    for (let r = 0; r < replicas; r++) {
      memory.kernel.forward(net, w + 4 * r * this.size, from + 4 * r * step * ins, points, out + 4 * r * outs);
    }
    const result = memory.view(out, replicas * outs).slice();
    memory.release(mark);
    return result;
  }

  /**
   * Gradients of Σ d·output, by the weights and, if wanted, by the inputs.
   * @param d [replicas, points, outputs]: a loss's derivatives by the outputs
   * @returns `weights` [replicas, size]; `x` as the argument x, summed over the replicas where they share it
   * @throws RangeError for lengths that don't fit
   */
  backward(
    weights: Float32Array,
    x: Float32Array,
    d: Float32Array,
    points: number,
    wanted: { readonly x: boolean } = { x: true },
  ): { weights: Float32Array; x: Float32Array | undefined } {
    const { memory, net } = this;
    const { replicas, step, ins, outs } = this.sizes(weights, x, points);
    if (d.length !== replicas * outs) throw new RangeError(`expected ${replicas * outs} derivatives, not ${d.length}`);
    const mark = memory.mark();
    const [w, from, by] = [memory.store(weights), memory.store(x), memory.store(d)];
    const gradient = memory.allocate(weights.length);
    const dx = wanted.x ? memory.allocate(x.length) : 0;
    for (let r = 0; r < replicas; r++) {
      const own = 4 * r * this.size;
      const at = 4 * r * step * ins;
      memory.kernel.backward(net, w + own, from + at, points, by + 4 * r * outs, gradient + own, dx && dx + at);
    }
    const result = {
      weights: memory.view(gradient, weights.length).slice(),
      x: dx ? memory.view(dx, x.length).slice() : undefined,
    };
    memory.release(mark);
    return result;
  }

  private sizes(weights: Float32Array, x: Float32Array, points: number) {
    const { inputs, outputs } = this.architecture;
    const replicas = weights.length / this.size;
    if (!Number.isInteger(replicas)) {
      throw new RangeError(`expected a multiple of ${this.size} weights, not ${weights.length}`);
    }
    const ins = points * inputs;
    if (x.length !== ins && x.length !== replicas * ins) {
      throw new RangeError(`expected ${points} points of ${inputs} inputs, not ${x.length} numbers`);
    }
    return { replicas, step: x.length === ins ? 0 : 1, ins, outs: points * outputs };
  }
}
