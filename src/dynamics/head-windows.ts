/**
 * Heads on windows of series: residuals in the weak form, and their gradients by weights and latents, in the network's kernel.
 * Integrals are cumulative Simpson sums at every other row (field), or running sums at every row (map), less their mean.
 */
import { type Architecture, weightCount } from "../network/architecture.js";
import { Memory, type Pointer } from "../network/kernel/memory.js";
import { CHUNK, plan } from "../network/kernel/plan.js";
import type { Series } from "./series.js";
import type { Form } from "./weak.js";

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
    readonly [name in "x" | "targets" | "weights" | "gradient" | "byLatents" | "losses"]: Pointer;
  };
  private readonly scaled: readonly (readonly Float32Array[])[];
  /** Windows, windows of a chunk, rows of a window, rows where its integral is taken and how far they are apart. */
  private readonly windows: number;
  private readonly together: number;
  private readonly rows: number;
  private readonly count: number;
  private readonly apart: number;

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
    this.rows = map ? length : length + 1;
    this.apart = map ? 1 : 2;
    this.count = length / this.apart + 1;
    this.windows = Math.min(batch, series.length) * windows;
    this.together = Math.floor(CHUNK / this.rows);
    this.net = plan(architecture, memory);
    const size = weightCount(architecture);
    this.at = {
      x: memory.allocate(Math.ceil(this.windows / this.together) * inputs * CHUNK),
      targets: memory.allocate(this.windows * outputs * this.count),
      weights: memory.allocate(heads * size),
      gradient: memory.allocate(heads * size),
      byLatents: memory.allocate(this.windows * latents),
      losses: memory.allocate(2 * heads),
    };
    const scale = Math.sqrt(12) / (length * (map ? 1 : dt));
    const slope = (-2 * scale) / (this.windows * outputs * this.count);
    this.record = memory.record([
      ...[heads, 4 * size, latents, this.windows, this.together, this.rows, this.count, map ? 1 : 0],
      ...[dt, scale, slope].map((float) => ({ float })),
      ...[this.at.x, this.at.targets, this.at.weights, this.at.gradient, this.at.byLatents, this.at.losses],
      memory.allocate(this.count),
    ]);
    this.scaled = series.map(({ columns }) =>
      columns.map((column, k) => Float32Array.from(column, (v) => v / spread[k])),
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
  gradients(chosen: readonly number[], starts: readonly number[], z: Float32Array) {
    const { memory, at, windows } = this;
    const { latents } = this.setting;
    const each = this.options.windows;
    this.put(chosen, starts, z);
    const byWindow = memory.view(at.byLatents, windows * latents).fill(0);
    memory.kernel.weakGradients(this.net, this.record);
    const byLatents = new Float32Array(z.length);
    byWindow.forEach((by, i) => {
      byLatents[((i / latents / each) | 0) * latents + (i % latents)] += by;
    });
    const terms = windows * this.architecture.outputs * this.count;
    const sums = new Float64Array(memory.kernel.memory.buffer, at.losses, this.options.heads);
    return {
      losses: sums.map((sum) => sum / terms),
      gradient: memory.view(at.gradient, this.weights.length),
      byLatents,
    };
  }

  /** Inputs and targets of the windows, where the kernel looks for them. */
  private put(chosen: readonly number[], starts: readonly number[], z: Float32Array): void {
    const { rows, count, apart, together } = this;
    const { spread, rates, latents } = this.setting;
    const { f32 } = this.memory;
    const states = spread.length;
    const each = this.options.windows;
    for (let w = 0; w < starts.length; w++) {
      const own = (w / each) | 0;
      const series = this.scaled[chosen[own]];
      const first = starts[w];
      const chunk = (w / together) | 0;
      const x = (this.at.x >> 2) + chunk * (states + latents) * CHUNK + (w % together) * rows;
      for (let k = 0; k < states; k++) {
        const column = series[k];
        for (let i = 0; i < rows; i++) f32[x + k * CHUNK + i] = column[first + i];
        // What the state does, in units of its rate, from the window's start on.
        const to = (this.at.targets >> 2) + (w * states + k) * count;
        const unit = spread[k] / rates[k];
        for (let j = 0; j < count; j++) f32[to + j] = (column[first + j * apart] - column[first]) * unit;
      }
      for (let l = 0; l < latents; l++) {
        const from = x + (states + l) * CHUNK;
        f32.fill(z[own * latents + l], from, from + rows);
      }
    }
  }
}
