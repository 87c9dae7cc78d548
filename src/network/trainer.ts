/**
 * Training on a whole table: the fused step of the kernel, with its penalty and its optimiser, and the state they keep.
 */
import { type Architecture, shapes, weightCount } from "./architecture.js";
import { Memory, type Pointer } from "./kernel/memory.js";
import { CHUNK, plan } from "./kernel/plan.js";
import { opening, ROUNDED } from "./penalty.js";

export interface TrainingTable {
  /** [points, inputs] */
  readonly x: Float32Array;
  /** [points, outputs] */
  readonly y: Float32Array;
  /** Weight of each point in the mean of squares; all alike if not given. */
  readonly weights?: ArrayLike<number>;
}

/**
 * L0.5: strength·Σ√|w|, rounded near 0 (paper, equation 5). L0: strength times the probability of open gates, summed over the
 * weights of the hidden layers, by the hard concrete distribution (Louizos, Welling & Kingma 2018).
 */
export type Sparsity = "L0.5" | "L0";

export interface StepOptions {
  readonly rate: number;
  readonly penalty?: Sparsity;
  /** Strength of the penalty. */
  readonly strength?: number;
}

export interface TrainerOptions {
  readonly optimiser?: "rmsprop" | "adam";
  /** Of the L0 penalty: each weight's ln α to begin with, 0 if not given; and the seed of its gates: 16 numbers of 32 bits. */
  readonly gates?: Float32Array;
  readonly random?: Uint32Array;
  /** The optimiser's mean squares of gradients to begin with. */
  readonly squares?: Float32Array;
}

const OPTIMISERS = {
  /** The paper's, as in its TensorFlow: mean squares start at 1, ε is under the root. */
  rmsprop: { code: 0, decay: 0.9, meanDecay: 0, epsilon: 1e-10, squares: 1 },
  adam: { code: 1, decay: 0.999, meanDecay: 0.9, epsilon: 1e-8, squares: 0 },
};
const PENALTIES = { "L0.5": 1, L0: 2 };
/** Places of the fields that are written here after the record is made, in words of 4 bytes. */
const FIELD = { rate: 17, penalty: 21, strength: 22 };

export class Trainer {
  private readonly memory = new Memory();
  private readonly net: Pointer;
  private readonly record: Pointer;
  private readonly at: { readonly [name in "weights" | "mask" | "squares" | "gates" | "gated"]: Pointer };
  private readonly size: number;
  private gatesUsed = false;

  /** @param weights of one replica, to begin with */
  constructor(architecture: Architecture, table: TrainingTable, weights: Float32Array, options: TrainerOptions = {}) {
    const { memory } = this;
    this.net = plan(architecture, memory);
    this.size = weightCount(architecture);
    const { outputs, inputs } = architecture;
    const points = table.x.length / inputs;
    const { code, decay, meanDecay, epsilon, squares } = OPTIMISERS[options.optimiser ?? "rmsprop"];
    const shared = options.squares ?? new Float32Array(this.size).fill(squares);
    const hidden = shapes(architecture).at(-1)?.offset ?? 0;
    const room = () => memory.allocate(this.padded);
    const held = (values: ArrayLike<number>) => {
      const pointer = room();
      memory.f32.set(values, pointer >> 2);
      return pointer;
    };
    this.at = {
      weights: held(weights),
      mask: held(new Float32Array(this.size).fill(1)),
      squares: held(shared),
      gates: held(options.gates ?? []),
      gated: held(new Float32Array(hidden).fill(1)),
    };
    const random = memory.allocate(16);
    memory.i32.set(options.random ?? [], random >> 2);
    const float = (value: number) => ({ float: value });
    this.record = memory.record([
      ...[0, 0, 0, 0, 0, 0],
      points,
      this.load(table.x, inputs, points),
      this.load(table.y, outputs, points),
      this.pointWeights(points, outputs, table.weights),
      ...[this.padded, this.at.weights, room(), this.at.mask, this.at.squares, room()],
      ...[code, float(0), float(decay), float(meanDecay), float(epsilon)],
      ...[0, float(0), float(ROUNDED)],
      ...[this.at.gates, held(shared), room(), this.at.gated, room(), room(), room()],
      random,
    ]);
    this.doubles.fill(1, 1, 3);
  }

  /** Takes so many steps; fewer where the error stops being a number. Returns how many. */
  steps(count: number, { rate, penalty, strength = 0 }: StepOptions): number {
    const { memory, record } = this;
    const at = record >> 2;
    memory.f32[at + FIELD.rate] = rate;
    memory.i32[at + FIELD.penalty] = penalty ? PENALTIES[penalty] : 0;
    memory.f32[at + FIELD.strength] = strength;
    this.gatesUsed ||= penalty === "L0";
    return memory.kernel.steps(this.net, record, count);
  }

  /** Mean squared error that the last step found, before it changed the weights. */
  get lastError(): number {
    return this.doubles[0];
  }

  /** Mean squared error of the weights as they are. */
  error(): number {
    const { memory, net, record } = this;
    const mark = memory.mark();
    const error = memory.kernel.lossOf(net, record, memory.store(this.weights()));
    memory.release(mark);
    return error;
  }

  /** A copy of the weights; where they have gates, times what these open in the mean. */
  weights(): Float32Array {
    const weights = this.view("weights").slice();
    if (!this.gatesUsed) return weights;
    const [gates, gated] = [this.view("gates"), this.view("gated")];
    return weights.map((w, i) => (gated[i] ? w * opening(gates[i]).value : w));
  }

  /** Copies of what the steps change: weights without their gates, gates as ln α, mean squares of the gradients. */
  state(): { weights: Float32Array; gates: Float32Array; squares: Float32Array } {
    const copy = (name: "weights" | "gates" | "squares") => this.view(name).slice();
    return { weights: copy("weights"), gates: copy("gates"), squares: copy("squares") };
  }

  /** Weights of which `keep` says no become 0 and stay it. */
  freeze(keep: (weight: number) => boolean): void {
    const [weights, mask] = [this.view("weights"), this.view("mask")];
    weights.forEach((w, i) => {
      if (keep(w)) return;
      weights[i] = 0;
      mask[i] = 0;
    });
  }

  private get padded(): number {
    return (this.size + 3) & ~3;
  }

  private view(name: keyof Trainer["at"]): Float32Array {
    return this.memory.view(this.at[name], this.size);
  }

  /** The record's float64 fields: error, and the powers of Adam's decays. */
  private get doubles(): Float64Array {
    return new Float64Array(this.memory.kernel.memory.buffer, this.record, 3);
  }

  /** A column of the table in chunks. */
  private load(values: Float32Array, width: number, points: number): Pointer {
    const { memory, net } = this;
    const to = memory.allocate(Math.ceil(points / CHUNK) * CHUNK * width);
    const mark = memory.mark();
    memory.kernel.loadTable(net, memory.store(values), width, points, to);
    memory.release(mark);
    return to;
  }

  /** One number a point is its own chunk layout; points that only fill the last chunk weigh nothing. */
  private pointWeights(points: number, outputs: number, weights?: ArrayLike<number>): Pointer {
    const { memory } = this;
    const to = memory.allocate(Math.ceil(points / CHUNK) * CHUNK);
    let sum = 0;
    for (let p = 0; p < points; p++) sum += weights ? weights[p] : 1;
    for (let p = 0; p < points; p++) memory.f32[(to >> 2) + p] = (weights ? weights[p] : 1) / sum / outputs;
    return to;
  }
}
