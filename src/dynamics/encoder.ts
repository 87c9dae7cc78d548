/**
 * The encoder: a small convolutional network that looks at a whole series and says what its latents are. Two convolutions
 * along time, a dense layer, and a batch norm without weights that keeps each latent at mean 0 and standard deviation 1/2
 * (paper, section IV-B). The convolutions go on by as many rows as they are wide, which makes them products of matrices: many
 * times quicker, and nothing is lost here. Forwards and back it runs in the network's kernel, 64 series side by side.
 */
import { Memory, type Pointer } from "../network/kernel/memory.js";
import { SERIES } from "../network/kernel/plan.js";
import type { Random } from "../random.js";
import { Adam } from "./adam.js";
import type { Series } from "./series.js";

const FILTERS = 16;
/** Rows a convolution sees at once, and goes on by. */
const WIDTH = 5;
const DENSE = 16;
const EPSILON = 1e-5;
/** The least rows that two convolutions of this size can see. */
export const LEAST_ENCODED = WIDTH ** 2;

/** A layer, as a matrix that is multiplied at each of its places. */
interface Layer {
  readonly places: number;
  readonly rows: number;
  readonly columns: number;
}

/** Room in the kernel's memory for one chunk of series on its way. */
interface Chunk {
  /** The layers' records. */
  readonly stages: Pointer;
  /** Where the rows of the series go, and what is behind them: the logarithms of their sizes. */
  readonly rows: Pointer;
  readonly sizes: Pointer;
  readonly out: Pointer;
  readonly byOut: Pointer;
}

/** Series as the encoder sees them. */
export interface SeriesView {
  /** [series, width] */
  readonly values: Float32Array;
  readonly count: number;
}

export class SeriesEncoder {
  /** Rows of a series that are looked at, from its first on. */
  readonly rows: number;
  /** Number of weights: each layer's matrix, row after row, then its biases. */
  readonly size: number;
  /** Of the layers from the first convolution to the latents. */
  readonly layers: readonly Layer[];
  private readonly memory = new Memory();
  private readonly chunks: Chunk[] = [];
  private readonly adam: Adam;
  private readonly at: { readonly [name in "weights" | "gradient" | "room" | "which"]: Pointer };
  /** A series in a view: its rows, then the logarithms of its sizes. */
  private readonly width: number;
  private held: { readonly view: SeriesView; readonly at: Pointer } | undefined;
  /** Of the batch that `train` saw last: how many, its moments, and its latents. */
  private last:
    | { readonly count: number; readonly deviations: Float64Array; readonly latents: Float32Array }
    | undefined;
  private moments: { readonly means: Float64Array; readonly deviations: Float64Array } | undefined;

  /**
   * @param length rows that every series has
   * @param batch series that are trained on at once, at most
   */
  constructor(
    length: number,
    readonly states: number,
    readonly latents: number,
    readonly batch: number,
    random: Random,
  ) {
    const { memory } = this;
    this.rows = length - (length % LEAST_ENCODED);
    this.width = this.rows * states + states;
    const places = this.rows / WIDTH;
    this.layers = [
      { places, rows: WIDTH * states, columns: FILTERS },
      { places: places / WIDTH, rows: WIDTH * FILTERS, columns: FILTERS },
      { places: 1, rows: (places / WIDTH) * FILTERS + states, columns: DENSE },
      { places: 1, rows: DENSE, columns: latents },
    ];
    this.size = this.layers.reduce((sum, { rows, columns }) => sum + (rows + 1) * columns, 0);
    this.at = {
      weights: memory.allocate(this.size),
      gradient: memory.allocate(this.size),
      room: memory.allocate(this.size),
      which: memory.allocate(SERIES),
    };
    this.adam = new Adam(memory, this.at.weights, this.at.gradient, this.size);
    for (let first = 0; first < batch; first += SERIES) this.chunks.push(this.chunk());
    const { weights } = this;
    let at = 0;
    for (const { rows, columns } of this.layers) {
      for (let i = 0; i < rows * columns; i++) weights[at + i] = random.normal() * Math.sqrt(2 / rows);
      at += (rows + 1) * columns;
    }
  }

  /** The weights, to be read and changed; until the encoder is next used. */
  get weights(): Float32Array {
    return this.memory.view(this.at.weights, this.size);
  }

  /**
   * What the encoder sees of series: each state over its root mean square there, and the logarithm of that, so that large and
   * small motions look alike without their size being lost.
   */
  view(series: readonly Series[], spread: readonly number[]): SeriesView {
    const { rows, states, width } = this;
    const values = new Float32Array(series.length * width);
    for (const [s, { columns }] of series.entries()) {
      for (let k = 0; k < states; k++) {
        let square = 0;
        for (let i = 0; i < rows; i++) square += (columns[k][i] / spread[k]) ** 2;
        const rms = Math.sqrt(square / rows) || Number.MIN_VALUE;
        for (let i = 0; i < rows; i++) values[s * width + i * states + k] = columns[k][i] / spread[k] / rms;
        values[s * width + rows * states + k] = Math.log(rms);
      }
    }
    return { values, count: series.length };
  }

  /**
   * The latents of a batch, by the batch's own moments.
   * @param chosen series of the view
   * @returns [chosen, latents]
   */
  train(view: SeriesView, chosen: readonly number[]): Float32Array {
    const latents = this.raw(view, chosen);
    const { means, deviations } = momentsOf(latents, this.latents);
    normalise(latents, means, deviations);
    this.last = { count: chosen.length, deviations, latents };
    return latents;
  }

  /**
   * The gradient by the weights, after `train`; until the encoder is next used.
   * @param by a loss's derivatives by the latents, [chosen, latents]
   */
  gradient(by: ArrayLike<number>): Float32Array {
    const { memory, latents: width, last } = this;
    if (!last) throw new Error("An encoder's gradient is that of the batch it was trained on: call train first.");
    const { count, deviations, latents } = last;
    memory.view(this.at.gradient, this.size).fill(0);
    // Through the batch norm: less what a shift and a stretch of all would take back.
    const mean = new Float64Array(width);
    const along = new Float64Array(width);
    for (let i = 0; i < count * width; i++) {
      mean[i % width] += by[i] / count;
      along[i % width] += (by[i] * latents[i] * 4) / count;
    }
    for (const [c, { stages, byOut }] of this.chunks.entries()) {
      const first = c * SERIES;
      const n = Math.min(SERIES, count - first);
      if (n <= 0) break;
      for (let l = 0; l < width; l++) {
        const row = memory.view(byOut + 4 * SERIES * l, SERIES).fill(0);
        for (let s = 0; s < n; s++) {
          const i = (first + s) * width + l;
          row[s] = (by[i] - mean[l] - along[l] * latents[i]) / 2 / deviations[l];
        }
      }
      const { weights, gradient, room } = this.at;
      memory.kernel.encodeBack(stages, this.layers.length, weights, n, gradient, room);
    }
    return memory.view(this.at.gradient, this.size);
  }

  /** A step down the gradient last made. */
  descend(rate: number): void {
    this.adam.step(rate);
  }

  /** Takes the moments of these series for those of all from now on. */
  measure(view: SeriesView): void {
    const all = Array.from({ length: view.count }, (_, s) => s);
    this.moments = momentsOf(this.raw(view, all), this.latents);
  }

  /** The latents of series, [series, latents], by the moments measured. */
  encode(view: SeriesView): number[][] {
    if (!this.moments) throw new Error("An encoder's moments are measured before it is used.");
    const all = Array.from({ length: view.count }, (_, s) => s);
    const latents = this.raw(view, all);
    normalise(latents, this.moments.means, this.moments.deviations);
    return all.map((s) => [...latents.subarray(s * this.latents, (s + 1) * this.latents)]);
  }

  /** What the last layer gives, [chosen, latents]. */
  private raw(view: SeriesView, chosen: readonly number[]): Float32Array {
    const { memory, width, latents, chunks, rows, states } = this;
    const out = new Float32Array(chosen.length * latents);
    const from = this.hold(view);
    for (let first = 0, c = 0; first < chosen.length; first += SERIES, c++) {
      const n = Math.min(SERIES, chosen.length - first);
      const chunk = chunks[c % chunks.length];
      for (let s = 0; s < n; s++) memory.i32[(this.at.which >> 2) + s] = chosen[first + s];
      memory.kernel.gather(from, 4 * width, this.at.which, n, rows * states, chunk.rows);
      memory.kernel.gather(from + 4 * rows * states, 4 * width, this.at.which, n, states, chunk.sizes);
      memory.kernel.encode(chunk.stages, this.layers.length, this.at.weights, n, this.at.room);
      for (let l = 0; l < latents; l++) {
        const row = memory.view(chunk.out + 4 * SERIES * l, n);
        for (let s = 0; s < n; s++) out[(first + s) * latents + l] = row[s];
      }
    }
    return out;
  }

  /** A view's series in the kernel's memory: the last one stays there. */
  private hold(view: SeriesView): Pointer {
    if (this.held?.view !== view) {
      if (this.held) this.memory.release(this.held.at);
      // Behind the last one, four numbers that are read with it and not used.
      const at = this.memory.allocate(view.values.length + 4);
      this.memory.f32.set(view.values, at >> 2);
      this.held = { view, at };
    }
    return this.held.at;
  }

  private chunk(): Chunk {
    const { memory, layers } = this;
    const room = (places: number, rows: number) => [places * rows, rows].map((all) => memory.allocate(all * SERIES));
    const seen = [...layers.map(({ places, rows }) => room(places, rows)), room(1, this.latents)];
    let offset = 0;
    const records = layers.flatMap(({ places, rows, columns }, k) => {
      const record = [places, rows, columns, 4 * offset, ...seen[k]];
      offset += (rows + 1) * columns;
      return record;
    });
    const [[rows], , [dense], , [out, byOut]] = seen;
    return {
      stages: memory.record([...records, 0, 0, 0, 0, out, byOut]),
      rows,
      sizes: dense + 4 * SERIES * (layers[2].rows - this.states),
      out,
      byOut,
    };
  }
}

/** Means and (rounded off) standard deviations of each latent. */
function momentsOf(values: Float32Array, width: number): { means: Float64Array; deviations: Float64Array } {
  const count = values.length / width;
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  values.forEach((v, i) => {
    means[i % width] += v / count;
  });
  values.forEach((v, i) => {
    squares[i % width] += (v - means[i % width]) ** 2 / count;
  });
  return { means, deviations: squares.map((v) => Math.sqrt(v + EPSILON)) };
}

function normalise(values: Float32Array, means: Float64Array, deviations: Float64Array): void {
  const width = means.length;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - means[i % width]) / deviations[i % width] / 2;
}
