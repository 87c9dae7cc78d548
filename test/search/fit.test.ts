import assert from "node:assert/strict";
import { test } from "node:test";
import { Circuit } from "../../src/search/circuit.js";
import { FINAL, LINEAR, Projection, THOROUGH } from "../../src/search/fit.js";
import {
  affine,
  factor,
  functionOf,
  input,
  monomial,
  places,
  productOf,
  signature,
  single,
} from "../../src/search/network.js";
import { ALL, allClose, close, fitterFor, map, normal, outputAt, randomNetworks, solve, uniform } from "./help.js";

const [SIN, EXP, LOG] = ["sin", "exp", "log"].map((name) => ALL.indexOf(name));
const N = 101;
const x = uniform(1, N, 0, 2);
const ones = new Float64Array(N).fill(1);
const relative = (error: number, y: Float64Array) => error / y.reduce((sum, v) => sum + v * v, 0);

test("a damped oscillation: amplitude, decay, frequency and phase from a start nearby", () => {
  const y = map([x], (t) => 2.5 * Math.exp(-0.7 * t) * Math.cos(9 * t));
  const root = single(
    productOf(
      factor(single(functionOf(EXP, single(input(0), -1)))),
      factor(single(functionOf(SIN, single(input(0), 8.2, 1)))),
    ),
  );
  const error = fitterFor([x], y).fit(root, FINAL);
  assert.ok(relative(error, y) < 1e-20, `${error}`);
  const [wave, decay] = [1, 0].map((k) => root.links[0].unit.factors[k].input.links[0].unit.factors[0].input);
  close(decay.links[0].weight, -0.7, 1e-9, "decay");
  close(wave.links[0].weight, 9, 1e-9, "frequency");
  close(root.links[0].weight * Math.sin(wave.bias), 2.5, 1e-9, "amplitude at 0");
});

test("a power law with a free exponent, on inputs far from 1", () => {
  const a = uniform(2, N, 0.01, 0.5);
  const y = map([a], (v) => 3.2 * v ** -1.37);
  const root = single(productOf(factor(single(input(0)), 1, true)));
  assert.ok(relative(fitterFor([a], y).fit(root, FINAL), y) < 1e-20);
  close(root.links[0].weight, 3.2, 1e-9);
  close(root.links[0].unit.factors[0].power, -1.37, 1e-9);
});

/** 2x + 3x² + 1 − noise: the output's weights alone. */
const linear = () =>
  affine(
    [input(0), monomial([[0, 2]])].map((unit) => ({ weight: 0, unit })),
    0,
  );
const noisy = map([x, normal(3, N)], (v, r) => 1 + 2 * v + 3 * v * v + 0.1 * r);
const columns = [x, map([x], (v) => v * v), ones];

test("linear weights are those of the normal equations", () => {
  const expected = solve(columns, noisy);
  const root = linear();
  close(fitterFor([x], noisy).fit(root, LINEAR), expected.error, 1e-12);
  allClose([...root.links.map(({ weight }) => weight), root.bias], expected.weights, 1e-11);
});

test("row weights weigh residuals, in the linear solution and in the inner parameters", () => {
  const weights = uniform(4, N, 0.1, 3);
  const times = (column: Float64Array) => map([column, weights], (v, w) => v * w);
  const expected = solve(columns.map(times), times(noisy));
  const root = linear();
  close(fitterFor([x], noisy, { weights }).fit(root, LINEAR), expected.error, 1e-12);
  allClose([...root.links.map(({ weight }) => weight), root.bias], expected.weights, 1e-11);

  // Rows of weight 2 count like four rows.
  const doubled = map([x], (v) => (v > 1 ? 2 : 1));
  const four = Array.from(x.keys()).flatMap((i) => (x[i] > 1 ? [i, i, i, i] : [i]));
  const at = (column: Float64Array) => Float64Array.from(four, (i) => column[i]);
  const start = () => single(functionOf(EXP, single(input(0), 0.5)), 1, 0);
  const [weighted, repeated] = [start(), start()];
  close(
    fitterFor([x], noisy, { weights: doubled }).fit(weighted, { steps: 100, tolerance: 1e-12 }),
    fitterFor([at(x)], at(noisy)).fit(repeated, { steps: 100, tolerance: 1e-12 }),
    1e-9,
  );
  const slope = (root: typeof weighted) => root.links[0].unit.factors[0].input.links[0].weight;
  close(slope(weighted), slope(repeated), 1e-5);
});

test("a column that says nothing new gets no weight, and harms no other", () => {
  const root = affine(
    [input(0), monomial([[0, 2]]), input(0)].map((unit) => ({ weight: 7, unit })),
    0,
  );
  close(fitterFor([x], noisy).fit(root, LINEAR), solve(columns, noisy).error, 1e-12);
  assert.ok(root.links.every(({ weight }) => Number.isFinite(weight)));
});

test("a network without a value on some row has an infinite error, not NaN, and keeps to its memory", () => {
  const fitter = fitterFor([uniform(5, N)], noisy);
  const mark = fitter.sample.memory.mark();
  for (const root of [
    single(functionOf(LOG, single(input(0), 1, 0)), 1, 0),
    single(productOf(factor(single(input(0)), 0.5)), 1, 0),
    single(productOf(factor(single(input(0)), 0.7, true)), 1, 0),
  ]) {
    assert.equal(fitter.fit(root, THOROUGH), Number.POSITIVE_INFINITY, signature(root));
  }
  const pole = single(productOf(factor(single(input(0), 1, -x[3]), -1)), 1, 0);
  assert.equal(fitterFor([x], noisy).fit(pole, THOROUGH), Number.POSITIVE_INFINITY, "at its pole");
  assert.equal(fitter.sample.memory.mark(), mark);
});

test("a step into a region without values is taken back", () => {
  const y = map([x], (v) => Math.log(v + 1e-3));
  const root = single(functionOf(LOG, single(input(0), 1, 1.5)), 1, 0);
  const fitter = fitterFor([x], y);
  const error = fitter.fit(root, FINAL);
  assert.ok(relative(error, y) < 0.01, `${error}`);
  assert.ok(fitter.predict(root).every(Number.isFinite));
});

test("whatever the network, the error returned is that of the weights left in it, and no worse than the start", () => {
  const inputs = [uniform(6, 41, 0.3, 1.4), uniform(7, 41, 0.3, 1.4)];
  const y = map(inputs, (a, b) => Math.sin(3 * a) * b + a);
  const fitter = fitterFor(inputs, y);
  let compared = 0;
  for (const root of randomNetworks(300, 2, ALL)) {
    const before = fitter.fit(structuredClone(root), LINEAR);
    const error = fitter.fit(root, THOROUGH);
    if (!Number.isFinite(before)) continue;
    assert.ok(error <= before * (1 + 1e-12), signature(root));
    const weights = [...root.links, ...places(root).links].map(({ weight }) => Math.abs(weight));
    if (Math.max(0, ...weights) > 1e6) continue; // huge terms that cancel
    const left = y.reduce((sum, v, i) => sum + (v - outputAt(root, [inputs[0][i], inputs[1][i]], ALL)) ** 2, 0);
    close(left, error, 1e-7, signature(root));
    compared++;
  }
  assert.ok(compared > 40, `${compared}`);
});

test("the projection's basis is orthonormal, and the residual is orthogonal to it", () => {
  const weights = uniform(8, N, 0.5, 2);
  const { sample, grammar } = fitterFor([x], noisy, { weights });
  const projection = new Projection(new Circuit(linear(), sample, grammar), sample);
  const error = projection.solve();
  const { kernel } = sample.memory;
  const q = (k: number) => projection.basis + k * N * 8;
  for (let a = 0; a < projection.count; a++) {
    for (let b = 0; b < projection.count; b++) close(kernel.dot(q(a), q(b), N), a === b ? 1 : 0, 1e-14);
    close(kernel.dot(q(a), projection.residual, N), 0, 1e-12);
  }
  close(kernel.dot(projection.residual, projection.residual, N), error, 1e-12);
});
