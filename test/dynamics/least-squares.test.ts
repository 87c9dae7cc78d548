import assert from "node:assert/strict";
import { test } from "node:test";
import { gains, type LeastSquares, leastSquares, standardErrors } from "../../src/dynamics/least-squares.js";
import { random } from "../../src/random.js";

/** Three series y = z·exp(−w·t) + noise with a common w. */
function decays(level: number) {
  const { normal } = random(2);
  const times = Array.from({ length: 40 }, (_, i) => 0.1 * i);
  const amplitudes = [1, 2.5, -3];
  const data = amplitudes.map((z) => times.map((t) => z * Math.exp(-0.7 * t) + level * normal()));
  const problem: LeastSquares = {
    blocks: 3,
    evaluate(block, [w], [z]) {
      const model = times.map((t) => z * Math.exp(-w * t));
      return {
        residuals: Float64Array.from(times, (_, i) => data[block][i] - model[i]),
        jacobian: Float64Array.from(times.flatMap((t, i) => [-t * model[i], Math.exp(-w * t)])),
      };
    },
  };
  return { problem, data, times, amplitudes };
}

const start = () => ({ shared: Float64Array.of(0.2), own: [1, 1, 1].map((z) => Float64Array.of(z)) });

test("shared and private unknowns are found exactly where there is no noise", async () => {
  const { problem, amplitudes } = decays(0);
  const found = await leastSquares(problem, start(), { steps: 50, tolerance: 1e-12 });
  assert.ok(Math.abs(found.shared[0] - 0.7) < 1e-9);
  found.own.forEach(([z], s) => {
    assert.ok(Math.abs(z - amplitudes[s]) < 1e-9);
  });
});

test("the errors of shared unknowns are those of the full normal matrix", async () => {
  const { problem, times } = decays(0.1);
  const found = await leastSquares(problem, start(), { steps: 50, tolerance: 1e-10 });
  const { shared, own } = await standardErrors(problem, found, 0.1);
  // The full 4 × 4 normal matrix has the shape [a bᵀ; b diag(c)]; the inverse's first entry is 1 / (a − Σ b²/c).
  const [w] = found.shared;
  const c = times.reduce((sum, t) => sum + Math.exp(-2 * w * t), 0);
  let schur = 0;
  for (const [z] of found.own) {
    const a = times.reduce((sum, t) => sum + (t * z * Math.exp(-w * t)) ** 2, 0);
    const b = times.reduce((sum, t) => sum - t * z * Math.exp(-2 * w * t), 0);
    schur += a - (b * b) / c;
  }
  assert.ok(Math.abs(shared[0] - 0.1 / Math.sqrt(schur)) < 1e-10);
  assert.ok(Math.abs(own[0][0] - 0.1 / Math.sqrt(c)) < 1e-10);
  assert.ok(Math.abs(w - 0.7) < 4 * shared[0]);
});

test("what an unknown that was held would gain is what a fit with it gains", async () => {
  const { problem, times } = decays(0.1);
  // The same with an offset common to all, and once more the rate, which can gain nothing.
  const longer: LeastSquares = {
    blocks: 3,
    evaluate(block, [w, offset, again], z, slopes) {
      const made = problem.evaluate(block, Float64Array.of(w + again), z, slopes);
      if (!made) return undefined;
      return {
        residuals: made.residuals.map((r) => r - offset),
        jacobian: Float64Array.from(
          times.flatMap((_, i) => [made.jacobian[2 * i], 1, made.jacobian[2 * i], made.jacobian[2 * i + 1]]),
        ),
      };
    },
  };
  const options = { steps: 50, tolerance: 1e-12 };
  const without = await leastSquares(problem, start(), options);
  const shared = Float64Array.of(...without.shared, 0, 0);
  const [offset, again] = (await gains(longer, { shared, own: without.own }, 2)) ?? [];
  const full = await leastSquares(longer, { shared, own: without.own }, options);
  const drop = without.error - full.error;
  assert.ok(drop > 0 && Math.abs(offset - drop) < 0.02 * drop, `${offset}, not ${drop}`);
  assert.equal(again, 0);
});
