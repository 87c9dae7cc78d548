/** Small pictures that are learned in seconds: a bar at one of five heights, in noise. */
import { random } from "../../src/random.js";
import type { ImageSet } from "../../src/vision/images.js";

export function bars(count: number): ImageSet {
  const { uniform, below } = random(1);
  const values = Array.from({ length: count }, () => below(5));
  const pixels = new Uint8Array(count * 100);
  values.forEach((value, n) => {
    for (let p = 0; p < 100; p++) pixels[n * 100 + p] = 60 * uniform() + (Math.floor(p / 10) === 2 * value ? 150 : 0);
  });
  return { count, height: 10, width: 10, pixels, values };
}
