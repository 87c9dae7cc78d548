import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { discover } from "../src/discover.js";
import { InputError } from "../src/errors.js";
import type { DiscoverOptions, Progress } from "../src/options.js";
import { stopWorkers } from "../src/parallel/pool.js";
import type { Result } from "../src/result.js";
import { allClose, close, map, normal, uniform } from "./search/help.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-discover-"));
after(async () => {
  rmSync(folder, { recursive: true });
  await stopWorkers();
});

type Law = (...row: number[]) => number;
type Table = Record<string, Float64Array>;
const NAMES = ["x", "y", "z"];

/** Rows of a law's inputs, uniform between two bounds, and of the law itself as column "t". */
function data(law: Law, n: number, low = -1, high = 1, seed = 1): Table {
  const inputs = NAMES.slice(0, law.length).map((_, k) => uniform(10 * seed + k, n, low, high));
  return { ...Object.fromEntries(inputs.map((column, k) => [NAMES[k], column])), t: map(inputs, law) };
}

const find = (table: Record<string, ArrayLike<number>>, options: Partial<DiscoverOptions> = {}) =>
  discover(table as never, { target: "t", ...options });

/** Everything that a search has found, as text. */
const spelt = (result: Result) => JSON.stringify({ ...result, seconds: 0 });

/** Asserts that a formula is a law, to rounding, also far beyond the data. */
function isLaw({ best }: Result, law: Law, low: number, high: number): void {
  const { t, ...inputs } = data(law, 200, low, high, 9);
  const values = best.predict(inputs);
  t.forEach((expected, i) => {
    assert.ok(
      Math.abs(values[i] - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
      `${best.expression}: ${values[i]} is not ${expected}`,
    );
  });
}

/** The functions of the paper's Table I, with the number of nodes of each. */
const PAPER: [Law, number][] = [
  [(x) => x, 1],
  [(x) => x ** 2, 3],
  [(x) => x ** 3, 3],
  [(x) => Math.sin(2 * Math.PI * x), 4],
  [(x) => Math.exp(x), 2],
  [(x, y) => x * y, 3],
  [(x) => 1 / (1 + Math.exp(-10 * x)), 8],
  [(x, y, z) => (x * y) / 2 + z / 2, 9],
  [(x) => Math.exp(-(x ** 2)), 5],
  [(x, y) => x ** 2 + Math.sin(2 * Math.PI * y), 8],
  [(x, y, z) => x ** 2 + y - 2 * z, 9],
  [(x) => Math.sin(2 * Math.PI * x) + Math.sin(4 * Math.PI * x), 9],
  [(x, y, z) => (x + y * z) ** 3, 7],
];

test("each function of the paper is found exactly, and holds beyond the data", async () => {
  for (const [law, nodes] of PAPER) {
    const result = await find(data(law, 256));
    isLaw(result, law, -2, 2);
    const { best, verdict, warnings } = result;
    assert.equal(verdict, "exact", best.expression);
    assert.ok(best.complexity <= nodes + 2, `${best.complexity} nodes: ${best.expression}`);
    assert.deepEqual(warnings, []);
  }
});

/** Few primitives, where a test is about something else. */
const FEW = { primitives: ["identity", "sin", "product"] };
const wave: Law = (x, y) => x * Math.sin(3 * y) + 0.5;
/** Noise is added to column t. */
function noisy(law: Law, n: number, deviation: number, low = 0.3, high = 2, seed = 1): Table {
  const table = data(law, n, low, high, seed);
  return { ...table, t: map([table.t, normal(seed, n)], (t, r) => t + deviation * r) };
}

test("the same seed gives the same result to the last digit, whatever the number of workers", async () => {
  const table = noisy(wave, 24, 0.05);
  const [one, two, three] = await Promise.all([1, 2, 3].map((workers) => find(table, { ...FEW, workers, seed: 4 })));
  assert.equal(spelt(two), spelt(one));
  assert.equal(spelt(three), spelt(one));
  assert.equal(one.verdict, "law");
  const table2 = { x: [1, 2], y: [0.4, 1.1] };
  allClose(one.best.predict(table2), map([Float64Array.from(table2.x), Float64Array.from(table2.y)], wave), 0.1);
});

test("of many rows the seed chooses those that are searched; the law is the same", async () => {
  const table = data(wave, 600, 0.3, 2);
  const found = await Promise.all([1, 2].map((seed) => find(table, { ...FEW, seed })));
  for (const { best } of found) assert.match(best.expression, /^(x\*)?sin\(3\*y\)(\*x)?\+0\.5$/);
});

test("of very many rows only some decide, and that is said; the error is of all", async () => {
  const table = noisy((x) => 2 * x, 5000, 0.1);
  const { best, warnings } = await find(table, { primitives: ["identity"] });
  assert.match(warnings.join(), /4096 of the 5000 rows/);
  const values = best.predict(table);
  close(best.mse, values.reduce((sum, v, i) => sum + (v - table.t[i]) ** 2, 0) / 5000, 1e-12);
  close(best.mse / 0.01, 1, 0.1);
});

/** No law of these primitives fits it, so the search goes on for long. */
const hard = noisy((x, y, z) => Math.tanh(x * y) ** 3 + Math.sqrt(x) * Math.abs(z - 1) ** 1.3, 300, 0.001, 0.3, 2, 3);

test("a search stopped before it begins has the mean, and says why", async () => {
  const { best, warnings } = await find(hard, { signal: AbortSignal.abort() });
  assert.equal(best.complexity, 1);
  assert.match(warnings[0], /was stopped/);
});

test("a search that is stopped ends within a second, with the best so far", async () => {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && least > 1000; attempt++) {
    const controller = new AbortController();
    let stopped = Number.NaN;
    const onProgress = ({ phase }: Progress) => {
      if (phase !== "grow" || controller.signal.aborted) return;
      controller.abort();
      stopped = performance.now();
    };
    const { best, warnings } = await find(hard, { signal: controller.signal, onProgress });
    least = Math.min(least, performance.now() - stopped);
    assert.ok(best.complexity > 1, best.expression);
    assert.match(warnings[0], /was stopped: this is the best found by then/);
  }
  assert.ok(least < 1000, `${least} ms`);
});

test("a budget ends the search in time", async () => {
  const begun = performance.now();
  const { warnings } = await find(hard, { budget: 1 });
  const seconds = (performance.now() - begun) / 1000;
  assert.ok(seconds > 0.9 && seconds < 4, `${seconds} s`);
  assert.match(warnings[0], /ended with its budget of 1 s/);
});

test("two searches at once do not disturb each other, even if one is stopped", async () => {
  const table = noisy(wave, 24, 0.05);
  const alone = spelt(await find(table, FEW));
  const controller = new AbortController();
  const [stopped, other] = [find(hard, { signal: controller.signal }), find(table, FEW)];
  setTimeout(() => controller.abort(), 300);
  assert.equal(spelt(await other), alone);
  assert.match((await stopped).warnings[0], /was stopped/);
});

test("a search cut off goes on from its checkpoint, to the same result as one that was not", async () => {
  const table = noisy(wave, 24, 0.05);
  const whole = spelt(await find(table, FEW));
  const checkpoint = join(folder, "cut");
  for (let cuts = 0; cuts < 3; cuts++) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60 * (cuts + 1));
    await find(table, { ...FEW, checkpoint, signal: controller.signal });
    assert.ok(existsSync(checkpoint));
  }
  assert.equal(spelt(await find(table, { ...FEW, checkpoint })), whole);
  const begun = performance.now();
  assert.equal(spelt(await find(table, { ...FEW, checkpoint })), whole, "read from beginning to end");
  assert.ok(performance.now() - begun < 2000);
  await assert.rejects(find({ ...table, t: table.x }, { ...FEW, checkpoint }), /belongs to other data/);
  assert.equal(spelt(await find(table, { ...FEW, checkpoint })), whole, "left as it was");
  assert.deepEqual(readdirSync(folder), ["cut"]);
});

test("progress is told from beginning to end, growing", async () => {
  const wild = noisy((x) => 2 * x + 1, 40, 0.02); // searched twice
  wild.t[16] *= 100;
  for (const table of [noisy(wave, 24, 0.05), data((x) => x * x, 30), wild]) {
    const steps: Progress[] = [];
    await find(table, { ...FEW, onProgress: (progress) => steps.push(progress) });
    for (let k = 1; k < steps.length; k++) {
      assert.ok(steps[k].fraction >= steps[k - 1].fraction, steps.map(({ fraction }) => fraction).join(" "));
      assert.ok(steps[k].seconds >= steps[k - 1].seconds);
    }
    assert.ok(
      steps.every(({ best }) => best.length > 0),
      "always with the best so far",
    );
    assert.equal(steps[steps.length - 1].fraction, 1);
  }
});

test("a law keeps its form in other units, however small or large", async () => {
  const law: Law = (x) => 3 * x ** 2 + x;
  const base = data(law, 60, 0.5, 2);
  for (const [unit, of] of [
    [1e-30, 1],
    [1e30, 1],
    [1, 1e-30],
    [1e-6, 1e9],
    [1e-50, 1e-50],
    [1e50, 1e50],
  ]) {
    const table = { x: base.x.map((v) => v * unit), t: base.t.map((v) => v * of) };
    const { best, verdict } = await find(table);
    assert.equal(verdict, "exact", best.expression);
    const values = best.predict({ x: table.x.map((v) => 3 * v) });
    values.forEach((v, i) => {
      close(v / of / law(3 * base.x[i]), 1, 1e-9, `${unit}, ${of}: ${best.expression}`);
    });
  }
});

test("noise of one size is additive, noise in proportion relative, and a given one is taken", async () => {
  const law: Law = (x) => 2 * x ** 3;
  const table = data(law, 36, 0.3, 3);
  const relative = { x: table.x, t: map([table.t, normal(5, 36)], (t, r) => t * (1 + 0.05 * r)) };
  const found = await find(relative, { primitives: ["identity", "product"] });
  assert.deepEqual([found.noise, found.verdict], ["relative", "law"]);
  assert.match(found.best.expression, /^[\d.]*\*?x\^3$/);
  const additive = await find(noisy(law, 36, 0.5, 0.3, 3), { primitives: ["identity", "product"] });
  assert.equal(additive.noise, "additive");
  const given = await find(
    { ...relative, s: relative.t.map((t) => 0.05 * t) },
    { sigma: "s", primitives: ["identity", "product"] },
  );
  assert.equal(given.noise, "given");
  assert.ok(!given.best.expression.includes("s"), "the errors are no input");
  assert.equal((await find(relative, { sigma: 0.1, primitives: ["identity", "product"] })).noise, "given");
});

test("the kind of noise can be said", async () => {
  const table = noisy((x) => 2 * x ** 3, 36, 0.02, 0.5, 3);
  const few = { primitives: ["identity", "product"] };
  for (const noise of ["additive", "relative"] as const) {
    assert.equal((await find(table, { ...few, noise })).noise, noise);
  }
  await assert.rejects(
    find({ x: [1, 2, 3, 4], t: [2, 0, 3, 4] }, { noise: "relative" }),
    /Column "t", row 2: errors in proportion to the value .* need values all of one sign.*here it is 0/,
  );
});

test("rows count by their weight, whatever the unit of it, and the weights are no input", async () => {
  // Ten rows that are exact but for 1%, and ten that are 0.8 too large and of no weight.
  const x = Array.from({ length: 20 }, (_, i) => 1 + i / 4);
  const t = map([Float64Array.from(x), normal(3, 20)], (v, r) => 2 * v + 1 + 0.01 * r);
  for (let i = 1; i < 20; i += 2) t[i] += 0.8;
  const w = x.map((_, i) => (i % 2 === 0 ? 1e4 : 1));
  const options = { weights: "w", primitives: ["identity"], outliers: "keep" } as const;
  const { best, noise } = await find({ x, t, w }, options);
  close(best.predict([{ x: 10 }])[0], 21, 0.05, best.expression);
  assert.equal(noise, "additive");
  assert.ok(!/\bw\b/.test(best.expression), best.expression);
  const scaled = await find({ x, t, w: w.map((v) => v * 1e-9) }, options);
  close(scaled.best.predict([{ x: 10 }])[0], best.predict([{ x: 10 }])[0], 1e-9);
  const without = await find({ x, t }, { primitives: ["identity"] });
  close(without.best.predict([{ x: 10 }])[0], 21.4, 0.15, "the ten rows pull otherwise");
  await assert.rejects(
    find({ x, t, w: w.map((v, i) => (i === 4 ? 0 : v)) }, options),
    /"w", row 5: a weight must be positive, not 0/,
  );
});

test("a wild row is set aside and named, or kept if so wished", async () => {
  const table = noisy((x) => 2 * x + 1, 40, 0.02);
  table.t[16] *= 100;
  const { best, setAside, warnings } = await find(table, { primitives: ["identity"] });
  assert.deepEqual(setAside, [17]);
  assert.match(warnings.join(), /Row 17 is set aside/);
  close(best.predict([{ x: 10 }])[0], 21, 0.02);
  assert.deepEqual((await find(table, { primitives: ["identity"], outliers: "keep" })).setAside, []);
});

test("a constant target gives the constant; a constant input is left out", async () => {
  const constant = await find({ x: [1, 2, 3, 4], t: [7.5, 7.5, 7.5, 7.5] });
  assert.deepEqual([constant.best.expression, constant.verdict], ["7.5", "exact"]);
  assert.deepEqual(constant.best.predict([{ x: 9 }, {}]), [7.5, 7.5]);
  const alone = await find({ x: [1, 1, 1], t: [-2, -2, -2] });
  assert.deepEqual([alone.best.expression, alone.front.length], ["-2", 1]);
  const { best, warnings } = await find({ x: [1, 2, 3, 4], y: [5, 5, 5, 5], t: [1, 4, 9, 16] });
  assert.equal(best.expression, "x^2");
  assert.match(warnings[0], /"y" is left out: it is 5 in every row/);
});

test("columns named like constants, functions or with spaces are renamed, and predict takes either name", async () => {
  const { x, t } = data((x) => x ** 2 + 1, 20);
  for (const [label, name] of [
    ["e", "e_"],
    ["E", "E_"],
    ["i", "i_"],
    ["pi", "pi_"],
    ["sin", "sin_"],
    ["length of day", "length_of_day"],
  ]) {
    const { best, warnings } = await find({ [label]: x, t });
    assert.equal(best.expression, `${name}^2+1`);
    assert.ok(warnings[0].startsWith(`The column "${label}" is called ${name} in formulas`), warnings[0]);
    assert.deepEqual(best.predict({ [label]: [2] }), [5]);
    assert.deepEqual(best.predict([{ [name]: 3 }]), [10]);
  }
});

test("predictions, JavaScript and Python say the same, and the front goes from simple to exact", async (t) => {
  const table = noisy((x, y) => x * Math.exp(-y) + 2 / (1 + Math.exp(-x)), 32, 0.01);
  const { best, front, target } = await find(table, { primitives: ["identity", "exp", "sigmoid", "product"] });
  assert.equal(target, "t");
  assert.ok(front.includes(best));
  for (let k = 1; k < front.length; k++) assert.ok(front[k].complexity >= front[k - 1].complexity);
  assert.ok(front[front.length - 1].mse < front[0].mse);
  const python = [".venv/bin/python", "python3"].find((one) => spawnSync(one, ["-c", "import numpy"]).status === 0);
  for (const candidate of front) {
    const { x, y } = table;
    const values = candidate.predict({ x, y });
    const call = new Function(`return ${candidate.toJavaScript()}`)() as Law;
    allClose(map([x, y], call), values, 1e-13, candidate.toJavaScript());
    close(candidate.mse, values.reduce((sum, v, i) => sum + (v - table.t[i]) ** 2, 0) / 32, 1e-12);
    assert.ok(candidate.toTeX().length > 0 && candidate.toMathML().startsWith("<math"));
    if (!python) continue;
    const program = `import numpy as np, json\nf = ${candidate.toPython()}\nx, y = (np.array(v) for v in ${JSON.stringify([[...x], [...y]])})\nprint(json.dumps(list(f(x, y) + 0 * x)))`;
    const { stdout, stderr } = spawnSync(python, ["-c", program], { encoding: "utf8" });
    allClose(JSON.parse(stdout || `"${stderr}"`), values, 1e-13, candidate.toPython());
  }
  if (!python) t.diagnostic("no Python with numpy: toPython was not run");
  assert.throws(
    () => best.predict({ y: [1] }),
    (error) => error instanceof InputError && /needs "x"/.test(error.message),
  );
});

test("bad input is refused with column, row and remedy", async () => {
  const good = { x: [1, 2, 3, 4], t: [2, 4, 6, 8.1] };
  const refused: [unknown, object, RegExp][] = [
    [good, { target: "z" }, /There is no column "z".*The columns are "x", "t"/],
    [
      { ...good, x: [1e-200, 2e-200, 3e-200, 4e-200] },
      {},
      /Column "x": its largest value is 4e-200.*divided by 1e-199/,
    ],
    [good, { target: undefined }, /Say which column is to be explained/],
    [undefined, {}, /The data are no table\. Give a DataFrame/],
    [{}, {}, /The table is empty/],
    [{ x: [], t: [] }, {}, /no rows\. Add measurements/],
    [{ x: [1], t: [2] }, {}, /only 1 row; a law needs at least 3\. Add/],
    [{ ...good, x: [1, "b", 3, 4] }, {}, /Column "x", row 2: "b" is text, not a number\. Correct the cell/],
    [{ ...good, x: [1, 2, Number.NaN, 4] }, {}, /Column "x", row 3: NaN is no finite number\. Correct/],
    [{ ...good, t: [1, 2, 3, Number.POSITIVE_INFINITY] }, {}, /Column "t", row 4: Infinity is no finite number/],
    [{ ...good, x: [1, 2, 3] }, {}, /unequal length: "x" has 3 rows, "t" has 4\. Give/],
    [good, { inputs: ["y"] }, /There is no column "y"/],
    [good, { inputs: ["t"] }, /target "t" is also named among the inputs\. Take it out/],
    [good, { primitives: ["sine"] }, /no primitive "sine"\. Did you mean "sin"\?/],
    [good, { speed: 3 }, /no option "speed"\..*"seed"/],
    [good, { seed: "one" }, /seed must be a whole number, not one/],
    [good, { budget: "soon" }, /budget must be a number of seconds above 0, not soon/],
    [{ ...good, s: [1, 1, 0, 1] }, { sigma: "s" }, /Column "s", row 3: a measurement error must be positive, not 0/],
    [
      { x: [1, 1, 1, 1], t: good.t },
      {},
      /No column is left to explain "t" by\..*it is 1 in every row.*Add a numeric column/,
    ],
  ];
  for (const [table, options, message] of refused) {
    await assert.rejects(
      find(table as never, options),
      (error) => error instanceof InputError && message.test(error.message),
      `${message}`,
    );
  }
});
