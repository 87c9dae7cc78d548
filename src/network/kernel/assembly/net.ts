/** One chunk of points through the network and back, and whole batches of it. */
import { CHUNK, combine, combineFrom, combineInto, outer, ROW, transpose } from "./product";
import { Layer, Net, Run } from "./records";
import { unit } from "./units";

// @ts-ignore: decorator
@inline
export function layerOf(net: Net, k: i32): Layer {
  return changetype<Layer>(net.first + <usize>k * offsetof<Layer>());
}

// @ts-ignore: decorator
@inline
function runOf(layer: Layer, k: i32): Run {
  return changetype<Run>(layer.firstRun + <usize>k * offsetof<Run>());
}

/** Length of a row in bytes for so many points: whole pairs of vectors. */
// @ts-ignore: decorator
@inline
export function bytesOf(points: i32): usize {
  return <usize>((points + 7) & ~7) << 2;
}

/** Where the chunk's inputs are put. */
// @ts-ignore: decorator
@inline
export function inputsOf(net: Net): usize {
  return layerOf(net, 0).seen;
}

/** Where the chunk's outputs are, and where the loss's derivatives by them are put. */
// @ts-ignore: decorator
@inline
export function outputsOf(net: Net): usize {
  return layerOf(net, net.layers).g;
}

/**
 * @param common of a dense network: how many of its last inputs, counting the 1, all points of a lane have in common. What
 * they add to the pre-activations is given as `starts`, layer after layer, a vector each.
 */
export function chunkForward(net: Net, weights: usize, bytes: usize, common: i32 = 0, starts: usize = 0): void {
  const x = inputsOf(net);
  const inputs = common > 0 ? net.inputs + 1 - common : net.inputs;
  for (let k = 0; k < net.layers; k++) {
    const layer = layerOf(net, k);
    sums(layer, weights, bytes, common, starts);
    starts += <usize>layer.columns << 4;
    let h = layerOf(net, k + 1).seen;
    for (let u = 0; u < layer.runs; u++) {
      const it = runOf(layer, u);
      const g = layer.g + <usize>it.column * ROW;
      if (it.columns < 2 && bytes == ROW) unit(it.code, it.inner, it.outer, it.offset, g, h, ROW * it.units);
      else for (let v: usize = 0; v < it.units; v++) {
        unit(it.code, it.inner, it.outer, it.offset, g + v * it.columns * ROW, h + v * ROW, bytes);
      }
      h += it.units * ROW;
    }
    if (net.dense) memory.copy(h, x, <usize>inputs * ROW);
  }
  sums(layerOf(net, net.layers), weights, bytes, common, starts);
}

/** A layer's pre-activations. */
// @ts-ignore: decorator
@inline
function sums(layer: Layer, weights: usize, bytes: usize, common: i32, starts: usize): void {
  const w = weights + layer.offset, columns = layer.columns;
  if (common > 0) combineFrom(w, layer.rows - common, columns, layer.seen, layer.g, bytes, starts);
  else combine(w, layer.rows, columns, columns, layer.seen, layer.g, bytes);
}

/** Weights for the way back; they must be there before `chunkBackward`. */
export function transposeAll(net: Net, weights: usize): void {
  for (let k = 0; k <= net.layers; k++) {
    const layer = layerOf(net, k);
    transpose(weights + layer.offset, layer.rows, layer.columns, net.transposed + layer.offset);
  }
}

/**
 * Adds to `gradient` what the chunk's points say of the weights, but for those of inputs in common. `toInputs`: is the
 * derivative by the inputs wanted?
 */
export function chunkBackward(net: Net, gradient: usize, toInputs: bool, bytes: usize, common: i32 = 0): void {
  for (let k = net.layers; k >= 0; k--) {
    const layer = layerOf(net, k);
    const w = net.transposed + layer.offset;
    outer(layer.seen, layer.rows - common, layer.g, layer.columns, gradient + layer.offset, bytes);
    if (toInputs && (k == 0 || net.dense)) {
      const before = layer.before;
      const to = layer.back + <usize>before * ROW;
      combine(w + (<usize>before << 2), layer.columns, layer.rows, net.inputs, layer.g, to, bytes);
    }
    if (k > 0) throughUnits(layerOf(net, k - 1), layer, w, bytes);
  }
}

/** From the derivatives by a layer's pre-activations to those of the layer before, where the units' own are. */
// @ts-ignore: decorator
@inline
function throughUnits(previous: Layer, layer: Layer, w: usize, bytes: usize): void {
  const rows = layer.rows, columns = layer.columns;
  for (let u = 0; u < previous.runs; u++) {
    const it = runOf(previous, u);
    let units = <i32>it.units;
    // Units of one pre-activation go together, whatever they are: fewer tiles, and full ones.
    if (it.columns == 1) while (u + 1 < previous.runs) {
      const next = runOf(previous, u + 1);
      if (next.columns != 1) break;
      units += <i32>next.units;
      u++;
    }
    let g = previous.g + <usize>it.column * ROW;
    if (it.columns == 1) combineInto(w, columns, rows, units, layer.g, g, bytes);
    else if (it.columns == 2) {
      let d = layer.back;
      combine(w, columns, rows, units, layer.g, d, bytes);
      for (let v = 0; v < units; v++, d += ROW, g += 2 * ROW) {
        scale(g, d, bytes);
        scale(g + ROW, d, bytes);
      }
    }
    w += <usize>units << 2;
  }
}

/** x *= by */
// @ts-ignore: decorator
@inline
function scale(x: usize, by: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(x + i, f32x4.mul(v128.load(x + i), v128.load(by + i)));
}

/** Derivatives by the inputs, summed over the layers that see them, as rows of the chunk: left in the first layer's `back`. */
function gatherInputs(net: Net, bytes: usize): usize {
  const to = layerOf(net, 0).back;
  if (net.dense) {
    for (let k = 1; k <= net.layers; k++) {
      const layer = layerOf(net, k);
      for (let i = 0; i < net.inputs; i++) {
        const from = layer.back + <usize>(layer.before + i) * ROW;
        const into = to + <usize>i * ROW;
        for (let at: usize = 0; at < bytes; at += 16) {
          v128.store(into + at, f32x4.add(v128.load(into + at), v128.load(from + at)));
        }
      }
    }
  }
  return to;
}

/** Points as rows of the chunk; the last point stands in for those that are missing to a whole pair of vectors. */
export function pack(from: usize, width: i32, points: i32, to: usize): void {
  const step = <usize>width << 2;
  const end = bytesOf(points);
  for (let j = 0; j < width; j++, from += 4, to += ROW) {
    let x = from;
    for (let at: usize = 0, last = <usize>points << 2; at < end; at += 4) {
      store<f32>(to + at, load<f32>(x));
      if (at + 4 < last) x += step;
    }
  }
}

function unpack(from: usize, width: i32, points: i32, to: usize, add: bool): void {
  const step = <usize>width << 2;
  for (let j = 0; j < width; j++, from += ROW, to += 4) {
    let y = to;
    for (let at: usize = 0, end = <usize>points << 2; at < end; at += 4, y += step) {
      store<f32>(y, load<f32>(from + at) + (add ? load<f32>(y) : 0));
    }
  }
}

/** out = the network's outputs for `n` points; x and out are row after row, a point each. */
export function forward(net: Net, weights: usize, x: usize, n: i32, out: usize): void {
  const inputs = net.inputs, outputs = net.outputs;
  for (let done = 0; done < n; done += CHUNK) {
    const points = min<i32>(CHUNK, n - done);
    pack(x + (<usize>(done * inputs) << 2), inputs, points, inputsOf(net));
    chunkForward(net, weights, bytesOf(points));
    unpack(outputsOf(net), outputs, points, out + (<usize>(done * outputs) << 2), false);
  }
}

/**
 * The vector-Jacobian product: given the derivatives of a loss by the outputs at `d`, adds those by the weights to
 * `gradient`, and, where `dx` is not 0, those by the inputs to `dx`.
 */
export function backward(net: Net, weights: usize, x: usize, n: i32, d: usize, gradient: usize, dx: usize): void {
  const inputs = net.inputs, outputs = net.outputs;
  transposeAll(net, weights);
  for (let done = 0; done < n; done += CHUNK) {
    const points = min<i32>(CHUNK, n - done);
    const bytes = bytesOf(points);
    pack(x + (<usize>(done * inputs) << 2), inputs, points, inputsOf(net));
    chunkForward(net, weights, bytes);
    pack(d + (<usize>(done * outputs) << 2), outputs, points, outputsOf(net));
    clearPadding(outputsOf(net), outputs, points);
    chunkBackward(net, gradient, dx != 0, bytes);
    if (dx) unpack(gatherInputs(net, bytes), inputs, points, dx + (<usize>(done * inputs) << 2), true);
  }
}

/** Points that are only there to fill the last vectors say nothing of the weights. */
function clearPadding(rows: usize, count: i32, points: i32): void {
  const from = <usize>points << 2;
  const length = bytesOf(points) - from;
  for (let j = 0; j < count; j++) memory.fill(rows + <usize>j * ROW + from, 0, length);
}
