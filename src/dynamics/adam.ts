/** Adam on numbers that lie in one array. D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, arXiv:1412.6980. */

const ADAM = {
  /** Decay of the mean of the gradients, and of the mean of their squares. */
  first: 0.9,
  second: 0.999,
  epsilon: 1e-8,
};

export class Adam {
  private readonly mean: Float32Array;
  private readonly square: Float32Array;
  private steps = 0;

  constructor(count: number) {
    this.mean = new Float32Array(count);
    this.square = new Float32Array(count);
  }

  /** One step down the gradient, in place. */
  step(values: Float32Array, gradient: Float32Array, rate: number): void {
    const { mean, square } = this;
    const { first, second, epsilon } = ADAM;
    this.steps++;
    // Both means begin at zero, hence the correction.
    const corrected = (rate * Math.sqrt(1 - second ** this.steps)) / (1 - first ** this.steps);
    for (let i = 0; i < mean.length; i++) {
      const g = gradient[i];
      mean[i] = first * mean[i] + (1 - first) * g;
      square[i] = second * square[i] + (1 - second) * g * g;
      values[i] -= (corrected * mean[i]) / (Math.sqrt(square[i]) + epsilon);
    }
  }
}
