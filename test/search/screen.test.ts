import assert from "node:assert/strict";
import { test } from "node:test";
import { LINEAR } from "../../src/search/fit.js";
import { buildLibrary, type Sprout } from "../../src/search/library.js";
import {
  type Affine,
  affine,
  copyAffine,
  copyUnit,
  edited,
  functionOf,
  input,
  places,
  single,
} from "../../src/search/network.js";
import { bestSprouts, LEAST_GAIN } from "../../src/search/screen.js";
import { MONOMIAL } from "../../src/search/sprouts.js";
import { Tangent } from "../../src/search/tangent.js";
import { ALL, close, fitterFor, map, normal, outputAt, read, solve, uniform } from "./help.js";

const N = 61;
const inputs = [uniform(1, N), uniform(2, N, 0.2, 1)];
const y = map([...inputs, normal(3, N)], (a, b, r) => Math.sin(4 * a) + b * b + a * b + 0.05 * r);
const everything = { take: 1e6, perFamily: 1e6, leastGain: 0 };
const sproutAt = (sprout: Sprout, i: number) => outputAt(single(sprout.unit), [inputs[0][i], inputs[1][i]], ALL);

for (const weights of [undefined, uniform(4, N, 0.5, 2)]) {
  const named = weights ? "with row weights" : "without row weights";
  const fitter = fitterFor(inputs, y, { weights });
  const { memory } = fitter.sample;
  const library = buildLibrary(fitter.sample, ALL);
  const weighted = (column: Float64Array) => (weights ? map([column, weights], (v, w) => v * w) : column);

  test(`at the output, the predicted gain is the decrease of a linear refit, ${named}`, () => {
    const root = affine([{ weight: 1, unit: input(0) }], 0);
    const tangent = new Tangent(root, fitter);
    const before = tangent.norm ** 2;
    const picks = bestSprouts(tangent, undefined, library.all, fitter, everything);
    assert.ok(picks.length > 300, `${picks.length} picks`);
    for (const { sprout, gain, weight } of picks.filter((_, k) => k % 7 === 0)) {
      const grown = copyAffine(root);
      grown.links.push({ weight: 0, unit: copyUnit(sprout.unit) });
      const after = fitter.fit(grown, LINEAR);
      // Sprouts that the network can nearly say already are known to float32 only.
      close(gain, (before - after) / before, 2e-3, "gain");
      if (gain > 0.01) close(weight / grown.links[1].weight, 1, 1e-2, "weight");
    }
    const gains = picks.map(({ gain }) => gain);
    assert.deepEqual(
      gains,
      [...gains].sort((a, b) => b - a),
      "the best first",
    );
  });

  test(`inside, the predicted gain is that of the linearised network, ${named}`, () => {
    const sine = functionOf(ALL.indexOf("sin"), single(input(0), 3, 0.3));
    const root = single(sine, 1, 0);
    fitter.fit(root, { steps: 100, tolerance: 1e-12 }); // the residual of a fitted network is orthogonal to the tangent space
    const tangent = new Tangent(root, fitter);
    const place = 0;
    const { sensitivity } = tangent.circuit.affines[place];
    const slopes = read(fitter, sensitivity, N);
    const residual = read(fitter, tangent.residual, N);
    const values = (of: Affine) => map(inputs, (a, b) => outputAt(of, [a, b], ALL));
    // Derivatives of the output by everything the network can change already: amplitude and offset, slope and phase.
    const shifted = (change: (of: Affine) => void) => values(edited(root, (_, copy) => change(copy)));
    const now = values(root);
    const slope = (change: (of: Affine, h: number) => void) =>
      map([shifted((of) => change(of, 1e-6)), now], (after, before) => (after - before) / 1e-6);
    const argument = (of: Affine) => places(of).affines[place];
    const directions = [
      slope((of, h) => {
        of.links[0].weight += h;
      }),
      slope((of, h) => {
        of.bias += h;
      }),
      slope((of, h) => {
        argument(of).links[0].weight += h;
      }),
      slope((of, h) => {
        argument(of).bias += h;
      }),
    ].map(weighted);
    const left = solve(directions, residual).error;
    const picks = bestSprouts(tangent, sensitivity, library.inner, fitter, everything);
    assert.ok(picks.length > 20, `${picks.length} picks`);
    for (const { sprout, gain } of picks) {
      const direction = weighted(slopes.map((s, i) => s * sproutAt(sprout, i)));
      const reduced = solve([...directions, direction], residual).error;
      close(gain, (left - reduced) / tangent.norm ** 2, 3e-3, "gain");
    }
  });

  test(`the tangent space is orthonormal and holds every derivative, ${named}`, () => {
    const root = affine(
      [
        { weight: 1, unit: functionOf(ALL.indexOf("exp"), single(input(0), 0.7)) },
        { weight: 1, unit: input(1) },
      ],
      0,
    );
    const { basis, count, circuit } = new Tangent(root, fitter);
    const { kernel } = memory;
    assert.equal(count, 4);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++)
        close(kernel.dot(basis + a * N * 8, basis + b * N * 8, N), a === b ? 1 : 0, 1e-12);
    }
    const slope = read(fitter, circuit.jacobian, N);
    const square = slope.reduce((sum, v) => sum + v * v, 0);
    const along = Array.from({ length: count }, (_, a) =>
      read(fitter, basis + a * N * 8, N).reduce((sum, q, i) => sum + q * slope[i], 0),
    );
    close(along.reduce((sum, v) => sum + v * v, 0) / square, 1, 1e-12);
  });
}

test("of each family only so many, as many as wanted, the best first", () => {
  const fitter = fitterFor(inputs, y);
  const library = buildLibrary(fitter.sample, ALL);
  const tangent = new Tangent(affine([], 0), fitter);
  const pick = (choice: object) =>
    bestSprouts(tangent, undefined, library.all, fitter, { ...everything, leastGain: LEAST_GAIN, ...choice });
  const all = pick({});
  for (const take of [1, 7, 30, 1000]) {
    for (const perFamily of [1, 2, 5]) {
      const members = new Map<number, number>();
      const expected = all.filter(({ sprout: { family } }) => {
        members.set(family, (members.get(family) ?? 0) + 1);
        return (members.get(family) as number) <= perFamily;
      });
      assert.deepEqual(
        pick({ take, perFamily }).map(({ sprout }) => sprout),
        expected.slice(0, take).map(({ sprout }) => sprout),
        `${take}, ${perFamily} of a family`,
      );
    }
  }
  assert.ok(pick({ leastGain: 0.3 }).every(({ gain }) => gain > 0.3));
  const monomials = bestSprouts(tangent, undefined, library.monomials, fitter, everything);
  const functions = bestSprouts(tangent, undefined, library.functions, fitter, everything);
  assert.ok(monomials.length > 10 && functions.length > 100);
  assert.ok(monomials.every(({ sprout }) => sprout.kind === MONOMIAL));
  assert.ok(functions.every(({ sprout }) => sprout.kind !== MONOMIAL));
});
