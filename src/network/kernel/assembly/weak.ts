/**
 * Many networks at once (heads) as laws of motion: their residuals in the weak form on windows of series, and the gradients of
 * their mean squares. A chunk holds whole windows, so that it goes forward, through the integral and back in the first-level
 * cache. See src/dynamics/weak.ts.
 */
import { chunkBackward, chunkForward, inputsOf, layerOf, outputsOf, bytesOf, transposeAll } from "./net";
import { ROW } from "./product";
import { Net, Windows } from "./records";

/** Fills in the gradients, by the weights and by the latents of each window, and each head's loss. */
export function weakGradients(net: Net, t: Windows): void {
  for (let h = 0; h < t.heads; h++) {
    const own = <usize>h * t.size;
    const weights = t.weights + own, gradient = t.gradient + own;
    let x = t.x, targets = t.targets, byLatents = t.byLatents;
    let loss: f64 = 0;
    memory.fill(gradient, 0, t.size);
    transposeAll(net, weights);
    for (let done = 0; done < t.windows; done += t.together) {
      const windows = min(t.together, t.windows - done);
      const bytes = bytesOf(windows * t.rows);
      memory.copy(inputsOf(net), x, <usize>net.inputs * ROW);
      chunkForward(net, weights, bytes);
      for (let w = 0; w < windows; w++) {
        let f = outputsOf(net) + (<usize>(w * t.rows) << 2);
        for (let k = 0; k < net.outputs; k++, f += ROW, targets += <usize>t.count << 2) {
          loss += t.map ? sums(t, f, targets) : simpson(t, f, targets);
        }
      }
      const points = <usize>(windows * t.rows) << 2;
      for (let k = 0; k < net.outputs; k++) memory.fill(outputsOf(net) + <usize>k * ROW + points, 0, bytes - points);
      chunkBackward(net, gradient, true, bytes);
      for (let w = 0; w < windows; w++) {
        for (let l = net.inputs - t.latents; l < net.inputs; l++, byLatents += 4) {
          store<f32>(byLatents, load<f32>(byLatents) + byInput(net, l, w * t.rows, t.rows));
        }
      }
      x += <usize>net.inputs * ROW;
    }
    store<f64>(t.losses + (<usize>h << 3), loss);
  }
}

/** The derivative by an input that a window's points share. */
function byInput(net: Net, input: i32, first: i32, rows: i32): f32 {
  let sum: f32 = 0;
  for (let k = 0; k <= net.layers; k++) {
    const layer = layerOf(net, k);
    let at = layer.back + <usize>(layer.before + input) * ROW + (<usize>first << 2);
    for (const end = at + (<usize>rows << 2); at < end; at += 4) sum += load<f32>(at);
  }
  return sum;
}

/**
 * The law's values f along a window: their integral by Simpson's rule up to every other row, less its mean, from the targets.
 * Returns the sum of squares; in place of f come its derivatives.
 */
function simpson(t: Windows, f: usize, targets: usize): f64 {
  const third = t.step / 3, scale = t.scale;
  const last = t.count - 1;
  let sum: f32 = 0, mean = scale * load<f32>(targets);
  store<f32>(t.room, mean);
  let at = f;
  for (let j = 1; j <= last; j++, at += 8) {
    sum += third * (load<f32>(at) + 4 * load<f32>(at, 4) + load<f32>(at, 8));
    const u = scale * (load<f32>(targets + (<usize>j << 2)) - sum);
    mean += u;
    store<f32>(t.room + (<usize>j << 2), u);
  }
  mean /= <f32>t.count;
  const slope = t.slope * third;
  let loss: f32 = 0, tail: f32 = 0;
  for (let j = last; j > 0; j--, at -= 8) {
    const u = load<f32>(t.room + (<usize>j << 2)) - mean;
    loss += u * u;
    const next = slope * u;
    store<f32>(at, tail + tail + next);
    tail += next;
    store<f32>(at - 4, 4 * tail);
  }
  store<f32>(f, tail);
  const u = load<f32>(t.room) - mean;
  return <f64>(loss + u * u);
}

/** The same for maps, whose values are increments: running sums at every row. */
function sums(t: Windows, f: usize, targets: usize): f64 {
  const scale = t.scale, last = <usize>(t.count - 1);
  let sum: f32 = 0, mean = scale * load<f32>(targets);
  store<f32>(t.room, mean);
  for (let j: usize = 1; j <= last; j++) {
    sum += load<f32>(f + ((j - 1) << 2));
    const u = scale * (load<f32>(targets + (j << 2)) - sum);
    mean += u;
    store<f32>(t.room + (j << 2), u);
  }
  mean /= <f32>t.count;
  let loss: f32 = 0, tail: f32 = 0;
  for (let j: usize = last; j > 0; j--) {
    const u = load<f32>(t.room + (j << 2)) - mean;
    loss += u * u;
    tail += t.slope * u;
    store<f32>(f + ((j - 1) << 2), tail);
  }
  const u = load<f32>(t.room) - mean;
  return <f64>(loss + u * u);
}
