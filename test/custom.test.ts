import assert from "node:assert/strict";
import { after, test } from "node:test";
import { unitOf } from "../src/custom.js";
import { discover } from "../src/discover.js";
import { stopWorkers } from "../src/parallel/pool.js";
import { close } from "./search/help.js";

after(stopWorkers);

const lorentz = { name: "lorentz", formula: "1/(1+u^2)" };

test("value and derivative are those of the formula", () => {
  const { value, derivative } = unitOf({ name: "f", formula: "exp(-u^2/2)*sin(3*u)+u/7-log(u+9)" });
  for (const u of [-2, -0.3, 0, 0.7, 4]) {
    const truth = Math.exp((-u * u) / 2) * Math.sin(3 * u) + u / 7 - Math.log(u + 9);
    assert.ok(Math.abs(value(u) - truth) < 1e-14);
    const h = 1e-6;
    assert.ok(Math.abs(derivative(u) - (value(u + h) - value(u - h)) / (2 * h)) < 1e-8);
  }
});

test("a law made of a primitive of one's own is found in worker threads", async () => {
  const x = Array.from({ length: 120 }, (_, i) => -3 + i / 20);
  const y = x.map((v) => 2.5 / (1 + (3 * v - 0.6) ** 2) + 0.3);
  const { best, verdict } = await discover({ x, y }, { target: "y", primitives: ["default", lorentz] });
  assert.equal(verdict, "exact");
  assert.equal(best.expression, "2.5/(1+(3*x-0.6)^2)+0.3");
});

const hyp = { name: "hyp", formula: "sqrt(u^2+v^2)" };
const grid = (low: number, high: number, side: number) =>
  Array.from({ length: side * side }, (_, k) =>
    [k % side, Math.floor(k / side)].map((i) => low + ((high - low) * (i + 0.37 * Math.sin(7 * k + i))) / side),
  );

test("of two inputs: the derivatives by both are those of the formula", () => {
  const { value, derivative, second } = unitOf({ name: "f", formula: "exp(-u^2/2)*sin(3*v)+u/(v+4)" });
  for (const [u, v] of grid(-2, 2, 5)) {
    close(value(u, v), Math.exp((-u * u) / 2) * Math.sin(3 * v) + u / (v + 4), 1e-14);
    const h = 1e-5;
    close(derivative(u, v), (value(u + h, v) - value(u - h, v)) / (2 * h), 1e-7);
    close(second?.derivative(u, v) ?? Number.NaN, (value(u, v + h) - value(u, v - h)) / (2 * h), 1e-7);
  }
});

test("what the search spares itself: scale of a homogeneous function, order and signs of its inputs", () => {
  const told = (formula: string) => {
    const { degree, second } = unitOf({ name: "f", formula });
    return [degree, second?.symmetric, second?.starts.some(([[u], [v]]) => u < 0 || v < 0)];
  };
  assert.deepEqual(told("sqrt(u^2+v^2)"), [1, true, false]);
  assert.deepEqual(told("u/(u+v)"), [0, false, true]);
  assert.deepEqual(told("u*v^0.5"), [1.5, false, true]);
  assert.deepEqual(told("atan(u/v)"), [0, false, false]);
  assert.deepEqual(told("log(exp(u)+exp(v))"), [undefined, true, true]);
  assert.deepEqual(told("abs(u)").slice(0, 2), [1, undefined]);
  assert.deepEqual(told("1/(1+u^2)").slice(0, 2), [undefined, undefined]);
});

/** Laws that each need a primitive of two inputs: at the top, below it, multiplied, with constants in both of its inputs. */
const LAWS: [string, { name: string; formula?: string; value?: (u: number, v: number) => number }, Row, number][] = [
  ["a distance", hyp, (x, y) => 3 * Math.hypot(x - 0.25, 2 * y) + 0.5, 0],
  ["a share", { name: "share", value: (u, v) => u / (u + v) }, (x, y) => (4 * x) / (x + 2.5 * y) + y, 0.5],
  [
    "saturation, with a constant for the other input",
    { name: "share", formula: "u/(u+v)" },
    (x) => (4 * x) / (x + 1.3),
    0.5,
  ],
  ["an angle", { name: "angle", formula: "atan(u/v)" }, (x, y) => y * Math.atan(x / (2 * y)), 0.5],
  [
    "a smooth minimum",
    { name: "least", formula: "(u+v-sqrt((u-v)^2+0.01))/2" },
    (x, y) => (x + 2 * y - Math.sqrt((x - 2 * y) ** 2 + 0.01)) / 2,
    0,
  ],
];
type Row = (x: number, y: number) => number;

for (const [what, primitive, law, low] of LAWS) {
  test(`a law of a primitive of two inputs is found: ${what}`, async () => {
    const rows = grid(low || -2, 2.5, 11);
    const table = { x: rows.map(([x]) => x), y: rows.map(([, y]) => y), t: rows.map(([x, y]) => law(x, y)) };
    const { best, verdict } = await discover(table, { target: "t", primitives: ["default", primitive] });
    assert.equal(verdict, "exact", best.expression);
    for (const [x, y] of [
      [3.3, 4.1],
      [0.7, 5],
    ]) {
      close(best.predict([{ x, y }])[0], law(x, y), 1e-9, best.expression);
    }
    assert.ok(best.complexity <= 20, best.expression);
  });
}

test("what is no primitive is refused, with its name", async () => {
  const refused = (primitive: unknown, what: RegExp) =>
    assert.rejects(
      discover(
        { x: [1, 2, 3, 4], y: [1, 4, 9, 15] },
        { target: "y", primitives: ["default", primitive as typeof lorentz] },
      ),
      (error: Error) => error.name === "InputError" && what.test(error.message),
    );
  await refused({ name: "sin", formula: "u" }, /a name of its own.*"sin"/);
  await refused({ name: "f", formula: "u*w" }, /"f" may have the variables u and v only, not w/);
  await refused({ name: "f", formula: "u*(" }, /"f" can't be read/);
  await refused({ name: "f", formula: "v" }, /"f" has no u/);
  await refused({ name: "f" }, /"f" has no formula: \{ name: "f", formula/);
  await refused({ name: "f", formula: "u", value: (u: number) => u }, /either a formula \(text\) or a value/);
  await refused({ name: "f", value: (u: number) => Math.hypot(u, 1) }, /"f" can't be read as a formula.*hypot/);
  await refused({ name: "f", formula: "2" }, /"f" has no u/);
  await refused({ name: "f", formula: "log(-1-u^2)" }, /"f" has no value/);
});
