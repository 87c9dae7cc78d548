import assert from "node:assert/strict";
import { test } from "node:test";
import { FINAL } from "../../src/search/fit.js";
import {
  type Affine,
  affine,
  factor,
  functionOf,
  input,
  monomial,
  productOf,
  single,
} from "../../src/search/network.js";
import { constantsOf } from "../../src/search/normal.js";
import { snap } from "../../src/search/snap.js";
import { ALL, close, fitterFor, map, normal, uniform } from "./help.js";

const SIN = ALL.indexOf("sin");
const N = 200;
const x = uniform(1, N, 0.1, 2);
const noise = normal(2, N);

/** A network fitted to a target, with its constants snapped. */
function snappedFit(root: Affine, target: Float64Array, inputs = [x]) {
  const fitter = fitterFor(inputs, target);
  const before = fitter.fit(root, { steps: 100, tolerance: 1e-12 });
  const { root: found, snapped } = snap(root, fitter);
  const left = fitter.predict(found).reduce((sum, v, i) => sum + (v - target[i]) ** 2, 0);
  return { found, before, left, snapped };
}

/** The slope of sin(slope·x) that comes out where the true slope is `truth`. */
function slope(truth: number, sigma: number): number {
  const { found } = snappedFit(
    single(functionOf(SIN, single(input(0), truth + 0.01))),
    map([x, noise], (v, r) => Math.sin(truth * v) + sigma * r),
  );
  return found.links[0].unit.factors[0].input.links[0].weight;
}

test("2π comes out where the data can't tell it from 6.2831, and only there", () => {
  assert.equal(slope(6.2831, 0.01), 2 * Math.PI);
  assert.notEqual(slope(6.2831, 1e-7), 2 * Math.PI);
  close(slope(6.2831, 1e-7), 6.2831, 1e-6);
  assert.notEqual(slope(6.2, 0.001), 2 * Math.PI);
});

test("without noise every nice constant comes out exactly, and no other is touched", () => {
  const target = map([x], (v) => v / 3 - 7 * v * v + Math.SQRT2 * Math.sin(2 * Math.PI * v) + 0.123456);
  const root = affine(
    [input(0), monomial([[0, 2]]), functionOf(SIN, single(input(0), 6.28))].map((unit) => ({ weight: 1, unit })),
    0,
  );
  const { found, left } = snappedFit(root, target);
  assert.deepEqual(
    [...found.links.map(({ weight }) => weight), found.links[2].unit.factors[0].input.links[0].weight],
    [1 / 3, -7, Math.SQRT2, 2 * Math.PI],
  );
  close(found.bias, 0.123456, 1e-12);
  assert.ok(left < 1e-24);
});

test("numbers of few decimal digits come out where they are known well enough, others stay", () => {
  const constant = (truth: number, sigma: number) => {
    const target = map([x, noise], (v, r) => Math.sin(3 * v) * truth + sigma * r);
    return snappedFit(single(functionOf(SIN, single(input(0), 3))), target).found.links[0].weight;
  };
  assert.equal(constant(0.37, 1e-6), 0.37);
  assert.equal(constant(9.81, 1e-5), 9.81);
  assert.notEqual(constant(0.37, 0.01), 0.37);
  close(constant(0.3712345, 1e-4), 0.3712345, 1e-4);
  assert.notEqual(constant(0.3712345, 1e-4), 0.37);
});

test("a free power that comes to a half or a whole is no parameter any more", () => {
  const start = () => single(productOf(factor(single(input(0)), 1.4, true)));
  const half = snappedFit(
    start(),
    map([x, noise], (v, r) => 3 * v ** 1.5 + 0.01 * r),
  ).found.links[0].unit.factors[0];
  assert.deepEqual([half.power, half.free], [1.5, false]);
  const third = snappedFit(
    start(),
    map([x, noise], (v, r) => 3 * v ** (4 / 3) + 0.001 * r),
  ).found.links[0].unit.factors[0];
  assert.deepEqual([third.power, third.free], [4 / 3, true]);
});

test("a nice number is taken if naming it costs less than the digits it saves", () => {
  const weight = (truth: number, sigma: number) => {
    // The weight's standard error is sigma: |x|·weight with Σx² = 1.
    const unit = x.map((v) => v / Math.sqrt(x.reduce((s, u) => s + u * u, 0)));
    const r = noise.map((v) => v * sigma);
    const along = unit.reduce((s, u, i) => s + u * r[i], 0);
    // Noise with no part along the column: the fit gives the truth itself.
    const target = map([unit, r], (u, e) => truth * u + e - along * u);
    return snappedFit(single(input(0)), target, [unit]).found.links[0].weight;
  };
  assert.equal(weight(3.05, 0.05), 3);
  assert.equal(weight(2.02, 0.1), 2);
  close(weight(3.05, 0.01), 3.05, 1e-9, "five standard errors away");
  assert.equal(weight(1.669, 0.004), 5 / 3);
  close(weight(1.669, 0.04), 1.669, 1e-9, "5/3 saves less than it would have to");
  assert.equal(weight(1.969, 0.1), 2, "and 2 more");
  close(weight(0.13, 0.1), 0.13, 1e-9, "hardly known to be there at all");
  assert.equal(weight(1.003, 0.01), 1);
});

test("snapping adds hardly anything to the error, and the other constants follow", () => {
  const target = map([x, noise], (v, r) => 2 * v + 3 + 0.1 * r);
  const { found, before, left } = snappedFit(single(input(0), 1, 0), target);
  assert.ok(left <= before * (1 + 16 / N));
  assert.deepEqual([found.links[0].weight, found.bias], [2, 3]);
  const root = single(input(0), 1, 0);
  const fitter = fitterFor(
    [x],
    map([x, noise], (v, r) => 2.0004 * v + 0.7712345 + 0.01 * r),
  );
  fitter.fit(root, FINAL);
  const { root: after } = snap(root, fitter);
  assert.equal(after.links[0].weight, 2);
  // The best bias for the slope 2.
  const mean = x.reduce((a, b) => a + b) / N;
  close(after.bias, root.bias + (root.links[0].weight - 2) * mean, 1e-9);
  assert.notEqual(after.bias, root.bias);
});

test("the constants' columns are the derivatives of the output", () => {
  const root = affine(
    [functionOf(SIN, single(input(0), 2, 0.5)), productOf(factor(single(input(0), 1, 0.3), 2))].map((unit) => ({
      weight: 1.3,
      unit,
    })),
    0.7,
  );
  const fitter = fitterFor([x], x, { weights: uniform(3, N, 0.5, 2) });
  const { memory, weights = 0 } = fitter.sample;
  const { constants, residual } = constantsOf(root, fitter);
  assert.equal(constants.length, 6);
  const w = memory.view(weights, N).slice();
  const left = memory.view(residual, N).slice();
  fitter.predict(root).forEach((v, i) => {
    close(left[i], (x[i] - v) * w[i], 1e-12);
  });
  for (const { get, set, column } of constants) {
    const derivative = memory.view(column, N).slice();
    const at = get();
    const [below, above] = [-1e-6, 1e-6].map((h) => {
      set(at + h);
      return fitter.predict(root);
    });
    set(at);
    derivative.forEach((v, i) => {
      close(v, ((above[i] - below[i]) / 2e-6) * w[i], 1e-7);
    });
  }
});
