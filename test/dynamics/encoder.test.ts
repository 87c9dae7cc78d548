import assert from "node:assert/strict";
import { test } from "node:test";
import { SeriesEncoder as Encoder, type SeriesEncoder, type SeriesView } from "../../src/dynamics/encoder.js";
import { tensorFlow } from "../../src/network/tensorflow.js";
import { random } from "../../src/random.js";
import { normals } from "../network/help.js";

const tf = tensorFlow();

/** The encoder in operations of tfjs, from its flat weights. */
function layered(encoder: SeriesEncoder, flat: ReturnType<typeof tf.tensor1d>, { values, count }: SeriesView) {
  const { rows, states, layers } = encoder;
  const view = tf.tensor2d(values, [count, rows * states + states]);
  const [series, sizes] = tf.split(view, [rows * states, states], 1);
  let h: ReturnType<typeof tf.tensor> = series;
  let at = 0;
  layers.forEach(({ places, rows: seen, columns }, k) => {
    if (k === 2) h = tf.concat([h.reshape([count, seen - states]), sizes], 1);
    const weight = flat.slice(at, seen * columns).reshape<ReturnType<typeof tf.tensor2d>>([seen, columns]);
    const bias = flat.slice(at + seen * columns, columns);
    at += (seen + 1) * columns;
    h = h
      .reshape<ReturnType<typeof tf.tensor2d>>([count * places, seen])
      .matMul(weight)
      .add(bias);
    if (k < layers.length - 1) h = h.relu();
  });
  const { mean, variance } = tf.moments(h, 0);
  return h.sub(mean).div(variance.add(1e-5).sqrt()).div(2);
}

for (const { count, states, latents, rows } of [
  { count: 7, states: 2, latents: 1, rows: 60 },
  { count: 75, states: 3, latents: 2, rows: 110 },
]) {
  test(`an encoder's latents and gradient are those of tfjs: ${count} series of ${rows} rows`, () => {
    const encoder = new Encoder(rows, states, latents, count, random(3));
    const columns = (s: number) =>
      Array.from({ length: states }, (_, k) => Float64Array.from(normals(rows, 1 + k, 9 * s + k)));
    const list = Array.from({ length: count }, (_, s) => ({ columns: columns(s), rows, label: `${s}` }));
    const view = encoder.view(list, new Array(states).fill(2));
    encoder.weights.forEach((w, i, all) => {
      all[i] = w || 0.1 * Math.sin(i); // biases begin at 0
    });
    const by = normals(count * latents, 1, 5);
    const wanted = tf.tidy(() => {
      const f = (flat: ReturnType<typeof tf.tensor>) =>
        layered(encoder, flat as ReturnType<typeof tf.tensor1d>, view)
          .mul(tf.tensor2d(by, [count, latents]))
          .sum();
      const flat = tf.tensor1d(encoder.weights.slice());
      return {
        z: layered(encoder, flat, view).dataSync(),
        gradient: tf
          .grad((w) => f(w) as ReturnType<typeof tf.scalar>)(flat)
          .dataSync(),
      };
    });
    const order = random(1);
    const chosen = Array.from({ length: count }, (_, s) => s).sort(() => order.uniform() - 0.5);
    const z = encoder.train(view, chosen);
    const rms = (v: ArrayLike<number>) => Math.sqrt(Array.from(v).reduce((sum, x) => sum + x * x, 0) / v.length);
    const off = (got: ArrayLike<number>, should: ArrayLike<number>) =>
      rms(Array.from(got, (v, i) => v - should[i])) / rms(should);
    const placed = chosen.flatMap((s) => [...wanted.z.subarray(s * latents, (s + 1) * latents)]);
    assert.ok(off(z, placed) < 1e-5, `latents off by ${off(z, placed)}`);
    const gradient = encoder.gradient(chosen.flatMap((s) => [...by.subarray(s * latents, (s + 1) * latents)]));
    assert.ok(off(gradient, wanted.gradient) < 1e-5, `gradient off by ${off(gradient, wanted.gradient)}`);
    // By the moments of all, each latent has mean 0 and standard deviation 1/2.
    encoder.measure(view);
    const all = encoder.encode(view).map(([first]) => first);
    assert.ok(Math.abs(all.reduce((a, b) => a + b) / count) < 1e-5);
    assert.ok(Math.abs(rms(all) - 0.5) < 1e-3);
  });
}
