/** Adam. D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, arXiv:1412.6980. */
import { madd, splat } from "./math";

/**
 * One step down the gradient, in place.
 * @param count of the numbers in each list, which are whole vectors
 * @param rate with what corrects for both means' beginning at 0
 */
export function adam(
  values: usize, gradient: usize, means: usize, squares: usize, count: i32,
  rate: f32, meanDecay: f32, decay: f32, epsilon: f32,
): void {
  const rest = splat(1 - decay), meanRest = splat(1 - meanDecay);
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 16) {
    const g = v128.load(gradient + at);
    const m = madd(splat(meanDecay), v128.load(means + at), f32x4.mul(meanRest, g));
    const s = madd(splat(decay), v128.load(squares + at), f32x4.mul(rest, f32x4.mul(g, g)));
    v128.store(means + at, m);
    v128.store(squares + at, s);
    const change = f32x4.div(f32x4.mul(splat(rate), m), f32x4.add(f32x4.sqrt(s), splat(epsilon)));
    v128.store(values + at, f32x4.sub(v128.load(values + at), change));
  }
}

/**
 * Adds the price of each weight's size to its derivative, and shortens the gradient to `clip`; one that is no number any more
 * becomes 0.
 */
export function price(weights: usize, gradient: usize, count: i32, each: f32, clip: f32): void {
  const end = <usize>count << 2;
  let square: f32 = 0;
  for (let at: usize = 0; at < end; at += 4) {
    const w = load<f32>(weights + at);
    const g = load<f32>(gradient + at) + (w > 0 ? each : w < 0 ? -each : 0);
    store<f32>(gradient + at, g);
    square += g * g;
  }
  const factor = min<f32>(1, clip / sqrt(square));
  for (let at: usize = 0; at < end; at += 4) {
    store<f32>(gradient + at, square < Infinity ? factor * load<f32>(gradient + at) : 0);
  }
}
