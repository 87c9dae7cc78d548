/**
 * Heads on windows of series: residuals in the weak form, and their gradients by weights and latents, in the network's kernel.
 * Integrals are cumulative Simpson sums at every other row (field), or running sums at every row (map), less their mean.
 */
import { type Architecture, shapes, weightCount } from "../network/architecture.js";
import { Memory, type Pointer } from "../network/kernel/memory.js";
import { CHUNK, plan } from "../network/kernel/plan.js";
import { Adam } from "./adam.js";
import type { Series } from "./series.js";
import type { Form } from "./weak.js";

/** Windows that share a chunk, a lane each, as in the kernel's weak.ts. */
const TOGETHER = 4;

export interface WindowsSetting {
  readonly series: readonly Series[];
  readonly spread: readonly number[];
  /** Size of each state's rate of change. */
  readonly rates: readonly number[];
  readonly form: Form;
  readonly dt: number;
  readonly latents: number;
}

export class HeadWindows {
  private readonly memory = new Memory();
  private readonly net: Pointer;
  private readonly record: Pointer;
  private readonly at: {
    readonly [name in "x" | "targets" | "weights" | "gradient" | "byLatents" | "losses" | "first"]: Pointer;
  };
  /** Where each series' rows lie in the kernel's memory, over the states' spread. */
  private readonly placed: readonly Pointer[];
  private readonly adam: Adam;
  /** Windows, and chunks of four; rows of a window where its integral is taken. */
  private readonly windows: number;
  private readonly chunks: number;
  private readonly count: number;

  /**
   * @param architecture that sees states, then latents
   * @param options `batch` series at most have so many `windows` each; `length` is a window's rows less one
   */
  constructor(
    private readonly architecture: Architecture,
    private readonly setting: WindowsSetting,
    private readonly options: { heads: number; batch: number; windows: number; length: number },
  ) {
    const { memory } = this;
    const { series, spread, form, dt, latents } = setting;
    const { heads, batch, windows, length } = options;
    const { inputs, outputs } = architecture;
    const map = form === "map";
    this.count = length / (map ? 1 : 2) + 1;
    this.windows = Math.min(batch, series.length) * windows;
    this.chunks = Math.ceil(this.windows / TOGETHER);
    this.net = plan(architecture, memory);
    const size = weightCount(architecture);
    this.at = {
      x: memory.allocate(this.chunks * inputs * CHUNK),
      targets: memory.allocate(this.chunks * outputs * this.count * TOGETHER),
      weights: memory.allocate(heads * size),
      gradient: memory.allocate(heads * size),
      byLatents: memory.allocate(this.chunks * latents * TOGETHER),
      losses: memory.allocate(2 * heads),
      first: memory.allocate(this.windows),
    };
    this.adam = new Adam(memory, this.at.weights, this.at.gradient, heads * size);
    const columns = shapes(architecture).reduce((sum, shape) => sum + shape.columns, 0);
    const scale = Math.sqrt(12) / (length * (map ? 1 : dt));
    const slope = (-2 * scale) / (this.windows * outputs * this.count);
    this.record = memory.record([
      ...[heads, 4 * size, latents, this.windows, map ? length : length + 1, this.count, map ? 1 : 0],
      ...[dt, scale, slope].map((float) => ({ float })),
      ...[this.at.x, this.at.targets, this.at.weights, this.at.gradient, this.at.byLatents, this.at.losses],
      memory.allocate(this.count * TOGETHER),
      ...[columns, memory.allocate(columns * TOGETHER), memory.allocate(columns * (latents + 1) * TOGETHER)],
      ...[this.at.first, memory.store(spread.map((size, k) => size / setting.rates[k]))],
    ]);
    this.placed = series.map((each) =>
      memory.store(
        Array.from({ length: each.rows * outputs }, (_, i) => {
          const k = i % outputs;
          return each.columns[k][(i - k) / outputs] / spread[k];
        }),
      ),
    );
  }

  /** [head, weight], to be read and changed: each head's law of x/spread, giving rates in units of their size. */
  get weights(): Float32Array {
    return this.memory.view(this.at.weights, this.options.heads * weightCount(this.architecture));
  }

  /**
   * @param chosen series, and `starts` the first rows of the windows of each
   * @param z their latents, [chosen, latents]
   * @returns mean square residual of each head, its gradient by the weights, and that of all heads' sum by the latents
   */
  gradients(chosen: ArrayLike<number>, starts: ArrayLike<number>, z: Float32Array) {
    const { memory, at, windows } = this;
    const { latents } = this.setting;
    const each = this.options.windows;
    this.put(chosen, starts, z);
    const byWindow = memory.view(at.byLatents, this.chunks * latents * TOGETHER).fill(0);
    memory.kernel.weakGradients(this.net, this.record);
    const byLatents = new Float32Array(z.length);
    for (let w = 0; w < windows; w++) {
      const [own, chunk] = [(w / each) | 0, (w / TOGETHER) | 0];
      for (let l = 0; l < latents; l++) {
        byLatents[own * latents + l] += byWindow[(chunk * latents + l) * TOGETHER + (w % TOGETHER)];
      }
    }
    const terms = windows * this.architecture.outputs * this.count;
    const sums = new Float64Array(memory.kernel.memory.buffer, at.losses, this.options.heads);
    return {
      losses: sums.map((sum) => sum / terms),
      gradient: memory.view(at.gradient, this.weights.length),
      byLatents,
    };
  }

  /** A step down the gradient last made, with a price on the weights' size, each head's gradient shortened to `clip`. */
  descend(rate: number, price: number, clip: number): void {
    const { memory, at, architecture } = this;
    const size = weightCount(architecture);
    for (let h = 0; h < this.options.heads; h++) {
      const own = 4 * size * h;
      memory.kernel.price(at.weights + own, at.gradient + own, size, price, clip);
    }
    this.adam.step(rate);
  }

  /** Rows and latents of the windows, where the kernel looks for them. */
  private put(chosen: ArrayLike<number>, starts: ArrayLike<number>, z: Float32Array): void {
    const { memory, at, placed } = this;
    const { latents } = this.setting;
    const { inputs, outputs } = this.architecture;
    const each = this.options.windows;
    const { i32, f32 } = memory;
    for (let w = 0; w < starts.length; w++) {
      const own = (w / each) | 0;
      i32[(at.first >> 2) + w] = placed[chosen[own]] + 4 * outputs * starts[w];
      const x = (at.x >> 2) + (((w / TOGETHER) | 0) * inputs + outputs) * CHUNK + (w % TOGETHER);
      for (let l = 0; l < latents; l++) f32[x + l * CHUNK] = z[own * latents + l];
    }
    memory.kernel.loadWindows(this.net, this.record);
  }
}
