/**
 * Adam on all variables at once: their gradients are put end to end, and the update of that one vector is dealt out again. tfjs's own
 * updates each variable by some fifteen operations of its own, which took a third of a training step here.
 * D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, arXiv:1412.6980.
 */
import type * as tf from "@tensorflow/tfjs-node";
import { tensorFlow, variableOf } from "../network/tensorflow.js";

const ADAM = {
  /** Decay of the mean of the gradients … */
  first: 0.9,
  /** … and of the mean of their squares. */
  second: 0.99,
  epsilon: 1e-8,
};

/** Variables that learn, and by what factor of the common learning rate. */
export interface Group {
  readonly variables: readonly tf.Variable[];
  readonly rate: number;
}

export class FlatAdam {
  private readonly variables: tf.Variable[];
  private readonly sizes: number[];
  /** Factor of each number's learning rate. */
  private readonly rates: tf.Tensor1D;
  private readonly mean: tf.Variable;
  private readonly square: tf.Variable;
  /** Steps done. With them and the two means another optimizer of the same variables can go on. */
  steps = 0;

  constructor(groups: readonly Group[]) {
    const tf = tensorFlow();
    this.variables = groups.flatMap(({ variables }) => variables);
    this.sizes = this.variables.map(({ size }) => size);
    const count = this.sizes.reduce((sum, size) => sum + size, 0);
    const rates = new Float32Array(count);
    let at = 0;
    for (const { variables, rate } of groups) {
      for (const { size } of variables) {
        rates.fill(rate, at, at + size);
        at += size;
      }
    }
    this.rates = tf.tensor1d(rates);
    this.mean = variableOf(() => tf.zeros([count]), false);
    this.square = variableOf(() => tf.zeros([count]), false);
  }

  /** One step down the gradient of `loss`; returns the loss before it. */
  minimize(loss: () => tf.Scalar, learningRate: number): number {
    const tf = tensorFlow();
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, this.variables);
      const gradient = tf.concat(this.variables.map(({ name, size }) => shaped(grads[name], [size])));
      this.steps++;
      this.mean.assign(this.mean.mul(ADAM.first).add(gradient.mul(1 - ADAM.first)));
      this.square.assign(this.square.mul(ADAM.second).add(gradient.square().mul(1 - ADAM.second)));
      // Both means begin at zero, hence the correction.
      const rate = (learningRate * Math.sqrt(1 - ADAM.second ** this.steps)) / (1 - ADAM.first ** this.steps);
      const change = this.mean.div(this.square.sqrt().add(ADAM.epsilon)).mul(this.rates).mul(rate);
      tf.split(change, this.sizes).forEach((part, i) => {
        const variable = this.variables[i];
        variable.assign(variable.sub(shaped(part, variable.shape)));
      });
      return value.dataSync()[0];
    });
  }

  /** The running means, of gradients and of their squares. */
  get tensors(): tf.Variable[] {
    return [this.mean, this.square];
  }

  dispose(): void {
    for (const tensor of [this.rates, this.mean, this.square]) tensor.dispose();
  }
}

/** In another shape, if it has another: for tfjs-node it costs as much as arithmetic with so few numbers. */
const shaped = (tensor: tf.Tensor, shape: number[]) => (tensor.rank === shape.length ? tensor : tensor.reshape(shape));
