import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readCsv } from "../src/csv.js";
import { InputError } from "../src/errors.js";
import { readTable } from "../src/table.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-csv-"));
after(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array, name = "data.csv"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function read(content: string | Uint8Array) {
  const frame = readCsv(file(content));
  const columns = Object.fromEntries(frame.columns.map((name) => [name, [...Array.from(frame.column(name).values)]]));
  return { columns, lines: frame.lines, warnings: frame.warnings ?? [] };
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof InputError, String((error as Error).stack));
    return error.message;
  }
  assert.fail("the file was accepted");
}

const refused = (content: string | Uint8Array) => refusal(() => readCsv(file(content)));

test("numbers become numbers, with every digit, and text stays text", () => {
  const { columns, lines, warnings } = read("name,x,y\nEarth,1,365.256\nMars,-0.30000000000000004,6.62607015e-34\n");
  assert.deepEqual(columns, { name: ["Earth", "Mars"], x: [1, -0.30000000000000004], y: [365.256, 6.62607015e-34] });
  assert.deepEqual(lines, [2, 3]);
  assert.deepEqual(warnings, []);
});

test("byte order mark, CRLF, comments, empty lines, quotes and spaces are read as meant", () => {
  const { columns, lines } = read('\uFEFF# measured on Monday\r\n"x, m",y\r\n\r\n 1 , 2\r\n# pause\r\n"3",4 \r\n,\r\n');
  assert.deepEqual(columns, { "x, m": [1, 3], y: [2, 4] });
  assert.deepEqual(lines, [4, 6]);
});

test("remarks may be set in, above the names and among the rows", () => {
  const { columns, lines } = read("  # a; remark\nx,y\n1,2\n\t# and, another\n3,4\n");
  assert.deepEqual(columns, { x: [1, 3], y: [2, 4] });
  assert.deepEqual(lines, [3, 5]);
  assert.deepEqual(read("x\ty\n\t#1\n  # remark\n1\t2\n").columns, { x: ["", 1], y: ["#1", 2] }, "an empty cell");
});

test("quoted cells keep their separators, line ends and quotation marks; line ends may be mixed", () => {
  const { columns, lines } = read('name,x\r\n"a, b\nc",1\n  "5"" pipe" ,2\r6" pipe,3\n#,4\n" #",5');
  assert.deepEqual(columns, { name: ["a, b\nc", '5" pipe', '6" pipe', "#"], x: [1, 2, 3, 5] });
  assert.deepEqual(lines, [3, 4, 5, 7]);
});

test("semicolons and tabs are seen, decimal commas read, and both said", () => {
  const semicolons = read("a;b\n1,5;2\n-2,25e3;4\n");
  assert.deepEqual(semicolons.columns, { a: [1.5, -2250], b: [2, 4] });
  assert.match(semicolons.warnings[0], /read as separated by semicolons/);
  assert.match(semicolons.warnings[1], /comma in numbers such as "1,5" is read as a decimal comma/);
  const tabs = read("a\tb, c\n1.5\t2\n");
  assert.deepEqual(tabs.columns, { a: [1.5], "b, c": [2] });
  assert.match(tabs.warnings[0], /separated by tabs/);
});

test("a minus sign as printed is a minus; other writings of numbers stay text", () => {
  assert.deepEqual(read("x,y\n−5,1\n").columns.x, [-5]);
  const odd = ["0x10", "1_000", "5 km", "NaN", "inf", "1e", "--1", "."];
  assert.deepEqual(read(`x,y\n${odd.map((cell) => `${cell},1`).join("\n")}\n`).columns.x, odd);
});

test("files that cannot be read as a table are refused", () => {
  assert.match(
    refusal(() => readCsv(join(folder, "missing.csv"))),
    /There is no file .*missing\.csv/,
  );
  assert.match(
    refusal(() => readCsv(folder)),
    /is a folder/,
  );
  assert.match(refused(""), /is empty/);
  assert.match(refused("# only a remark\n\n"), /is empty/);
  assert.match(refused("x,y\n"), /names columns \("x", "y"\) but holds no rows/);
  assert.match(refused("1,2\n3,4\n"), /first line .*holds numbers \(1, 2\).*names of the columns/);
  assert.match(refused(new Uint8Array([120, 44, 121, 10, 0, 1, 2])), /is binary, not text/);
  assert.match(refused(new Uint8Array([120, 44, 233, 10, 49, 44, 50])), /not text in UTF-8/);
  assert.match(refused("PK\u0003\u0004"), /workbook or an archive/);
  assert.match(refused("x y\n1 2\n"), /separated by spaces/);
  assert.match(refused('x,y\n1,"2\n3,4\n'), /quotation marks .*do not match/);
});

test("rows of unequal length, columns of one name and mixed decimal signs are named", () => {
  assert.match(
    refused("# c\nx,y\n1,2\n3\n"),
    /Line 4 of .*\(row 2\) has 1 cell, but the first line names 2 columns: "x", "y"/,
  );
  assert.match(refused("x,y\n1,2,3\n"), /Line 2 .*has 3 cells/);
  assert.match(refused("x,y,x\n1,2,3\n"), /Two columns of .* are called "x" \(columns 1 and 3\)/);
  assert.match(refused("x;y\n1,5;2\n2;2.5\n"), /with a comma \("1,5", line 2\) and with a point \(line 3\)/);
});

test("a column without a name gets one; an empty last column is none", () => {
  const { columns, warnings } = read(",x\n0,1\n1,2\n");
  assert.deepEqual(columns, { column_1: [0, 1], x: [1, 2] });
  assert.match(warnings[0], /Column 1 of .* has no name and is called "column_1"/);
  assert.deepEqual(read("x,y,\n1,2,\n3,4,\n").columns, { x: [1, 3], y: [2, 4] });
});

test("the table names the line of a bad cell", () => {
  const text = file("# c\nx,y\n\n1,2\n2,abc\n3,5\n4,7\n");
  assert.match(
    refusal(() => readTable(readCsv(text), { target: "y" })),
    /Column "y", row 2 \(line 5\): "abc" is text/,
  );
  const thousands = file('x,y\n"1,234",2\n3,4\n5,6\n7,8\n');
  assert.match(
    refusal(() => readTable(readCsv(thousands), { target: "y" })),
    /Column "x", row 1 \(line 2\): "1,234" is no plain number/,
  );
  const huge = file("x,y\n1,1e999\n2,3\n4,5\n");
  assert.match(
    refusal(() => readTable(readCsv(huge), { target: "y" })),
    /row 1 \(line 2\): Infinity/,
  );
});

test("data/planets.csv is a table, and the warnings of the file come with it", () => {
  const table = readTable(readCsv("data/planets.csv"), { target: "period_days" });
  assert.equal(table.rows, 13);
  assert.deepEqual(
    table.inputs.map((column) => column.name),
    ["axis_au"],
  );
  assert.match(table.warnings[0], /"planet" is left out: it holds text such as "Mercury"/);
  const semicolons = readTable(readCsv(file("x;y\n1;2\n2;3\n4;5\n")), { target: "y" });
  assert.match(semicolons.warnings[0], /semicolons/);
});
