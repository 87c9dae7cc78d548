import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { discover } from "../src/discover.js";
import { stopWorkers } from "../src/parallel/pool.js";
import { close, map, normal, uniform } from "./search/help.js";

after(stopWorkers);

const N = 20_000;
const few = { target: "y", primitives: ["identity", "product"] };

/** Slope, intercept and their standard errors by the textbook. */
function straightLine(x: Float64Array, y: Float64Array) {
  const n = x.length;
  const [mx, my] = [x, y].map((column) => column.reduce((a, b) => a + b) / n);
  const sxx = x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
  const slope = x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0) / sxx;
  const intercept = my - slope * mx;
  const variance = x.reduce((sum, v, i) => sum + (y[i] - slope * v - intercept) ** 2, 0) / (n - 2);
  return {
    slope,
    intercept,
    errors: [Math.sqrt(variance / sxx), Math.sqrt(variance * (1 / n + (mx * mx) / sxx))],
  };
}

test("constants and their errors are those of all rows, by the textbook; and all rows must agree to a nice number", async () => {
  const x = uniform(1, N, 0.2, 2);
  // On 4096 rows 2.008 can't be told from 2.
  const y = map([x, normal(2, N)], (v, r) => 2.008 * v + 0.7193 + 0.2 * r);
  const { best, warnings } = await discover({ x, y }, few);
  const line = straightLine(x, y);
  const [slope, intercept] = best.constants;
  close(slope.value, line.slope, 1e-9, best.expression);
  close(intercept.value, line.intercept, 1e-9);
  close((slope.error ?? 0) / line.errors[0], 1, 1e-6);
  close((intercept.error ?? 0) / line.errors[1], 1, 1e-6);
  assert.match(warnings.join(), /4096 of the 20000 rows.*constants and errors are those of all rows/);
});

test("relative errors: a power law of all rows is its weighted fit, found again from elsewhere", async () => {
  const x = uniform(3, N, 0.5, 50);
  const y = map([x, normal(4, N)], (v, r) => 3.217 * v ** 2 * (1 + 0.05 * r));
  const { best, noise } = await discover({ x, y }, few);
  assert.equal(noise, "relative");
  // Weights 1/f² make the fit the mean of y/x².
  const ratios = map([x, y], (v, w) => w / v ** 2);
  close(best.constants[0].value, ratios.reduce((a, b) => a + b) / N, 1e-8, best.expression);
});

test("wild rows among all rows are set aside, few of them named, and the law is that of the others", async () => {
  const x = uniform(5, N, 0.2, 2);
  const y = map([x, normal(6, N)], (v, r) => 2.4 * v * v + 1.3 + 0.05 * r);
  const wild = uniform(7, N, 0, 1).map((v) => (v < 0.01 ? 1 : 0));
  wild.forEach((is, i) => {
    if (is) y[i] = -700 + 3 * i;
  });
  const expected = [...wild.keys()].filter((i) => wild[i] === 1).map((i) => i + 1);
  const { best, setAside, warnings } = await discover({ x, y }, few);
  // A wild value may by chance come near the law.
  assert.ok(expected.length - setAside.length <= 1 && setAside.every((row) => expected.includes(row)));
  close(best.predict([{ x: 3 }])[0], 22.9, 0.02, best.expression);
  assert.ok(warnings.some((warning) => /more rows are set aside for the same reason/.test(warning)));
  const kept = await discover({ x, y }, { ...few, outliers: "keep" });
  assert.deepEqual(kept.setAside, []);
});

/** Peak of resident memory, in MB, of a search in a process of its own. */
function peak(rows: number, inputs: number): number {
  const library = (name: string) => fileURLToPath(new URL(`../src/${name}.js`, import.meta.url));
  const program = `
    import { discover } from ${JSON.stringify(library("discover"))};
    import { random } from ${JSON.stringify(library("random"))};
    const { uniform } = random(1);
    const table = {};
    for (let k = 0; k < ${inputs}; k++) table["x" + k] = Float64Array.from({ length: ${rows} }, () => 0.5 + uniform());
    table.y = table.x0.map((v, i) => 2.008 * v * table.x1[i] + 0.1 * (uniform() - 0.5));
    const { best } = await discover(table, { target: "y", primitives: ["identity", "product"], workers: 1 });
    if (!best.expression.includes("x0*x1")) throw new Error(best.expression);
    console.log(process.resourceUsage().maxRSS / 1024);
    process.exit();`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.ok(Number(stdout) > 0, stderr);
  return Number(stdout);
}

test("memory stays level: a million rows take their own size and that of the table's copy, and little else", (t) => {
  const inputs = process.env.EQLAB_FULL ? 20 : 3;
  const size = (1e6 * (inputs + 1) * 8) / 2 ** 20;
  const [some, all] = [peak(10_000, inputs), peak(1e6, inputs)];
  t.diagnostic(`table ${size.toFixed(0)} MB, peak ${all.toFixed(0)} MB, of 10,000 rows ${some.toFixed(0)} MB`);
  assert.ok(all - some < 2 * size + 100, `${all} MB, ${some} MB for 10,000 rows, table ${size} MB`);
});

test("a formula that breaks the units is named also where all rows decide", async () => {
  const [x, t] = [uniform(21, N, 1, 3), uniform(22, N, 1, 3)];
  const y = map([x, t], (x, t) => x + t);
  const { warnings } = await discover({ x, t, y }, { ...few, units: { x: "m", t: "s", y: "m" } });
  assert.match(warnings.join("\n"), /In disregard of the units, (x\+t|t\+x) describes the data better/);
});
