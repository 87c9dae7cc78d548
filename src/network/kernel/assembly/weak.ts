/**
 * Many networks at once (heads) as laws of motion: their residuals in the weak form on windows of series, and the gradients of
 * their mean squares. A chunk holds four whole windows, so that it goes forward, through the integral and back in the
 * first-level cache; a vector of a chunk is one row of all four, so that integrals are sums of vectors. What latents add to a
 * layer is the same in all rows of a window, and is computed once. See src/dynamics/weak.ts.
 */
import { madd, splat } from "./math";
import { bytesOf, chunkBackward, chunkForward, inputsOf, layerOf, outputsOf, transposeAll } from "./net";
import { ROW, sumRows, total } from "./product";
import { Layer, Net, Windows } from "./records";

/** Puts the windows' rows, each in its lane, and what their states do from the first row on, in units of their rates. */
export function loadWindows(net: Net, t: Windows): void {
  const states = <usize>(net.inputs - t.latents), row = states << 2;
  const apart = t.map ? row : row << 1;
  for (let w: usize = 0; w < <usize>t.windows; w++) {
    const from = <usize>load<u32>(t.first + (w << 2));
    const chunk = w >> 2, lane = (w & 3) << 2;
    const x = t.x + chunk * <usize>net.inputs * ROW + lane;
    const targets = t.targets + ((chunk * states * <usize>t.count) << 4) + lane;
    for (let k: usize = 0; k < states; k++) {
      const own = from + (k << 2);
      for (let i: usize = 0; i < <usize>t.rows; i++) store<f32>(x + k * ROW + (i << 4), load<f32>(own + i * row));
      const start = load<f32>(own), unit = load<f32>(t.units + (k << 2));
      const to = targets + ((k * <usize>t.count) << 4);
      for (let j: usize = 0; j < <usize>t.count; j++) store<f32>(to + (j << 4), (load<f32>(own + j * apart) - start) * unit);
    }
  }
}

/** Fills in the gradients, by the weights and by the latents of each window, and each head's loss. */
export function weakGradients(net: Net, t: Windows): void {
  const states = net.inputs - t.latents, common = t.latents + 1;
  const points = <usize>t.rows << 4;
  const bytes = bytesOf(4 * t.rows);
  for (let h = 0; h < t.heads; h++) {
    const own = <usize>h * t.size;
    const weights = t.weights + own, gradient = t.gradient + own;
    let x = t.x, targets = t.targets, byLatents = t.byLatents;
    let loss: f64 = 0;
    memory.fill(gradient, 0, t.size);
    memory.fill(t.sums, 0, (<usize>t.columns * common) << 4);
    transposeAll(net, weights);
    for (let done = 0; done < t.windows; done += 4) {
      const z = x + <usize>states * ROW;
      memory.copy(inputsOf(net), x, <usize>states * ROW);
      startsOf(net, t, weights, z);
      chunkForward(net, weights, bytes, common, t.starts);
      const there = lanes(t.windows - done);
      let f = outputsOf(net), sum = splat(0);
      for (let k = 0; k < net.outputs; k++, f += ROW, targets += <usize>t.count << 4) {
        sum = f32x4.add(sum, t.map ? sums(t, f, targets, there) : simpson(t, f, targets, there));
        if (bytes > points) v128.store(f + points, splat(0));
      }
      loss += <f64>total(sum);
      chunkBackward(net, gradient, false, bytes, common);
      throughCommon(net, t, weights, z, byLatents, bytes);
      byLatents += <usize>t.latents << 4;
      x += <usize>net.inputs * ROW;
    }
    gatherCommon(net, t, gradient);
    store<f64>(t.losses + (<usize>h << 3), loss);
  }
}

/** The weights of the first of the inputs that a window's points have in common: its latents, and the 1 behind them. */
// @ts-ignore: decorator
@inline
function commonOf(layer: Layer, common: i32): usize {
  return layer.offset + (<usize>((layer.rows - common) * layer.columns) << 2);
}

/** What latents and the 1 add to the pre-activations, the same in all rows of a window. */
function startsOf(net: Net, t: Windows, weights: usize, z: usize): void {
  let to = t.starts;
  for (let k = 0; k <= net.layers; k++) {
    const layer = layerOf(net, k), apart = <usize>layer.columns << 2;
    let w = weights + commonOf(layer, t.latents + 1);
    for (const end = w + apart; w < end; w += 4, to += 16) {
      let sum = v128.load32_splat(w + <usize>t.latents * apart);
      for (let l: usize = 0; l < <usize>t.latents; l++) {
        sum = madd(v128.load32_splat(w + l * apart), v128.load(z + l * ROW), sum);
      }
      v128.store(to, sum);
    }
  }
}

/** Back from the pre-activations' derivatives to latents and their weights, which see only the sum over a window. */
function throughCommon(net: Net, t: Windows, weights: usize, z: usize, byLatents: usize, bytes: usize): void {
  let to = t.sums;
  for (let k = 0; k <= net.layers; k++) {
    const layer = layerOf(net, k), apart = <usize>layer.columns << 2;
    let w = weights + commonOf(layer, t.latents + 1), from = t.starts;
    sumRows(ROW, 2, layer.g, layer.columns, bytes, from); // the starts are used up
    for (const end = w + apart; w < end; w += 4, from += 16) {
      const sum = v128.load(from);
      for (let l: usize = 0; l < <usize>t.latents; l++, to += 16) {
        v128.store(to, madd(sum, v128.load(z + l * ROW), v128.load(to)));
        const by = byLatents + (l << 4);
        v128.store(by, madd(v128.load32_splat(w + l * apart), sum, v128.load(by)));
      }
      v128.store(to, f32x4.add(sum, v128.load(to)));
      to += 16;
    }
  }
}

/** The gradient by the weights of latents and 1, from its sums over all chunks. */
function gatherCommon(net: Net, t: Windows, gradient: usize): void {
  let from = t.sums;
  for (let k = 0; k <= net.layers; k++) {
    const layer = layerOf(net, k), apart = <usize>layer.columns << 2;
    let g = gradient + commonOf(layer, t.latents + 1);
    for (const end = g + apart; g < end; g += 4) {
      for (let l: usize = 0; l <= <usize>t.latents; l++, from += 16) store<f32>(g + l * apart, total(v128.load(from)));
    }
  }
}

/** Ones in the first `n` lanes. */
function lanes(n: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n));
}

/**
 * The law's values f along a window: their integral by Simpson's rule up to every other row, less its mean, from the targets.
 * Returns the sum of squares; in place of f come its derivatives. All of it for the windows that are `there`.
 */
function simpson(t: Windows, f: usize, targets: usize, there: v128): v128 {
  const third = splat(t.step / 3), scale = splat(t.scale), four = splat(4);
  const last = <usize>(t.count - 1);
  let sum = splat(0), mean = f32x4.mul(scale, v128.load(targets));
  v128.store(t.room, mean);
  let at = f, before = v128.load(f);
  for (let j: usize = 1; j <= last; j++, at += 32) {
    const next = v128.load(at, 32);
    sum = madd(third, madd(four, v128.load(at, 16), f32x4.add(before, next)), sum);
    before = next;
    const u = f32x4.mul(scale, f32x4.sub(v128.load(targets + (j << 4)), sum));
    mean = f32x4.add(mean, u);
    v128.store(t.room + (j << 4), u);
  }
  mean = f32x4.mul(mean, splat(1 / <f32>t.count));
  const slope = v128.and(splat(t.slope * t.step / 3), there);
  let loss = splat(0), tail = splat(0);
  for (let j = last; j > 0; j--, at -= 32) {
    const u = f32x4.sub(v128.load(t.room + (j << 4)), mean);
    loss = madd(u, u, loss);
    const next = f32x4.mul(slope, u);
    v128.store(at, f32x4.add(f32x4.add(tail, tail), next));
    tail = f32x4.add(tail, next);
    v128.store(at - 16, f32x4.mul(four, tail));
  }
  v128.store(f, tail);
  const u = f32x4.sub(v128.load(t.room), mean);
  return v128.and(madd(u, u, loss), there);
}

/** The same for maps, whose values are increments: running sums at every row. */
function sums(t: Windows, f: usize, targets: usize, there: v128): v128 {
  const scale = splat(t.scale), last = <usize>(t.count - 1);
  let sum = splat(0), mean = f32x4.mul(scale, v128.load(targets));
  v128.store(t.room, mean);
  for (let j: usize = 1; j <= last; j++) {
    sum = f32x4.add(sum, v128.load(f + ((j - 1) << 4)));
    const u = f32x4.mul(scale, f32x4.sub(v128.load(targets + (j << 4)), sum));
    mean = f32x4.add(mean, u);
    v128.store(t.room + (j << 4), u);
  }
  mean = f32x4.mul(mean, splat(1 / <f32>t.count));
  const slope = v128.and(splat(t.slope), there);
  let loss = splat(0), tail = splat(0);
  for (let j: usize = last; j > 0; j--) {
    const u = f32x4.sub(v128.load(t.room + (j << 4)), mean);
    loss = madd(u, u, loss);
    tail = madd(slope, u, tail);
    v128.store(f + ((j - 1) << 4), tail);
  }
  const u = f32x4.sub(v128.load(t.room), mean);
  return v128.and(madd(u, u, loss), there);
}
