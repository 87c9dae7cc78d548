import assert from "node:assert/strict";
import { test } from "node:test";
import { kinematics, oscillator, pendulum, withNoise } from "../../src/dynamics/generate.js";
import { integrate } from "../../src/dynamics/integrate.js";
import { InputError } from "../../src/errors.js";

test("the integrator follows a pendulum as SciPy's DOP853 at rtol 1e-13 does", () => {
  const rows = integrate(([theta, v]) => [v, -1.3 * Math.sin(theta)], [2.6, 0], 0.1, 500);
  assert.equal(rows.length, 501);
  // scipy.integrate.solve_ivp(lambda t, y: [y[1], -1.3*np.sin(y[0])], [0, 50], [2.6, 0], method="DOP853", rtol=1e-13, atol=1e-14)
  const reference: readonly [number, readonly [number, number]][] = [
    [10, [2.234193231073, -0.7917316347169]],
    [100, [2.545762506214, -0.2755634159888]],
    [250, [-2.235414701152, 0.790150574446]],
    [500, [0.8562788690263, -1.982818321574]],
  ];
  for (const [row, [theta, v]] of reference) {
    assert.ok(Math.abs(rows[row][0] - theta) < 1e-8, `θ at row ${row}: ${rows[row][0]}`);
    assert.ok(Math.abs(rows[row][1] - v) < 1e-8, `v at row ${row}: ${rows[row][1]}`);
  }
});

test("the pendulum keeps its energy, and loses it with damping", () => {
  const { series, parameters } = pendulum({ count: 5, steps: 500, seed: 3 });
  for (const [s, rows] of series.entries()) {
    const energy = ([theta, v]: number[]) => v * v * 0.5 - parameters[s][0] * Math.cos(theta);
    const first = energy(rows[0]);
    for (const row of rows) assert.ok(Math.abs(energy(row) - first) < 1e-8);
  }
  const damped = pendulum({ count: 2, steps: 500, damping: [0.1, 0.2] });
  assert.equal(damped.parameters[0].length, 2);
  for (const rows of damped.series) assert.ok(Math.abs(rows[500][1]) + Math.abs(rows[500][0]) < 0.6);
});

test("kinematics and oscillator solve their equations", () => {
  const moved = kinematics({ count: 3, steps: 20 });
  for (const [s, rows] of moved.series.entries()) {
    const [a] = moved.parameters[s];
    rows.slice(1).forEach(([d, v], i) => {
      assert.ok(Math.abs(d - (rows[i][0] + rows[i][1] + a / 2)) < 1e-12);
      assert.ok(Math.abs(v - (rows[i][1] + a)) < 1e-12);
    });
  }
  const swung = oscillator({ count: 2, steps: 300, seed: 5 });
  for (const [s, rows] of swung.series.entries()) {
    const [squared] = swung.parameters[s];
    const exact = integrate(([x, v]) => [v, -squared * x], rows[0], swung.dt, 300);
    for (const [i, row] of rows.entries()) {
      assert.ok(Math.abs(row[0] - exact[i][0]) < 1e-8 && Math.abs(row[1] - exact[i][1]) < 1e-8);
    }
  }
});

test("the same seed gives the same series, noise has the size said, and a solution that grows without end is told", () => {
  const options = { count: 4, steps: 50, seed: 9 };
  assert.deepEqual(pendulum(options), pendulum(options));
  const { series } = oscillator({ count: 50, steps: 200 });
  const noisy = withNoise(series, 0.1, 2);
  let [sum, square, n] = [0, 0, 0];
  for (const [s, rows] of series.entries()) {
    for (const [i, row] of rows.entries()) {
      sum += (noisy[s][i][0] - row[0]) ** 2;
      square += row[0] ** 2;
      n++;
    }
  }
  assert.ok(Math.abs(Math.sqrt(sum / square) - 0.1) < 0.003, `${Math.sqrt(sum / square)} of ${n}`);
  assert.throws(() => integrate(([x]) => [x * x], [1], 0.1, 20), InputError);
});
