/**
 * The network's kernel and its memory. It uses relaxed SIMD (fused multiply-add: faster, one rounding less), so that
 * processors without it give other last digits.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

/** Address in the kernel's memory, in bytes. */
export type Pointer = number;

export interface NetworkKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heapBase(): Pointer;
  forward(net: Pointer, weights: Pointer, x: Pointer, n: number, out: Pointer): void;
  backward(net: Pointer, weights: Pointer, x: Pointer, n: number, d: Pointer, gradient: Pointer, dx: Pointer): void;
  loadTable(net: Pointer, from: Pointer, width: number, n: number, to: Pointer): void;
  steps(net: Pointer, trainer: Pointer, count: number): number;
  lossOf(net: Pointer, trainer: Pointer, weights: Pointer): number;
  loadWindows(net: Pointer, windows: Pointer): void;
  weakGradients(net: Pointer, windows: Pointer): void;
  gather(from: Pointer, stride: number, which: Pointer, n: number, count: number, to: Pointer): void;
  encode(stages: Pointer, count: number, weights: Pointer, n: number, room: Pointer): void;
  encodeBack(stages: Pointer, count: number, weights: Pointer, n: number, by: Pointer, room: Pointer): void;
  price(weights: Pointer, gradient: Pointer, count: number, each: number, clip: number): void;
  /** The lists are blocks; so many numbers of each, then the rate, the decays of means and squares, and epsilon. */
  adam(...lists: [Pointer, Pointer, Pointer, Pointer, number, number, number, number, number]): void;
}

/** What is used here of the engine's WebAssembly: neither Node's types nor ES2023's declare it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const PAGE = 65536;
let compiled: object | undefined;

function compile(): object {
  // Node 20 has relaxed SIMD behind a flag, which may be set at any time and counts for what is compiled later.
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
  return new WebAssembly.Module(readFileSync(new URL("./kernel.wasm", import.meta.url)));
}

export class Memory {
  readonly kernel: NetworkKernel;
  /** The whole memory as float32 and as int32. Both are made anew when it grows: read them, don't keep them. */
  f32: Float32Array;
  i32: Int32Array;
  private top: Pointer;

  constructor() {
    compiled ??= compile();
    const { exports } = new WebAssembly.Instance(compiled, {
      env: {
        abort() {
          throw new Error("the network's kernel stopped: a bug in eqlab");
        },
      },
    });
    this.kernel = exports as NetworkKernel;
    this.top = (this.kernel.heapBase() + 63) & ~63;
    this.f32 = new Float32Array(this.kernel.memory.buffer);
    this.i32 = new Int32Array(this.kernel.memory.buffer);
  }

  /** A block of `count` numbers of 4 bytes on top of the stack, aligned to 64 bytes, filled with zeros. */
  allocate(count: number): Pointer {
    const pointer = this.top;
    this.top = (pointer + 4 * count + 63) & ~63;
    const missing = this.top - this.kernel.memory.buffer.byteLength;
    if (missing > 0) {
      this.kernel.memory.grow(Math.ceil(missing / PAGE));
      this.f32 = new Float32Array(this.kernel.memory.buffer);
      this.i32 = new Int32Array(this.kernel.memory.buffer);
    }
    this.i32.fill(0, pointer >> 2, this.top >> 2);
    return pointer;
  }

  /** A block with these numbers as float32. */
  store(values: ArrayLike<number>): Pointer {
    const pointer = this.allocate(values.length);
    this.f32.set(values, pointer >> 2);
    return pointer;
  }

  /** Whole numbers, or float32 where it says so. */
  record(fields: readonly (number | { readonly float: number })[]): Pointer {
    const pointer = this.allocate(fields.length);
    fields.forEach((field, k) => {
      if (typeof field === "number") this.i32[(pointer >> 2) + k] = field;
      else this.f32[(pointer >> 2) + k] = field.float;
    });
    return pointer;
  }

  /** The float32 numbers at an address, as a view that lasts until the next allocation. */
  view(pointer: Pointer, count: number): Float32Array {
    return this.f32.subarray(pointer >> 2, (pointer >> 2) + count);
  }

  mark(): Pointer {
    return this.top;
  }

  release(mark: Pointer): void {
    this.top = mark;
  }
}
