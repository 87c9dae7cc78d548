import assert from "node:assert/strict";
import { after, test } from "node:test";
import { discover } from "../src/discover.js";
import { evaluate } from "../src/expression/evaluate.js";
import { parse } from "../src/expression/parse.js";
import { toText } from "../src/expression/text.js";
import { stopWorkers } from "../src/parallel/pool.js";
import { crossings, hasHiddenPole } from "../src/poles.js";
import { close, map, normal, uniform } from "./search/help.js";

after(stopWorkers);

/** Judges a formula on rows of the inputs x, y, z, for a target that is `law` with noise. */
function judge(formula: string, law: string, { n = 60, low = -1, high = 1, noise = 0.01, seed = 1 } = {}): boolean {
  const columns = Object.fromEntries(["x", "y", "z"].map((name, k) => [name, uniform(10 * seed + k, n, low, high)]));
  const values = evaluate(parse(law), columns, n);
  const size = [...values].map(Math.abs).sort((a, b) => a - b)[n >> 1];
  const target = map([values, normal(seed, n)], (v, e) => v + noise * size * e);
  const fitted = evaluate(parse(formula), columns, n);
  return hasHiddenPole(parse(formula), { columns, target, residuals: target.map((t, i) => t - fitted[i]) });
}

test("a pole that the data show is none to hide: large values on both sides", () => {
  for (const law of [
    "1/(x-0.2)",
    "1/x",
    "2+x/(x^2-0.3)",
    "1/(x-0.3)^2",
    "x/(y-z)",
    "tan(4*x)",
    "(x+y)/(1-4*x*y)",
    "5*x+1/(x-0.4)",
  ]) {
    for (let seed = 1; seed <= 10; seed++) assert.equal(judge(law, law, { seed, n: 200 }), false, `${law}, ${seed}`);
  }
});

test("a pole threaded between rows is hidden: small values, or large ones on one side only", () => {
  for (let seed = 1; seed <= 10; seed++) {
    assert.equal(judge("x^2+0.0001/(x-0.2)", "x^2", { seed }), true);
    assert.equal(judge("exp(x)+0.000000001/(x-0.1)", "exp(x)", { seed }), true);
    assert.equal(judge("sin(3*x)+0.0003/(x-y)", "sin(3*x)", { seed }), true);
    assert.equal(judge("0.00001*tan(9*x)+x", "x", { seed }), true);
  }
  // Nor is it shown where it fits each row to many digits, as long as it changes little.
  for (let seed = 1; seed <= 10; seed++) {
    assert.equal(judge("x^2+0.00001/(x-0.2)", "x^2+0.00001/(x-0.2)", { seed, noise: 1e-9 }), true);
  }
  // One wild row, which the pole passes close by.
  const x = Float64Array.from({ length: 40 }, (_, i) => i / 40);
  const fake = parse("x^2+0.0005/(x-0.5005)");
  const target = evaluate(fake, { x }, 40).map((v, i) => (i === 20 ? v : x[i] ** 2));
  const residuals = target.map((t, i) => t - evaluate(fake, { x }, 40)[i]);
  assert.ok(Math.abs(residuals[20]) < 1e-12 && Math.abs(target[20] - x[20] ** 2) > 0.5);
  assert.equal(hasHiddenPole(fake, { columns: { x }, target, residuals }), true);
});

test("what only looks like a pole is none", () => {
  const n = 50;
  const columns = { x: uniform(1, n), y: uniform(2, n) };
  for (const formula of ["1/(1/x+2/(3+y))", "1/(x^2+0.1)", "x/(y+2)", "3", "sin(x)/2", "x^2/x"]) {
    const target = evaluate(parse(formula), columns, n);
    const residuals = target.map(() => 1e-6);
    assert.equal(hasHiddenPole(parse(formula), { columns, target, residuals }), false, formula);
  }
});

test("poles beyond the data, and edges of logarithms, are met where they are; inputs of one sign aren't followed to zero", () => {
  const x = Float64Array.from({ length: 30 }, (_, i) => i / 29);
  const at = (formula: string, column = x) =>
    crossings(parse(formula), { x: column }, 30).map(({ zero, beyond }) => [
      toText(zero),
      beyond?.at ?? "among the rows",
    ]);
  const [[zero, place]] = at("2/(1.3-x)");
  assert.equal(zero, "1.3-x");
  close(Number(place), 1.3, 1e-9);
  assert.deepEqual(at("2/(2.5-x)"), [], "too far away");
  close(
    Number(
      at(
        "log(x+0.2)",
        x.map((v) => v - 0.1),
      )[0][1],
    ),
    -0.2,
    1e-9,
  );
  assert.deepEqual(
    at(
      "1/x",
      x.map((v) => v + 0.1),
    ),
    [],
  );
  assert.deepEqual(
    at(
      "1/(x+0.05)",
      x.map((v) => v + 0.1),
    ),
    [],
    "a positive input stays positive",
  );
  assert.deepEqual(at("1/(x-0.501)"), [["x-0.501", "among the rows"]]);
  assert.deepEqual(at("1/(3+1/(x-1.2))").length, 1, "of two singularities the one that blows up");
  const two = crossings(parse("1/(x+y-2.2)"), { x, y: x.map((v) => v * v) }, 30);
  assert.equal(two.length, 1);
  assert.ok(two[0].beyond && (two[0].beyond.input === "x" || two[0].beyond.input === "y"));
});

test("a law with a pole among the data is found, and the pole named; an unseen one is not offered", async () => {
  const primitives = ["identity", "product", "division"];
  const x = uniform(3, 60, 0, 1);
  const y = map([x, normal(4, 60)], (x, e) => 1 / (x - 0.5) + 0.05 * e);
  const law = await discover({ x, y }, { target: "y", primitives });
  assert.equal(law.best.expression, "1/(x-0.5)");
  assert.match(law.warnings.join(" "), /Among the data the law has a pole, where x-0\.5 = 0/);
  // Two neighbouring rows off in opposite directions are no pole of a law that is smooth all around.
  const sorted = [...x].sort((a, b) => a - b);
  const odd = Float64Array.from(
    sorted,
    (v, i) => v * v + (i === 30 ? 0.05 : i === 31 ? -0.05 : 0) + 0.002 * Math.sin(99 * i),
  );
  const other = await discover({ x: sorted, y: odd }, { target: "y", primitives, outliers: "keep" });
  for (const { tree } of other.front) {
    const columns = { x: Float64Array.from(sorted) };
    const residuals = odd.map((t, i) => t - evaluate(tree, columns, 60)[i]);
    assert.equal(hasHiddenPole(tree, { columns, target: odd, residuals }), false, toText(tree));
  }
});

test("a pole whose denominator is large beyond squaring is judged like any other", () => {
  const columns = { x: Float64Array.from({ length: 20 }, (_, i) => (i - 9.5) * 1e200) };
  const target = map([columns.x], (x) => x / 1e200);
  const residuals = map([columns.x], () => 1e-3);
  assert.equal(hasHiddenPole(parse("1/x"), { columns, target, residuals }), true);
});
