/**
 * Images as a person might have written them as well: each turned, scaled, shifted and sheared a little, at random. The pixels of
 * the new image are read from the old one between its pixels (bilinear); outside it is black.
 */
import type { Random } from "../random.js";
import type { ImageSet } from "./images.js";

/** The largest changes, each uniform between minus and plus so much. */
export interface Jitter {
  /** Degrees. */
  readonly rotation: number;
  /** Relative, of height and width apart. */
  readonly scale: number;
  /** Pixels. */
  readonly shift: number;
  /** Pixels across for a pixel down. */
  readonly shear: number;
}

/** Images number `which` of a set as they are: grey values 0 … 1, which.length × height × width. */
export function take({ height, width, pixels }: ImageSet, which: ArrayLike<number>): Float32Array {
  const size = height * width;
  const out = new Float32Array(which.length * size);
  for (let n = 0; n < which.length; n++) {
    for (let p = 0; p < size; p++) out[n * size + p] = pixels[which[n] * size + p] / 255;
  }
  return out;
}

/** The same, each changed at random within `jitter`. */
export function augment(images: ImageSet, which: ArrayLike<number>, jitter: Jitter, random: Random): Float32Array {
  const size = images.height * images.width;
  const out = new Float32Array(which.length * size);
  const within = (most: number) => (2 * random.uniform() - 1) * most;
  for (let n = 0; n < which.length; n++) {
    const angle = (within(jitter.rotation) * Math.PI) / 180;
    const [tall, wide, shear] = [1 + within(jitter.scale), 1 + within(jitter.scale), within(jitter.shear)];
    const [down, right] = [within(jitter.shift), within(jitter.shift)];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    // Where a new pixel, counted from the middle, comes from: turned, then scaled and sheared.
    const map = [cos * tall, -sin * wide, down, sin * tall + shear, cos * wide, right] as const;
    resample(images, which[n] * size, map, out.subarray(n * size, (n + 1) * size));
  }
  return out;
}

type Affine = readonly [number, number, number, number, number, number];

function resample({ height, width, pixels }: ImageSet, start: number, map: Affine, out: Float32Array): void {
  const [ii, ij, i0, ji, jj, j0] = map;
  const [middleI, middleJ] = [(height - 1) / 2, (width - 1) / 2];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [down, right] = [row - middleI, column - middleJ];
      const i = ii * down + ij * right + i0 + middleI;
      const j = ji * down + jj * right + j0 + middleJ;
      const [top, left] = [Math.floor(i), Math.floor(j)];
      if (top < -1 || left < -1 || top >= height || left >= width) continue;
      const [s, t] = [i - top, j - left];
      const at = start + top * width + left;
      if (top >= 0 && left >= 0 && top + 1 < height && left + 1 < width) {
        const above = (1 - t) * pixels[at] + t * pixels[at + 1];
        const below = (1 - t) * pixels[at + width] + t * pixels[at + width + 1];
        out[row * width + column] = ((1 - s) * above + s * below) / 255;
        continue;
      }
      const [above, below] = [top >= 0, top + 1 < height];
      const [before, after] = [left >= 0, left + 1 < width];
      let grey = 0;
      if (above && before) grey += (1 - s) * (1 - t) * pixels[at];
      if (above && after) grey += (1 - s) * t * pixels[at + 1];
      if (below && before) grey += s * (1 - t) * pixels[at + width];
      if (below && after) grey += s * t * pixels[at + width + 1];
      out[row * width + column] = grey / 255;
    }
  }
}
