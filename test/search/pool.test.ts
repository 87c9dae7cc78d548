import assert from "node:assert/strict";
import { test } from "node:test";
import { type Affine, affine, functionOf, input, monomial, single } from "../../src/search/network.js";
import { Pool } from "../../src/search/pool.js";
import { ALL, close, fitterFor, map, uniform } from "./help.js";

const N = 50;
const x = uniform(1, N);
const y = map([x], (v) => Math.sin(3 * v) + v * v);
const fitter = fitterFor([x], y);
const pool = () => new Pool(fitter, 0);
const fit = (root: Affine) => ({ root, error: fitter.fit(root, { steps: 30, tolerance: 1e-4 }) });

const constant = fit(affine([], 0));
const line = fit(single(input(0), 1, 0));
const parabola = fit(single(monomial([[0, 2]]), 1, 0));
const sine = (slope: number) => single(functionOf(ALL.indexOf("sin"), single(input(0), slope, 0)), 1, 0);
const both = fit(
  affine(
    [monomial([[0, 2]]), functionOf(ALL.indexOf("sin"), single(input(0), 2.9, 0))].map((unit) => ({ weight: 1, unit })),
    0,
  ),
);

test("one state for each structure: the better weights stay", () => {
  const states = pool();
  const worse = { root: sine(1), error: 10 };
  const better = { root: sine(2), error: 5 };
  assert.ok(states.add(worse));
  assert.ok(states.add(better));
  assert.equal(states.add({ root: sine(3), error: 4.99 }), undefined, "hardly better is nothing new");
  assert.equal(states.states.length, 1);
  assert.equal(states.find(sine(7))?.root, better.root);
  assert.equal(states.find(line.root), undefined);
});

test("what has been expanded is expanded again only with much better weights", () => {
  const states = pool();
  const first = states.add({ root: sine(1), error: 10 });
  assert.ok(first);
  first.expanded = true;
  assert.equal(states.add({ root: sine(2), error: 8 })?.expanded, true);
  assert.equal(states.add({ root: sine(3), error: 4 })?.expanded, false);
});

test("the best has the shortest description, the exact one the fewest nodes among the exact", () => {
  const states = pool();
  states.addAll([[constant, line], [parabola]]);
  const exact = () => states.exact?.root;
  assert.equal(exact(), undefined);
  const lengths = states.states.map(({ length }) => length);
  assert.equal(states.best.length, Math.min(...lengths));
  states.add(both);
  assert.equal(states.best.root, both.root);
  assert.equal(exact(), both.root);
  states.add({
    root: affine([...structuredClone(both.root.links), { weight: 0, unit: input(0) }], 0),
    error: both.error,
  });
  assert.equal(exact(), both.root);
});

test("residuals are the target less the network, weighted", () => {
  const weights = uniform(2, N, 0.5, 2);
  const weighted = fitterFor([x], y, { weights });
  const root = single(input(0), 1, 0);
  const states = new Pool(weighted, 0);
  const state = states.add({ root, error: weighted.fit(root, { steps: 0, tolerance: 1 }) });
  assert.ok(state);
  const residuals = states.residuals(state);
  residuals.forEach((r, i) => {
    close(r, weights[i] * (y[i] - root.links[0].weight * x[i] - root.bias), 1e-12);
  });
  close(
    residuals.reduce((sum, r) => sum + r * r, 0),
    state.error,
    1e-12,
  );
});

test("chosen are the unexpanded, not exact ones up to a size, each once", () => {
  const states = pool();
  states.addAll([[constant, line, parabola, both]]);
  const first = states.choose(6);
  assert.ok(first.length > 0 && first.every(({ expanded, size }) => expanded && size <= 6));
  assert.ok(!first.some(({ root }) => root === both.root));
  assert.deepEqual(states.choose(6), []);
});

test("of networks that explain the same, one is chosen before the others", () => {
  const states = pool();
  /** A fitted network with a useless term more. */
  const padded = ({ root, error }: typeof line, power: number) => {
    const useless = { weight: 0, unit: monomial([[0, power]]) };
    return states.add({ root: affine([...root.links, useless], root.bias), error });
  };
  for (const power of [2, 3, 4, 5, 6, -2, -3, -4, -5]) padded(line, power);
  const other = padded(parabola, 4);
  assert.ok(other && states.states.every(({ misfit }) => misfit <= other.misfit), "the other is the worst");
  const chosen = states.choose(60);
  assert.equal(chosen.length, 8);
  assert.ok(chosen.includes(other), "and yet among the first");
});
