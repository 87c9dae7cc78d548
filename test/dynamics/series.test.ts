import assert from "node:assert/strict";
import { test } from "node:test";
import { readSeries } from "../../src/dynamics/series.js";
import { InputError } from "../../src/errors.js";

const rows = (n: number) => Array.from({ length: n }, (_, i) => [i, i * i]);
const options = { states: ["x", "v"], dt: 0.1 };
const frame = (columns: Record<string, number[]>) => ({
  columns: Object.keys(columns),
  column: (name: string) => ({ values: columns[name] }),
});
const said = (run: () => unknown, pattern: RegExp) =>
  assert.throws(run, (error) => error instanceof InputError && pattern.test(error.message));

test("arrays and a DataFrame give the same series, of unequal length too", () => {
  const { list } = readSeries([rows(3), rows(5)], options, 2);
  const columns = { run: [1, 1, 1, 2, 2, 2, 2, 2], t: [0, 0.1, 0.2, 5, 5.1, 5.2, 5.3, 5.4] };
  const x = [0, 1, 2, 0, 1, 2, 3, 4];
  const data = frame({ ...columns, x, v: x.map((v) => v * v) });
  const set = readSeries(data, { states: ["x", "v"], series: "run", time: "t" }, 2);
  assert.ok(Math.abs(set.dt - 0.1) < 1e-12);
  assert.deepEqual(
    set.list.map(({ columns: c }) => c),
    list.map(({ columns: c }) => c),
  );
});

test("what is wrong with series is said with series, row, state and remedy", () => {
  said(
    () =>
      readSeries(
        [
          rows(5),
          [
            [1, 2],
            [1, Number.NaN],
          ],
        ],
        options,
        2,
      ),
    /Series 2, row 2: the state "v" is NaN/,
  );
  said(() => readSeries([rows(5), rows(3)], options, 4), /Series 2 has 3 rows; it takes at least 4/);
  said(() => readSeries([[[1, 2], [1]]], options, 2), /Series 1, row 2 has 1 value, but there are 2 states/);
  said(
    () => readSeries([rows(5)], { ...options, dt: 0 }, 2),
    /dt, the time between two rows, must be a number above 0/,
  );
  said(() => readSeries([], options, 2), /no series/);
  const uneven = frame({ run: [1, 1, 1], t: [0, 0.1, 0.3], x: [1, 2, 3], v: [1, 2, 3] });
  const named = { states: ["x", "v"], series: "run", time: "t" };
  said(() => readSeries(uneven, named, 2), /Series 1: from row 1 to row 2 time goes on by 0.1, on average by 0.15/);
  said(() => readSeries(uneven, { states: ["x", "w"], series: "run", dt: 1 }, 2), /no column "w"/);
  said(() => readSeries(uneven, { states: ["x", "v"], dt: 1 }, 2), /which column tells the series apart/);
});
