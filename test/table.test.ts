import assert from "node:assert/strict";
import { test } from "node:test";
import * as danfo from "danfojs-node";
import nerdamer from "nerdamer";
import { InputError } from "../src/errors.js";
import type { Data } from "../src/frame.js";
import { identifiers, objection } from "../src/names.js";
import { readTable, type TableOptions } from "../src/table.js";

/** The message of the InputError, for the given data. */
function refusal(data: unknown, options: Partial<TableOptions> = { target: "y" }): string {
  try {
    readTable(data as Data, options as TableOptions);
  } catch (error) {
    assert.ok(error instanceof InputError, String((error as Error).stack));
    return error.message;
  }
  assert.fail("the data were accepted");
}

test("columns, rows and a DataFrame give the same table", () => {
  const columns = { x: [1, 2, 3], y: new Float32Array([2, 4, 6.5]) };
  const rows = [
    { x: 1, y: 2 },
    { x: 2, y: 4 },
    { x: 3, y: 6.5 },
  ];
  const frame = new danfo.DataFrame(rows);
  const forms: Data[] = [columns, rows, frame];
  for (const data of forms) {
    assert.deepEqual(readTable(data, { target: "y" }), {
      inputs: [{ name: "x", label: "x", values: new Float64Array([1, 2, 3]) }],
      target: { name: "y", label: "y", values: new Float64Array([2, 4, 6.5]) },
      rows: 3,
      warnings: [],
    });
  }
});

test("columns named columns and column are data", () => {
  const table = readTable({ columns: [1, 2, 3], column: [3, 4, 6] }, { target: "column" });
  assert.deepEqual(table.inputs[0].values, new Float64Array([1, 2, 3]));
});

test("inputs are the named columns in the named order, else all others", () => {
  const data = { a: [1, 2, 3], b: [2, 5, 1], y: [1, 2, 4] };
  const names = (inputs?: string[]) => readTable(data, { target: "y", inputs }).inputs.map((column) => column.name);
  assert.deepEqual(names(), ["a", "b"]);
  assert.deepEqual(names(["b", "a"]), ["b", "a"]);
  assert.deepEqual(names(["b"]), ["b"]);
});

test("whole numbers of any size and truth values are numbers", () => {
  const table = readTable({ x: [true, false, true], z: [1n, 2n, 2n ** 70n], y: [1, 2, 4] }, { target: "y" });
  assert.deepEqual([...table.inputs[0].values], [1, 0, 1]);
  assert.deepEqual([...table.inputs[1].values], [1, 2, 2 ** 70]);
});

test("columns of text, dates and blanks are left out with a warning, or refused as inputs", () => {
  const date = new Date(0);
  const data = { who: ["a", "b", "c"], when: [date, date, date], none: ["", null, 5], x: [1, 2, 4], y: [1, 2, 3] };
  const { inputs, warnings } = readTable(data, { target: "y" });
  assert.deepEqual(
    inputs.map((column) => column.name),
    ["x"],
  );
  assert.match(warnings[0], /"who" is left out: it holds text such as "a"/);
  assert.match(warnings[1], /"when" is left out: it holds dates/);
  assert.match(warnings[2], /"none" is left out: it holds mostly empty cells/);
  assert.deepEqual(
    readTable(data, { target: "y", inputs: ["x"] }).warnings,
    [],
    "columns not asked for are no concern",
  );
  assert.match(refusal(data, { target: "y", inputs: ["who"] }), /Column "who", row 1: "a" is text, not a number/);
  assert.match(refusal(data, { target: "y", inputs: ["when"] }), /Column "when", row 1: this is a date.*days since/);
  assert.match(refusal(data, { target: "who" }), /Column "who", row 1/);
});

test("a bad cell of a numeric column is named by column and row, with a remedy", () => {
  const withCell = (cell: unknown) => refusal({ x: [1, 2, cell, 4], y: [1, 2, 3, 4] });
  assert.match(withCell("abc"), /Column "x", row 3: "abc" is text, not a number\. Correct the cell, remove the row/);
  assert.match(withCell("3.5"), /row 3: "3.5" is text\. Turn the column into numbers/);
  assert.match(withCell("1,234.5"), /row 3: "1,234.5" is no plain number.*decimal point/);
  assert.match(withCell("2020-05-01"), /row 3: this is a date/);
  assert.match(withCell(Number.NaN), /row 3: NaN is no finite number/);
  assert.match(withCell(-Infinity), /row 3: -Infinity is no finite number/);
  assert.match(withCell(undefined), /row 3: the cell is empty/);
  assert.match(withCell(null), /row 3: the cell is empty/);
  assert.match(withCell([1]), /row 3: a list is no number/);
  assert.match(withCell(true), /row 3: a boolean is no number/);
  assert.match(
    refusal({ x: [1, 2, 3, "a", "b"], y: [1, 2, 3, 4, 5] }),
    /row 4.* 1 more cell of this column is no number/,
  );
  assert.match(refusal({ x: [1, 2, 3], y: [1, Number.NaN, 3] }), /Column "y", row 2/);
});

test("what is no table is refused", () => {
  assert.match(refusal({}), /empty: it has no columns/);
  assert.match(refusal([]), /empty: it has no columns/);
  assert.match(refusal(undefined), /no table\. Give a DataFrame/);
  assert.match(refusal("data.csv"), /no table/);
  assert.match(refusal(new Float64Array(3)), /no table/);
  assert.match(refusal([[1, 2]]), /Row 1 of the data has no column names/);
  assert.match(refusal({ x: 1, y: [1, 2, 3] }), /column "x" is no list/);
  assert.match(refusal({ x: "abc", y: [1, 2, 3] }), /column "x" is no list/);
  assert.match(refusal({ x: [], y: [] }), /columns but no rows/);
  assert.match(refusal({ x: [1], y: [1] }), /only 1 row; a law needs at least 3/);
  assert.match(refusal({ x: [1, 2], y: [1, 2] }), /only 2 rows/);
  assert.match(refusal({ x: [1, 2, 3], y: [1, 2] }), /unequal length: "x" has 3 rows, "y" has 2/);
  const twice = { columns: ["x", "y", "x"], column: () => ({ values: [1, 2, 3] }) };
  assert.match(refusal(twice), /Two columns are called "x"/);
});

test("options that do not fit the table are refused", () => {
  const data = { axis: [1, 2, 4], period: [1, 2, 3] };
  assert.match(refusal(data, {}), /Say which column.*target.*"axis", "period"/);
  assert.match(
    refusal(data, { target: "Periode" }),
    /no column "Periode", the target\. Did you mean "period"\?.*"axis"/,
  );
  assert.doesNotMatch(refusal(data, { target: "mass" }), /Did you mean/);
  assert.match(refusal(data, { target: "period", inputs: ["axes"] }), /no column "axes".*mean "axis"/);
  assert.match(
    refusal(data, { target: "period", inputs: ["axis", "period"] }),
    /target "period" is also named among the inputs/,
  );
  assert.match(refusal(data, { target: "period", inputs: ["axis", "axis"] }), /"axis" is named twice/);
  assert.match(refusal(data, { target: "period", inputs: [] }), /list of inputs is empty/);
  assert.match(refusal(data, { target: "toString" }), /no column "toString"/);
});

test("a constant input is left out; a constant target needs no inputs", () => {
  const { inputs, warnings } = readTable({ g: [9.81, 9.81, 9.81], x: [1, 2, 3], y: [1, 2, 4] }, { target: "y" });
  assert.deepEqual(
    inputs.map((column) => column.name),
    ["x"],
  );
  assert.match(warnings[0], /"g" is left out: it is 9.81 in every row/);
  assert.deepEqual(readTable({ y: [3, 3, 3] }, { target: "y" }).inputs, []);
  assert.match(
    refusal({ g: [1, 1, 1], y: [1, 2, 3] }),
    /No column is left to explain "y" by\. The column "g" is left out/,
  );
  assert.match(refusal({ y: [1, 2, 3] }), /No column is left/);
});

test("measurement errors are a positive column that is no input", () => {
  const data = { x: [1, 2, 3], y: [1, 2, 4], dy: [0.1, 0.2, 0.1] };
  const table = readTable(data, { target: "y", sigma: "dy" });
  assert.deepEqual(
    table.inputs.map((column) => column.name),
    ["x"],
  );
  assert.deepEqual(table.sigma?.values, new Float64Array([0.1, 0.2, 0.1]));
  assert.match(
    refusal({ ...data, dy: [1, 0, 1] }, { target: "y", sigma: "dy" }),
    /"dy", row 2.*must be positive, not 0/,
  );
  assert.match(refusal(data, { target: "y", sigma: "y" }), /both the target and its own measurement error/);
  assert.match(refusal(data, { target: "y", sigma: "ey" }), /no column "ey" of measurement errors/);
});

test("columns get names that can stand in formulas, and the renaming is said", () => {
  const names: Readonly<Record<string, string>> = {
    omega: "omega",
    x_0: "x_0",
    T: "T",
    N: "N",
    e: "e_",
    E: "E_",
    i: "i_",
    pi: "pi_",
    sin: "sin_",
    lambda: "lambda_",
    Math: "Math_",
    np: "np_",
    constructor: "constructor_",
    "orbital period (yr)": "orbital_period_yr",
    "x.y": "x_y",
    Δv: "Delta_v",
    θ: "theta",
    Größe: "Grosse",
    "x₂": "x2",
    "2nd": "col_2nd",
    速度: "column_1",
    "": "column_1",
  };
  for (const [label, name] of Object.entries(names)) assert.deepEqual(identifiers([label]), [name], label);
  const { inputs, warnings } = readTable({ e: [1, 2, 3], "v (m/s)": [1, 5, 2], y: [1, 2, 4] }, { target: "y" });
  assert.deepEqual(
    inputs.map(({ name, label }) => [name, label]),
    [
      ["e_", "e"],
      ["v_m_s", "v (m/s)"],
    ],
  );
  assert.deepEqual(warnings, [
    'The column "e" is called e_ in formulas: "e" is the name of a constant.',
    'The column "v (m/s)" is called v_m_s in formulas: names in formulas are made of letters, digits and underscores.',
  ]);
});

test("names stay distinct", () => {
  assert.deepEqual(identifiers(["x y", "x.y", "x_y", "e", "e_"]), ["x_y_2", "x_y_3", "x_y", "e_2", "e_"]);
});

test("no name that is let through is misread by nerdamer", () => {
  const { PARSER } = nerdamer.getCore();
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const words = [
    ...letters,
    ...Object.keys(PARSER.functions),
    "PI",
    "Infinity",
    "omega",
    "x_0",
    "true",
    "in",
    "valueOf",
    "axis_au",
  ];
  let passed = 0;
  for (const name of words) {
    if (objection(name)) continue;
    const value = nerdamer(`2*${name}^2+sin(${name})`).buildFunction([name])(1.5);
    assert.ok(Math.abs(value - 4.5 - Math.sin(1.5)) < 1e-12, `${name} gives ${value}`);
    passed++;
  }
  assert.ok(passed > 100);
});
