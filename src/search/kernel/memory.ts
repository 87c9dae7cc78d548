import { readFileSync } from "node:fs";

/**
 * The kernel module and its memory. A column is an address in it; scratch columns come from a stack: `mark()` before,
 * `release(mark)` after. Each worker has an instance of its own.
 */

/** Address of a column in the kernel's memory, in bytes. */
export type Pointer = number;

/** A function of one column: `h` gets the values, `d` the derivatives. */
export type ColumnFunction = (x: Pointer, h: Pointer, d: Pointer, n: number) => void;

export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heapBase(): Pointer;
  fill(out: Pointer, value: number, n: number): void;
  copy(from: Pointer, out: Pointer, n: number): void;
  dot(x: Pointer, y: Pointer, n: number): number;
  axpy(a: number, x: Pointer, out: Pointer, n: number): void;
  scale(a: number, x: Pointer, out: Pointer, n: number): void;
  multiply(x: Pointer, y: Pointer, out: Pointer, n: number): void;
  reciprocal(x: Pointer, out: Pointer, n: number): void;
  squareRoot(x: Pointer, out: Pointer, n: number): void;
  wholePower(x: Pointer, k: number, out: Pointer, n: number): void;
  realPower(x: Pointer, p: number, out: Pointer, n: number): void;
  project(basis: Pointer, stride: number, count: number, x: Pointer, coefficients: Pointer, n: number): void;
  orthogonalise(basis: Pointer, stride: number, count: number, x: Pointer, coefficients: Pointer, n: number): number;
  projectAll(basis: Pointer, stride: number, count: number, x: Pointer, m: number, ignored: Pointer, n: number): void;
  reduce(
    columns: Pointer,
    from: number,
    to: number,
    count: number,
    weights: Pointer,
    basis: Pointer,
    residual: Pointer,
    factor: Pointer,
    right: Pointer,
    n: number,
  ): number;
  substitute(factor: Pointer, right: Pointer, count: number, x: Pointer): void;
  normal(columns: Pointer, stride: number, count: number, r: Pointer, gram: Pointer, right: Pointer, n: number): void;
  largest(x: Pointer, n: number): number;
  spread(x: Pointer, n: number): number;
  narrow(a: number, x: Pointer, out: Pointer, n: number): void;
  products(a: Pointer, count: number, b: Pointer, m: number, n: number, out: Pointer): void;
  upperProducts(a: Pointer, b: Pointer, m: number, n: number, out: Pointer): void;
  norms(weight: Pointer, b: Pointer, m: number, n: number, out: Pointer): void;
  subtractSquares(left: Pointer, part: Pointer, m: number): void;
  gains(product: Pointer, left: Pointer, norm: Pointer, m: number, least: number, gain: Pointer): void;
  centre(
    from: Pointer,
    m: number,
    n: number,
    rows: number,
    w: Pointer,
    target: Pointer,
    out: Pointer,
    along: Pointer,
  ): void;
  bestPairs(
    gram: Pointer,
    along: Pointer,
    m: number,
    independent: number,
    keep: number,
    gains: Pointer,
    marks: Pointer,
  ): number;
  bestAdditions(
    gram: Pointer,
    along: Pointer,
    m: number,
    terms: Pointer,
    k: number,
    factor: Pointer,
    solution: Pointer,
    gain: number,
    independent: number,
    keep: number,
    gains: Pointer,
    marks: Pointer,
    spare: Pointer,
  ): number;
  pick(
    gains: Pointer,
    families: Pointer,
    m: number,
    least: number,
    take: number,
    perFamily: number,
    chosen: Pointer,
  ): number;
  strongest(product: Pointer, norm: Pointer, m: number, keep: number, pairs: Pointer): number;
  leftOfPairs(
    columns: Pointer,
    n: number,
    pairs: Pointer,
    count: number,
    norm: Pointer,
    m: number,
    basis: Pointer,
    rank: number,
    spare: Pointer,
    left: Pointer,
  ): void;
  evidence(
    columns: Pointer,
    rates: Pointer,
    count: number,
    white: Pointer,
    variances: Pointer,
    noise: number,
    n: number,
    stride: number,
    factor: Pointer,
  ): number;
  multiplyF32(a: Pointer, b: Pointer, out: Pointer, n: number): void;
  sin: ColumnFunction;
  exp: ColumnFunction;
  sigmoid: ColumnFunction;
  tanh: ColumnFunction;
  log: ColumnFunction;
}

/** What is used here of the engine's WebAssembly: neither Node's types nor ES2023's declare it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const PAGE = 65536;
/**
 * Memory grows to a multiple of its size: in few steps, because the views are made anew after each, and not at once to all a
 * search may need, because the engine collects garbage when memory of its size comes along.
 */
const GROWTH = 2;
let compiled: object | undefined;

/** Memories given back wait for the next user: a new one costs milliseconds, in fresh pages and in calls that the engine has not compiled yet. */
const MOST_SPARE = 3;
const LARGEST_SPARE = 64 << 20;
const spare: Memory[] = [];

export class Memory {
  readonly kernel: Kernel;
  /** The whole memory as float64 and as float32. Both are made anew when the memory grows: read them, don't keep them. */
  f64: Float64Array;
  f32: Float32Array;
  private top: Pointer;
  private readonly base: Pointer;

  constructor() {
    compiled ??= new WebAssembly.Module(readFileSync(new URL("./kernel.wasm", import.meta.url)));
    const instance = new WebAssembly.Instance(compiled, {
      env: {
        abort() {
          throw new Error("the search's kernel stopped: a bug in eqlab");
        },
      },
    });
    this.kernel = instance.exports as Kernel;
    this.base = (this.kernel.heapBase() + 63) & ~63;
    this.top = this.base;
    this.f64 = new Float64Array(this.kernel.memory.buffer);
    this.f32 = new Float32Array(this.kernel.memory.buffer);
  }

  /** One that was given back, or a new one. */
  static borrow(): Memory {
    return spare.pop() ?? new Memory();
  }

  /** For the next to borrow; whoever had it must not use it, nor what lies in it, any more. */
  giveBack(): void {
    if (spare.length === MOST_SPARE || this.kernel.memory.buffer.byteLength > LARGEST_SPARE) return;
    this.top = this.base;
    spare.push(this);
  }

  /** A block of `bytes` on top of the stack, aligned to 64 bytes; its content is undefined. */
  allocate(bytes: number): Pointer {
    const pointer = this.top;
    this.top = (pointer + bytes + 63) & ~63;
    const missing = this.top - this.kernel.memory.buffer.byteLength;
    if (missing > 0) {
      const { byteLength } = this.kernel.memory.buffer;
      this.kernel.memory.grow(Math.ceil(Math.max(missing, (GROWTH - 1) * byteLength) / PAGE));
      this.f64 = new Float64Array(this.kernel.memory.buffer);
      this.f32 = new Float32Array(this.kernel.memory.buffer);
    }
    return pointer;
  }

  /** A column of `n` float64 numbers. */
  column(n: number): Pointer {
    return this.allocate(n * 8);
  }

  mark(): Pointer {
    return this.top;
  }

  release(mark: Pointer): void {
    this.top = mark;
  }

  /** A column with these values. */
  store(values: ArrayLike<number>): Pointer {
    const pointer = this.column(values.length);
    this.f64.set(values, pointer >> 3);
    return pointer;
  }

  /** The float64 numbers at an address, as a view that lasts until the next allocation. */
  view(pointer: Pointer, n: number): Float64Array {
    return this.f64.subarray(pointer >> 3, (pointer >> 3) + n);
  }

  /** Whole numbers of 32 bits at an address. */
  viewInt(pointer: Pointer, n: number): Int32Array {
    return new Int32Array(this.kernel.memory.buffer, pointer, n);
  }

  view32(pointer: Pointer, n: number): Float32Array {
    return this.f32.subarray(pointer >> 2, (pointer >> 2) + n);
  }
}
