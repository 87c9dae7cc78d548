import assert from "node:assert/strict";
import { test } from "node:test";
import { type Dimension, inUnits, isPure, PURE, sameDimension, times } from "../../src/units/dimension.js";

const metre: Dimension = { powers: [0, 1], units: { m: 1 } };
const kilometre: Dimension = { powers: [0, 1], units: { km: 1 } };
const second: Dimension = { powers: [0, 0, 1], units: { s: 1 } };

test("dimensions multiply by adding powers; roots and inverses are powers too", () => {
  const speed = times(metre, second, -1);
  assert.deepEqual(speed.powers, [0, 1, -1]);
  assert.ok(isPure(times(speed, speed, -1)));
  assert.ok(sameDimension(times(PURE, times(metre, metre), 0.5), metre));
  assert.ok(sameDimension(metre, kilometre), "the unit doesn't matter");
  assert.ok(!sameDimension(metre, second) && !isPure(metre) && isPure(PURE));
  assert.ok(isPure(times(times(PURE, metre, 1 / 3), times(PURE, metre, -1 / 3))), "thirds add up");
});

test("they are written in the units they came in", () => {
  assert.equal(inUnits(times(kilometre, second, -2)), "km/s^2");
  assert.equal(inUnits(times(PURE, second, -1)), "1/s");
  assert.equal(inUnits(times(times(times(PURE, kilometre, -1), second, -1), metre)), "m/(km s)");
  assert.equal(inUnits(times(PURE, metre, 0.5)), "m^0.5");
  assert.equal(inUnits(PURE), "1");
});
