import assert from "node:assert/strict";
import { test } from "node:test";
import { type Kernel, Memory, type Pointer } from "../../src/search/kernel/memory.js";
import { type Job, Workbench } from "../../src/search/workbench.js";
import { allClose, close, map, normal, uniform } from "./help.js";

const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 256];
const GUARD = 77;
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);

type Compute = (kernel: Kernel, x: Pointer, y: Pointer, out: Pointer, n: number) => void;

/** Runs `compute` on columns of every length; what lies behind the output must stay as it was. */
function rows(compute: Compute, expected: (x: number, y: number, before: number) => number, tolerance = 0): void {
  const memory = new Memory();
  for (const n of LENGTHS) {
    const columns = [uniform(n, n, 0.1, 2), normal(n, n), normal(n + 1, n)];
    const [x, y, out] = columns.map((column) => memory.store([...column, GUARD]));
    compute(memory.kernel, x, y, out, n);
    allClose(memory.view(out, n), map(columns, expected), tolerance, `${n} rows`);
    assert.equal(memory.view(out, n + 1)[n], GUARD, `writes past row ${n}`);
  }
}

test("columns are filled, copied, scaled, added, multiplied and inverted row by row", () => {
  rows(
    (k, _, __, out, n) => k.fill(out, 2.5, n),
    () => 2.5,
  );
  rows(
    (k, x, _, out, n) => k.copy(x, out, n),
    (x) => x,
  );
  rows(
    (k, x, _, out, n) => k.scale(-3, x, out, n),
    (x) => -3 * x,
  );
  rows(
    (k, x, _, out, n) => k.axpy(1.5, x, out, n),
    (x, _, before) => before + 1.5 * x,
  );
  rows(
    (k, x, y, out, n) => k.multiply(x, y, out, n),
    (x, y) => x * y,
  );
  rows(
    (k, x, _, out, n) => k.reciprocal(x, out, n),
    (x) => 1 / x,
  );
  rows(
    (k, x, _, out, n) => k.squareRoot(x, out, n),
    (x) => Math.sqrt(x),
  );
});

test("powers agree with Math.pow", () => {
  for (const p of [1, 2, 3, 5, 8, 31])
    rows(
      (k, _, y, out, n) => k.wholePower(y, p, out, n),
      (_, y) => y ** p,
      1e-14,
    );
  for (const p of [0.5, 1.5, -0.7, 3.25])
    rows(
      (k, x, _, out, n) => k.realPower(x, p, out, n),
      (x) => x ** p,
      2e-15,
    );
});

test("dot products, the largest size, the spread and the copy in float32 agree with plain ones, for all lengths", () => {
  const memory = new Memory();
  for (const n of LENGTHS) {
    const [x, y] = [normal(n, n), normal(n + 1, n)];
    const [px, py] = [memory.store([...x, GUARD]), memory.store([...y, GUARD])];
    close(memory.kernel.dot(px, py, n), dot(x, y), 1e-14, `dot of ${n}`);
    assert.equal(memory.kernel.largest(px, n), Math.max(...x.map(Math.abs)));
    const mean = x.reduce((sum, v) => sum + v, 0) / n;
    close(memory.kernel.spread(px, n), dot(x, x) - n * mean * mean, 1e-13, `spread of ${n}`);
    const single = memory.allocate((n + 1) * 4);
    memory.view32(single, n + 1)[n] = GUARD;
    memory.kernel.narrow(-3, px, single, n);
    assert.deepEqual([...memory.view32(single, n + 1)], [...Float32Array.from(x, (v) => -3 * v), GUARD]);
  }
  assert.ok(Number.isNaN(memory.kernel.largest(memory.store([1, Number.NaN, 3]), 3)));
});

test("projection takes a basis out of a column and adds up what it took", () => {
  const memory = new Memory();
  const { kernel } = memory;
  for (const n of [3, 8, 9, 256]) {
    const basis = memory.column(2 * n);
    const [a, b] = [normal(n, n), normal(n + 1, n)];
    const norm = Math.sqrt(dot(a, a));
    const q0 = a.map((v) => v / norm);
    const rest = b.map((v, i) => v - dot(b, q0) * q0[i]);
    const q1 = rest.map((v) => v / Math.sqrt(dot(rest, rest)));
    memory.view(basis, 2 * n).set([...q0, ...q1]);
    const x = normal(n + 2, n);
    const [column, coefficients] = [memory.store(x), memory.store([10, 20])];
    kernel.project(basis, n * 8, 2, column, coefficients, n);
    const left = memory.view(column, n);
    close(dot(left, q0), 0, 1e-13, "first");
    close(dot(left, q1), 0, 1e-13, "second");
    const taken = memory.view(coefficients, 2);
    close(taken[0], 10 + dot(x, q0), 1e-13);
    close(taken[1], 20 + dot(x, q1), 1e-13);
  }
});

test("reduce solves least squares in two goes as in one, and sets aside what depends on earlier columns", () => {
  const memory = new Memory();
  const { kernel } = memory;
  const n = 33;
  const columns = [1, 2, 3, 4].map((k) => normal(k, n));
  columns.splice(
    2,
    0,
    map([columns[0], columns[1]], (a, b) => a - 3 * b),
  ); // depends on the first two
  const y = normal(9, n);
  const weights = uniform(10, n, 0.5, 2);
  const at = memory.allocate(5 * 4);
  const addresses = columns.map((column) => memory.store(column));
  memory.viewInt(at, 5).set(addresses);
  const w = memory.store(weights);
  const [factor, right, x, basis] = [25, 5, 5, 5 * n].map((size) => memory.column(size));
  const solve = (...goes: readonly (readonly [number, number])[]) => {
    const residual = memory.store(map([y, weights], (v, s) => v * s));
    for (const [from, to] of goes) {
      assert.ok(kernel.reduce(at, from, to, 5, w, basis, residual, factor, right, n));
    }
    kernel.substitute(factor, right, 5, x);
    return { x: memory.view(x, 5).slice(), residual: memory.view(residual, n).slice() };
  };
  const whole = solve([0, 5]);
  assert.deepEqual(solve([0, 2], [2, 5]), whole);
  assert.equal(whole.x[2], 0, "the dependent column");
  const left = y.map((v, i) => weights[i] * (v - columns.reduce((sum, column, k) => sum + whole.x[k] * column[i], 0)));
  allClose(whole.residual, left, 1e-13, "residual");
  for (const column of columns)
    close(
      dot(
        map([column, weights], (v, s) => v * s),
        left,
      ),
      0,
      1e-12,
    );
  memory.f64[(addresses[3] >> 3) + 5] = Number.POSITIVE_INFINITY;
  assert.ok(!kernel.reduce(at, 0, 5, 5, w, basis, memory.store(y), factor, right, n), "no value on a row");
});

test("the strongest products of two columns, and what of them lies outside a basis", () => {
  const memory = new Memory();
  const { kernel } = memory;
  const [n, m] = [32, 40];
  const columns = Array.from({ length: m }, (_, k) => Float32Array.from(normal(k + 1, n)));
  const basis = [Float32Array.from(normal(90, n)), Float32Array.from(normal(91, n))];
  const target = Float32Array.from(normal(92, n));
  const put = (list: readonly Float32Array[]) => {
    const at = memory.allocate(list.length * n * 4);
    for (const [k, values] of list.entries()) memory.view32(at + k * n * 4, n).set(values);
    return at;
  };
  const [columnsAt, basisAt] = [put(columns), put(basis)];
  const [product, norm] = [memory.allocate(m * m * 4), memory.allocate(m * m * 4)];
  const times = (a: Float32Array, b: Float32Array) => a.map((v, i) => v * b[i]);
  const pairs = columns.flatMap((a, i) =>
    columns.slice(i + 1).map((b, k) => ({ i, j: i + 1 + k, values: times(a, b) })),
  );
  for (const { i, j, values } of pairs) {
    memory.f32[(product >> 2) + i * m + j] = dot(values, target);
    memory.f32[(norm >> 2) + i * m + j] = dot(values, values);
  }
  const keep = 100;
  const [found, left] = [memory.allocate(keep * 8), memory.allocate(keep * 4)];
  const count = kernel.strongest(product, norm, m, keep, found);
  assert.ok(count > 90 && count <= keep, `${count} pairs`);
  const sizes = new Map(pairs.map(({ i, j, values }) => [`${i},${j}`, dot(values, target) ** 2 / dot(values, values)]));
  const marks = [...memory.viewInt(found, 2 * count)];
  const chosen = Array.from({ length: count }, (_, k) => `${marks[2 * k]},${marks[2 * k + 1]}`);
  const least = Math.min(...chosen.map((key) => sizes.get(key) ?? Number.NaN));
  const missed = [...sizes].filter(([key, size]) => size > 1.05 * least && !chosen.includes(key));
  assert.deepEqual(missed, [], "no larger one is left out");
  kernel.leftOfPairs(columnsAt, n, found, count, norm, m, basisAt, 2, memory.column(n), left);
  for (let k = 0; k < count; k++) {
    const values = times(columns[marks[2 * k]], columns[marks[2 * k + 1]]);
    const outside = basis.reduce((rest, q) => rest - dot(values, q) ** 2, dot(values, values));
    close(memory.view32(left, count)[k], outside, 1e-4);
  }
});

test("normal equations hold all products, on both sides of the diagonal", () => {
  const memory = new Memory();
  const { kernel } = memory;
  for (const n of [1, 5, 256]) {
    const columns = [1, 2, 3].map((k) => normal(k, n));
    const r = normal(4, n);
    const at = memory.store(columns.flatMap((column) => [...column]));
    const [residual, gram, right] = [memory.store(r), memory.column(9), memory.column(3)];
    kernel.normal(at, n * 8, 3, residual, gram, right, n);
    columns.forEach((a, i) => {
      close(memory.view(right, 3)[i], dot(a, r), 1e-14);
      const products = columns.map((b) => dot(a, b));
      allClose(memory.view(gram + 24 * i, 3), products, 1e-14, `row ${i}`);
    });
  }
});

test("screening products, norms and gains of float32 columns, for all numbers of columns", () => {
  const memory = new Memory();
  const { kernel } = memory;
  for (const n of [4, 8, 12, 256]) {
    for (let count = 1; count <= 9; count++) {
      for (const m of [1, 2, 3, 6, 7]) {
        const [a, b] = [normal(count, count * n), normal(m + 20, m * n)].map((values) => Float32Array.from(values));
        const weight = Float32Array.from(uniform(m, n, 0.5, 2));
        const put = (values: Float32Array) => {
          const at = memory.allocate(values.length * 4);
          memory.view32(at, values.length).set(values);
          return at;
        };
        const [pa, pb, pw, out] = [put(a), put(b), put(weight), memory.allocate(count * m * 4 + 4)];
        memory.view32(out, count * m + 1).fill(GUARD);
        kernel.products(pa, count, pb, m, n, out);
        const found = memory.view32(out, count * m + 1);
        assert.equal(found[count * m], GUARD);
        const part = (of: Float32Array, k: number) => of.subarray(k * n, (k + 1) * n);
        for (let k = 0; k < count; k++) {
          for (let j = 0; j < m; j++) {
            close(found[k * m + j], dot(part(a, k), part(b, j)), 1e-5 * Math.sqrt(n), `${count}×${m}: ${k}, ${j}`);
          }
        }
        const norms = memory.allocate(m * 4);
        kernel.norms(pw, pb, m, n, norms);
        for (let j = 0; j < m; j++) {
          const expected = part(b, j).reduce((sum, v, i) => sum + weight[i] * v * v, 0);
          close(memory.view32(norms, m)[j], expected, 1e-5, `norm ${j}`);
        }
      }
    }
  }
  const [product, left, norm, gain] = [
    [2, 3, 1],
    [4, 0.5, 2],
    [4, 4, 0],
    [0, 0, 0],
  ].map((values) => {
    const at = memory.allocate(12);
    memory.view32(at, 3).set(values);
    return at;
  });
  kernel.gains(product, left, norm, 3, 0.25, gain);
  assert.deepEqual([...memory.view32(gain, 3)], [1, 0, 0.5], "of the second too little is left");
  kernel.subtractSquares(left, product, 3);
  assert.deepEqual([...memory.view32(left, 3)], [0, -8.5, 1]);
  kernel.multiplyF32(product, norm, gain, 4);
  assert.deepEqual([...memory.view32(gain, 3)], [8, 12, 0]);
});

test("memory is a stack: what is released is used again, and it grows without losing anything", () => {
  const memory = new Memory();
  const kept = memory.store([1, 2, 3]);
  const mark = memory.mark();
  const first = memory.column(5);
  memory.release(mark);
  assert.equal(memory.column(7), first);
  assert.equal(first % 64, 0, "aligned");
  const large = memory.column(20_000_000);
  memory.f64[(large >> 3) + 19_999_999] = 5;
  assert.deepEqual([...memory.view(kept, 3)], [1, 2, 3]);
  assert.equal(memory.view(large, 20_000_000)[19_999_999], 5);
});

test("tanh keeps its digits near zero, where a difference of numbers near 1 would lose them", () => {
  const memory = new Memory();
  const sizes = Array.from({ length: 200 }, (_, i) => 10 ** (-12 + i * 0.07));
  const x = memory.store(sizes.flatMap((v) => [v, -v]));
  const [h, d] = [memory.column(400), memory.column(400)];
  memory.kernel.tanh(x, h, d, 400);
  memory.view(h, 400).forEach((value, i) => {
    const expected = Math.tanh(memory.view(x, 400)[i]);
    close(value / expected, 1, 1e-15, `tanh(${memory.view(x, 400)[i]})`);
  });
});

test("a memory that was given back is lent again, and what it held changes no digit", () => {
  const n = 253; // columns end in padding
  const inputs = [uniform(1, n), uniform(2, n)];
  const problem = {
    inputs,
    shifts: [0, 0],
    target: map(inputs, (x, y) => Math.sin(3 * x) + x * y),
    searchRows: n,
    scales: inputs.map(() => 1),
    primitives: ["sin", "product", "square"],
    targetScale: 1,
    resolution: 0,
  };
  const found = () => {
    const bench = new Workbench(problem);
    const [few] = ["few sprouts", "polynomials"].map((start) => bench.run({ kind: "start", start }));
    const jobs: Job[] = few.slice(0, 2).map(({ root }) => ({ kind: "expand", root }));
    const all = [few, ...jobs.map((job) => bench.run(job))];
    bench.close();
    return all;
  };
  const first = found();
  const memory = Memory.borrow();
  new Uint8Array(memory.kernel.memory.buffer).fill(0xff, memory.mark()); // float64 and float32 alike: NaN
  memory.giveBack();
  assert.deepEqual(found(), first);
  assert.equal(Memory.borrow(), memory);
});
