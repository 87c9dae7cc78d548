/**
 * Steps of training on a whole table: forward, mean squared error, backward, penalty, optimiser, in one go.
 *
 * Penalties (paper, section III-B): the smoothed L0.5, or L0 by gates of the hard concrete distribution
 * (Louizos, Welling & Kingma 2018), sampled once a step. Optimisers: RMSProp, Adam.
 */
import { exp4, madd, share4, sigmoid4, splat } from "./math";
import { bytesOf, chunkBackward, chunkForward, inputsOf, outputsOf, pack, transposeAll } from "./net";
import { CHUNK, ROW, total } from "./product";
import { Net, Trainer } from "./records";

const L05 = 1, L0 = 2;
const ADAM = 1;

/** The hard concrete distribution's temperature and stretch. */
const BETA: f32 = 2.0 / 3.0;
const GAMMA: f32 = -0.1;
const ZETA: f32 = 1.1;

/** Brings the table from rows of points into chunks. */
export function loadTable(net: Net, from: usize, width: i32, n: i32, to: usize): void {
  for (let done = 0; done < n; done += CHUNK) {
    pack(from + (<usize>(done * width) << 2), width, min<i32>(CHUNK, n - done), to);
    to += <usize>width * ROW;
  }
}

/** Takes `count` steps, or fewer where the error stops being a number; returns how many. */
export function steps(net: Net, t: Trainer, count: i32): i32 {
  for (let k = 0; k < count; k++) {
    if (t.penalty == L0) sampleGates(t);
    memory.fill(t.gradient, 0, <usize>t.count << 2);
    t.loss = gradientOf(net, t, t.penalty == L0 ? t.effective : t.weights);
    if (!isFinite(t.loss)) return k;
    if (t.penalty == L05) addSmoothed(t);
    if (t.optimiser == ADAM) {
      t.power1 *= t.meanDecay;
      t.power2 *= t.decay;
    }
    if (t.penalty == L0) updateGates(t);
    update(t, t.weights, t.gradient, t.mask, t.squares, t.means);
  }
  return count;
}

/** The error of these weights on the table, without a step. */
export function lossOf(net: Net, t: Trainer, weights: usize): f64 {
  return pass(net, t, weights, false);
}

function gradientOf(net: Net, t: Trainer, weights: usize): f64 {
  transposeAll(net, weights);
  return pass(net, t, weights, true);
}

function pass(net: Net, t: Trainer, weights: usize, back: bool): f64 {
  const inputs = net.inputs, outputs = net.outputs;
  let loss: f64 = 0;
  let x = t.x, y = t.y, w = t.pointWeights;
  for (let done = 0; done < t.points; done += CHUNK) {
    const bytes = bytesOf(min<i32>(CHUNK, t.points - done));
    memory.copy(inputsOf(net), x, <usize>inputs * ROW);
    chunkForward(net, weights, bytes);
    let d = outputsOf(net);
    for (let j = 0; j < outputs; j++, d += ROW, y += ROW) {
      let sum = splat(0);
      for (let at: usize = 0; at < bytes; at += 16) {
        const r = f32x4.sub(v128.load(d + at), v128.load(y + at));
        const rw = f32x4.mul(r, v128.load(w + at));
        sum = madd(r, rw, sum);
        v128.store(d + at, f32x4.add(rw, rw));
      }
      loss += <f64>total(sum);
    }
    if (back) chunkBackward(net, t.gradient, false, bytes);
    x += <usize>inputs * ROW;
    w += ROW;
  }
  return loss;
}

/** The derivative of strength·Σ√s(w), with s(w) = |w| from the knee a on, and −w⁴/8a³ + 3w²/4a + 3a/8 below. */
function addSmoothed(t: Trainer): void {
  const a = t.knee;
  const strength = splat(t.strength), knee = splat(a), sign = i32x4.splat(0x80000000), half = splat(0.5);
  const s4 = splat(-1 / (8 * a * a * a)), s2 = splat(3 / (4 * a)), s0 = splat((3 * a) / 8);
  const d3 = splat(-1 / (2 * a * a * a)), d1 = splat(3 / (2 * a));
  for (let at: usize = 0, end = <usize>t.count << 2; at < end; at += 16) {
    const w = v128.load(t.weights + at);
    const square = f32x4.mul(w, w);
    const size = f32x4.abs(w);
    const below = f32x4.lt(size, knee);
    const s = v128.bitselect(madd(square, madd(square, s4, s2), s0), size, below);
    const slope = v128.bitselect(f32x4.mul(size, madd(square, d3, d1)), splat(1), below);
    const root = f32x4.div(f32x4.mul(half, slope), f32x4.sqrt(s));
    v128.store(t.gradient + at, madd(strength, v128.or(root, v128.and(w, sign)), v128.load(t.gradient + at)));
  }
}

/**
 * effective = weight·z, z = clip(γ + (ζ − γ)·σ((ln u − ln(1 − u) + ln α)/β)); weights without a gate as they are. As 1/β is 3/2,
 * σ is 1/(1 + t√t) of t = (1 − u)/(u·α).
 */
function sampleGates(t: Trainer): void {
  const zero = splat(0), one = splat(1), low = splat(GAMMA), width = splat(ZETA - GAMMA);
  const steepness = splat((ZETA - GAMMA) / BETA);
  for (let at: usize = 0, end = <usize>t.count << 2; at < end; at += 16) {
    const u = uniform(t.random);
    const odds = f32x4.mul(f32x4.div(f32x4.sub(one, u), u), exp4(f32x4.neg(v128.load(t.gates + at))));
    const s = share4(f32x4.mul(odds, f32x4.sqrt(odds)));
    const stretched = madd(s, width, low);
    const z = f32x4.pmax(f32x4.pmin(stretched, one), zero);
    const inside = f32x4.eq(z, stretched);
    const slope = f32x4.mul(f32x4.mul(s, f32x4.sub(one, s)), steepness);
    const gated = f32x4.gt(v128.load(t.gated + at), zero);
    v128.store(t.slopes + at, v128.and(v128.and(slope, inside), gated));
    const factor = v128.bitselect(z, one, gated);
    v128.store(t.openings + at, factor);
    v128.store(t.effective + at, f32x4.mul(v128.load(t.weights + at), factor));
  }
}

/** Splits the gradient by the effective weights into that by log α, with which the gates move, and that by the weights. */
function updateGates(t: Trainer): void {
  const shift = splat(-BETA * <f32>Math.log(-GAMMA / ZETA)), one = splat(1), strength = splat(t.strength);
  for (let at: usize = 0, end = <usize>t.count << 2; at < end; at += 16) {
    const w = v128.load(t.weights + at);
    const g = v128.load(t.gradient + at);
    const open = sigmoid4(f32x4.add(v128.load(t.gates + at), shift));
    const price = f32x4.mul(strength, f32x4.mul(open, f32x4.sub(one, open)));
    const byGate = madd(f32x4.mul(g, w), v128.load(t.slopes + at), price);
    v128.store(t.slopes + at, byGate);
    v128.store(t.gradient + at, f32x4.mul(g, v128.load(t.openings + at)));
  }
  update(t, t.gates, t.slopes, t.gated, t.gateSquares, t.gateMeans);
}

function update(t: Trainer, values: usize, gradient: usize, mask: usize, squares: usize, means: usize): void {
  const rate = splat(t.rate), epsilon = splat(t.epsilon);
  const decay = splat(t.decay), rest = splat(1 - t.decay);
  const meanDecay = splat(t.meanDecay), meanRest = splat(1 - t.meanDecay);
  const scale1 = splat(<f32>(1 / (1 - t.power1))), scale2 = splat(<f32>(1 / (1 - t.power2)));
  for (let at: usize = 0, end = <usize>t.count << 2; at < end; at += 16) {
    const g = f32x4.mul(v128.load(gradient + at), v128.load(mask + at));
    const s = madd(decay, v128.load(squares + at), f32x4.mul(rest, f32x4.mul(g, g)));
    v128.store(squares + at, s);
    let change: v128;
    if (t.optimiser == ADAM) {
      const m = madd(meanDecay, v128.load(means + at), f32x4.mul(meanRest, g));
      v128.store(means + at, m);
      change = f32x4.div(f32x4.mul(m, scale1), f32x4.add(f32x4.sqrt(f32x4.mul(s, scale2)), epsilon));
    } else {
      change = f32x4.div(g, f32x4.sqrt(f32x4.add(s, epsilon)));
    }
    v128.store(values + at, f32x4.sub(v128.load(values + at), f32x4.mul(rate, change)));
  }
}

/** Four uniform random numbers in (0, 1): xoshiro128+ of Blackman & Vigna in each lane, its upper 24 bits. */
// @ts-ignore: decorator
@inline
function uniform(state: usize): v128 {
  let s0 = v128.load(state), s1 = v128.load(state, 16), s2 = v128.load(state, 32), s3 = v128.load(state, 48);
  const bits = i32x4.shr_u(i32x4.add(s0, s3), 8);
  const t = i32x4.shl(s1, 9);
  s2 = v128.xor(s2, s0);
  s3 = v128.xor(s3, s1);
  s1 = v128.xor(s1, s2);
  s0 = v128.xor(s0, s3);
  s2 = v128.xor(s2, t);
  s3 = v128.or(i32x4.shl(s3, 11), i32x4.shr_u(s3, 21));
  v128.store(state, s0);
  v128.store(state, s1, 16);
  v128.store(state, s2, 32);
  v128.store(state, s3, 48);
  return madd(f32x4.convert_i32x4_s(bits), splat(<f32>(1.0 / 16777216.0)), splat(<f32>(1.0 / 33554432.0)));
}
