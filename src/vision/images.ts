/** Images and the number each of them shows. */
import { InputError } from "../errors.js";
import type { IdxArray } from "./idx.js";

export interface ImageSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Grey values 0 … 255, count × height × width. */
  readonly pixels: Uint8Array;
  /** The number each image shows. Only formulas of two of them are ever given to a learner; beyond that, they judge it. */
  readonly values: readonly number[];
}

/** Images with what they show, from the two arrays of IDX files. */
export function imageSet({ shape, data }: IdxArray, labels: IdxArray): ImageSet {
  if (shape.length !== 3) {
    throw new InputError(`Images need 3 dimensions (count, height, width), not ${shape.join(" × ")}.`);
  }
  const [count, height, width] = shape;
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new InputError(`${count} images need ${count} labels, not ${labels.shape.join(" × ")}.`);
  }
  return { count, height, width, pixels: data, values: Array.from(labels.data) };
}

/** Images number `from` to `to` − 1 of a set. */
export function slice({ height, width, pixels, values }: ImageSet, from: number, to: number): ImageSet {
  const size = height * width;
  return {
    count: to - from,
    height,
    width,
    pixels: pixels.subarray(from * size, to * size),
    values: values.slice(from, to),
  };
}
