import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError } from "../../src/errors.js";
import { readTable } from "../../src/table.js";
import { isPure, sameDimension } from "../../src/units/dimension.js";
import { withUnits } from "../../src/units/read.js";

const data = { a: [1, 2, 3], b: [2, 3, 5], k: [1, 1, 1], t: [1, 4, 9] };
const table = readTable(data, { target: "t" });
const read = async (a: string, b: string) => {
  const { dimensions } = await withUnits(table, { a, b }, data);
  const [left, right] = dimensions?.inputs ?? [];
  assert.ok(left && right);
  return [left, right] as const;
};

test("what means the same dimension is read as the same", async () => {
  for (const [a, b] of [
    ["N", "kg m/s^2"],
    ["J/(mol K)", "kg*m^2/(s^2*mol*K)"],
    ["km/h", "m s^-1"],
    ["m²·s⁻²", "m^2/s^2"],
    ["µm", "angstrom"],
    ["kΩ", "V/A"],
    ["au", "Mpc"],
    ["yr", "day"],
    ["°C", "K"],
    ["kg**2", "g^2"],
    ["m^0.5", "km^0.5"],
    ["mM", "mol/L"],
  ]) {
    const [left, right] = await read(a, b);
    assert.ok(sameDimension(left, right), `${a}, ${b}`);
    assert.ok(!isPure(left), a);
  }
  for (const [a, b] of [
    ["m", "s"],
    ["m", "m^2"],
    ["J", "W"],
  ]) {
    assert.ok(!sameDimension(...(await read(a, b))), `${a}, ${b}`);
  }
});

test("pure numbers, and angles", async () => {
  for (const unit of ["1", "", "%", "rad", "deg", "°", "m/m"]) {
    const [left] = await read(unit, "m");
    assert.ok(isPure(left), unit);
  }
});

test("columns keep their unit as it was written; those without one have no dimension", async () => {
  const { inputs, target, dimensions } = await withUnits(table, { a: "m/s²", k: "K" }, data);
  assert.deepEqual(
    [...inputs, target].map(({ unit }) => unit),
    ["m/s²", undefined, undefined],
  );
  assert.equal(dimensions?.inputs.length, 2, "one that was left out does no harm");
  assert.equal(dimensions?.inputs[1], undefined);
  assert.equal(dimensions?.target, undefined);
  assert.equal(await withUnits(table, undefined, data), table);
});

test("bad units name the column, what was read, and what is meant", async () => {
  const refused: [object, RegExp][] = [
    [{ a: "furlongs" }, /The unit of "a", "furlongs", is not understood \(.*furlongs.*\)\. Write it as in "kg"/],
    [{ a: "m/" }, /The unit of "a", "m\/", is not understood/],
    [{ b: "5 m" }, /The unit of "b", "5 m", has a number in it.*numbers are never converted/],
    [{ a: 3 }, /The unit of "a" must be text, not 3/],
    [{ c: "m" }, /A unit is given for "c", but there is no such column\..*The columns are "a", "b", "k", "t"/],
  ];
  for (const [units, message] of refused) {
    await assert.rejects(
      withUnits(table, units as Record<string, string>, data),
      (error) => error instanceof InputError && message.test(error.message),
      `${message}`,
    );
  }
});
