/** Adam on numbers in the network's kernel. D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, arXiv:1412.6980. */
import type { Memory, Pointer } from "../network/kernel/memory.js";

const ADAM = {
  /** Decay of the mean of the gradients, and of the mean of their squares. */
  first: 0.9,
  second: 0.999,
  epsilon: 1e-8,
};

export class Adam {
  private readonly means: Pointer;
  private readonly squares: Pointer;
  private steps = 0;

  /** @param values and `gradient` blocks of `count` numbers each */
  constructor(
    private readonly memory: Memory,
    private readonly values: Pointer,
    private readonly gradient: Pointer,
    private readonly count: number,
  ) {
    this.means = memory.allocate(count);
    this.squares = memory.allocate(count);
  }

  /** One step down the gradient. */
  step(rate: number): void {
    const { first, second, epsilon } = ADAM;
    this.steps++;
    // Both means begin at zero, hence the correction.
    const corrected = (rate * Math.sqrt(1 - second ** this.steps)) / (1 - first ** this.steps);
    const { values, gradient, means, squares, count } = this;
    this.memory.kernel.adam(values, gradient, means, squares, count, corrected, first, second, epsilon);
  }
}
