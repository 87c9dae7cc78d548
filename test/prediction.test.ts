import assert from "node:assert/strict";
import { test } from "node:test";
import { DataFrame } from "danfojs-node";
import { InputError } from "../src/errors.js";
import { parse } from "../src/expression/parse.js";
import { type PredictionData, predictionColumns } from "../src/prediction.js";

/** Of the formula e_ + 2·x, in a table whose first column was called e. */
const inputs = [
  { name: "e_", label: "e", values: new Float64Array(0) },
  { name: "x", label: "x", values: new Float64Array(0) },
  { name: "unused", label: "unused", values: new Float64Array(0) },
];
const columns = (data: PredictionData, formula = "e_+2*x") => predictionColumns(data, inputs, parse(formula));
const refused = (data: PredictionData, message: RegExp) =>
  assert.throws(
    () => columns(data),
    (error) => error instanceof InputError && message.test(error.message),
  );

test("rows and columns, under the names of the table or of the formula", () => {
  const expected = { columns: { e_: [1, 2], x: [3, 4] }, count: 2 };
  assert.deepEqual(
    columns([
      { e: 1, x: 3 },
      { e: 2, x: 4, more: "text" },
    ]),
    expected,
  );
  assert.deepEqual(
    columns([
      { e_: 1, x: 3 },
      { e_: 2, x: 4 },
    ]),
    expected,
  );
  assert.deepEqual(columns({ e: [1, 2], x: [3, 4] }), expected);
  const frame = new DataFrame({ name: ["a", "b"], e: [1, 2], x: [3, 4] });
  assert.deepEqual(columns(frame), expected);
  assert.equal(columns(frame, "7").count, 2);
  assert.deepEqual(columns({ e_: [1, 2], x: [3, 4], more: [7] }), expected);
});

test("a formula without inputs has as many values as there are rows", () => {
  assert.equal(columns([{ x: 1 }, { x: 2 }], "7").count, 2);
  assert.equal(columns({ x: [1, 2, 3] }, "7").count, 3);
  assert.equal(columns([], "7").count, 0);
});

test("what is missing is named as in the table, with its row", () => {
  refused([{ x: 1 }], /needs "e", and row 1 has no number for it\. Its inputs are "e_", "x"/);
  refused(
    [
      { e: 1, x: 3 },
      { e: 1, x: "3" },
    ],
    /needs "x", and row 2 has no number/,
  );
  refused({ x: [1] }, /The formula needs "e"\. Its inputs are/);
  refused(new DataFrame({ x: [1] }), /The formula needs "e"\. Its inputs are/);
  const series = { e: new DataFrame({ e: [1] }).column("e") } as unknown as PredictionData;
  refused(series, /"e" is no list of numbers.*values of a Series/);
  refused({ e: [1, 2], x: [1] }, /different lengths: "x" has 1 rows, not 2/);
});
