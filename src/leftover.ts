/** What a formula leaves over of the target: the sums that its description length and its errors are made of. */

/** What a law leaves over, in sums that add up over blocks of rows. */
export interface Leftover {
  rows: number;
  /** Squares of the residuals, weighted and as they are. */
  square: number;
  plain: number;
  /** Logarithms of the weights. */
  jacobian: number;
  /** Squares of the weighted target, and of the weighted rounding of its digits. */
  size: number;
  rounding: number;
  /** What the residuals cost to say, in nats, where that doesn't follow from their squares. */
  surprise?: number;
}

/**
 * @param weights rows of weight 0 do not count
 * @param steps see quanta; without them the digits of the target are not looked at
 */
export function leftover(
  target: Float64Array,
  values: Float64Array,
  weights: Float64Array | undefined,
  steps?: Float64Array,
): Leftover {
  const sum = { rows: 0, square: 0, plain: 0, jacobian: 0, size: 0, rounding: 0 };
  for (let i = 0; i < target.length; i++) {
    const w = weights ? weights[i] : 1;
    if (w === 0) continue;
    sum.rows++;
    const residual = target[i] - values[i];
    sum.square += (w * residual) ** 2;
    sum.plain += residual ** 2;
    sum.jacobian += Math.log(w);
    sum.size += (w * target[i]) ** 2;
    if (steps) sum.rounding += (w * steps[i]) ** 2 / 12;
  }
  return sum;
}
