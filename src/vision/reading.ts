/**
 * Reading images with a trained encoder: the probabilities of the slots over a few jittered copies of an image, and the latent, the
 * median of the slots' values by these probabilities.
 */
import { tensorFlow } from "../network/tensorflow.js";
import type { Random } from "../random.js";
import { augment, type Jitter, take } from "./augment.js";
import type { Encoder } from "./encoder.js";
import type { ImageSet } from "./images.js";
import { softmax } from "./mixture.js";

const READING = {
  /** Copies of each image whose logarithms of probabilities are averaged. */
  copies: 8,
  jitter: { rotation: 8, scale: 0.06, shift: 1, shear: 0.05 } satisfies Jitter,
  /** Images at a time. */
  batch: 500,
};

/** Probabilities of the slots, images × slots: over jittered copies by `random`, or else of the images themselves. */
export function slotProbabilities(encoder: Encoder, images: ImageSet, random?: Random): Float64Array {
  const { jitter, batch } = READING;
  const copies = random ? READING.copies : 1;
  const tf = tensorFlow();
  const slots = encoder.slots.size;
  const out = new Float64Array(images.count * slots);
  for (let from = 0; from < images.count; from += batch) {
    const which = Array.from({ length: Math.min(batch, images.count - from) }, (_, i) => from + i);
    const logs = new Float64Array(which.length * slots);
    for (let copy = 0; copy < copies; copy++) {
      const pixels = random ? augment(images, which, jitter, random) : take(images, which);
      const logits = tf.tidy(
        () =>
          encoder
            .logits(tf.tensor4d(pixels, [which.length, images.height, images.width, 1]))
            .dataSync() as Float32Array,
      );
      softmax(logits, slots).forEach((p, at) => {
        logs[at] += Math.log(p + Number.MIN_VALUE) / copies;
      });
    }
    out.set(softmax(logs, slots), from * slots);
  }
  return out;
}

/** The most probable slot of each image. */
export function mostProbable(p: Float64Array, slots: number): number[] {
  return Array.from({ length: p.length / slots }, (_, i) => {
    const row = p.subarray(i * slots, (i + 1) * slots);
    return row.indexOf(Math.max(...row));
  });
}

/** The latent of each image: the median of the slots' values, weighted by their probabilities. */
export function latents(p: Float64Array, values: ArrayLike<number>): Float64Array {
  const slots = values.length;
  const order = Array.from({ length: slots }, (_, k) => k).sort((a, b) => values[a] - values[b]);
  return Float64Array.from({ length: p.length / slots }, (_, i) => {
    let below = 0;
    for (const k of order) {
      below += p[i * slots + k];
      if (below >= 0.5) return values[k];
    }
    return values[order[slots - 1]];
  });
}
