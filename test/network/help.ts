/** What the tests of the trained network share. */
import assert from "node:assert/strict";
import { type Architecture, arity, shapes } from "../../src/network/architecture.js";
import { PRIMITIVES, trainedUnit } from "../../src/primitives.js";
import { random } from "../../src/random.js";

export const TRAINED = Object.keys(PRIMITIVES).filter((name) => PRIMITIVES[name].trained);

/** Numbers of about this standard deviation. */
export function normals(count: number, deviation: number, seed: number): Float32Array {
  const { uniform } = random(seed);
  const four = () => uniform() + uniform() + uniform() + uniform() - 2;
  return Float32Array.from({ length: count }, () => deviation * four() * Math.sqrt(3));
}

/** The outputs of one point in float64, unit by unit, from primitives.ts alone. */
export function reference(of: Architecture, weights: ArrayLike<number>, x: readonly number[]): number[] {
  let seen = [...x, ...(of.dense ? [1] : [])];
  for (const [k, { rows, columns, offset }] of shapes(of).entries()) {
    const g = Array.from({ length: columns }, (_, j) =>
      seen.reduce((sum, value, i) => sum + value * weights[offset + i * columns + j], 0),
    );
    assert.equal(seen.length, rows);
    if (k === of.layers.length) return g;
    let column = 0;
    seen = of.layers[k].map((name) => {
      const value = trainedUnit(name, of.gains).value(...g.slice(column, column + arity(name)));
      column += arity(name);
      return value;
    });
    if (of.dense) seen.push(...x, 1);
  }
  return seen;
}

/** To 1e-5 of the value, or of the size of its like. */
export function near(got: number, wanted: number, scale: number, what: string): void {
  assert.ok(Math.abs(got - wanted) <= 1e-5 * Math.max(scale, Math.abs(wanted)), `${what}: ${got}, not ${wanted}`);
}

/** Derivatives of f by each of the values, by Richardson's central differences. */
export function slopes(values: ArrayLike<number>, f: (v: Float64Array) => number): number[] {
  return Array.from(values, (value, i) => {
    const at = (u: number) => f(Float64Array.from(values).with(i, u));
    const central = (h: number) => (at(value + h) - at(value - h)) / (2 * h);
    return (4 * central(5e-5) - central(1e-4)) / 3;
  });
}
