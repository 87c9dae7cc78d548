import assert from "node:assert/strict";
import { test } from "node:test";
import { cholesky, invertFactored, solveFactored } from "../../src/search/dense.js";
import { allClose, normal } from "./help.js";

/** AᵀA for a random A, which is positive definite. */
function positiveDefinite(n: number): Float64Array {
  const a = normal(n, n * n);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return (
      Array.from({ length: n }, (_, k) => a[k * n + i] * a[k * n + j]).reduce((x, y) => x + y) + (i === j ? 0.1 : 0)
    );
  });
}

test("factor, solution and inverse of positive definite matrices", () => {
  for (const n of [1, 2, 3, 7, 20]) {
    const matrix = positiveDefinite(n);
    const factor = matrix.slice();
    assert.ok(cholesky(factor, n));
    const x = normal(n + 50, n);
    const times = (m: Float64Array, v: Float64Array) =>
      v.map((_, i) => v.reduce((sum, u, j) => sum + m[i * n + j] * u, 0));
    const b = times(matrix, x);
    solveFactored(factor, b, n);
    allClose(b, x, 1e-9, `${n}`);
    const inverse = invertFactored(factor, n);
    allClose(times(inverse, times(matrix, x)), x, 1e-9, `inverse of ${n}`);
  }
});

test("a matrix that is not positive definite has no factor", () => {
  assert.equal(cholesky(Float64Array.of(1, 2, 2, 1), 2), false);
  assert.equal(cholesky(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2), false);
  assert.equal(cholesky(Float64Array.of(0), 1), false);
});
