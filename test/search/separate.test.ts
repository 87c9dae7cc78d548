import assert from "node:assert/strict";
import { test } from "node:test";
import { PRIMITIVES } from "../../src/primitives.js";
import { functionOf, input, single } from "../../src/search/network.js";
import { separate } from "../../src/search/separate.js";
import { ALL, allClose, close, map, normal, outputAt, uniform } from "./help.js";

const N = 200;
const inputs = [uniform(1, N, 0.3, 2), uniform(2, N, 0.3, 2), uniform(3, N, -2, 2)];
type Law = (a: number, b: number, c: number, noise: number) => number;

function problem(law: Law, primitives = Object.keys(PRIMITIVES), searchRows = N) {
  const target = map([...inputs, normal(4, N)], law);
  return { inputs, shifts: [0, 0, 0], target, searchRows, primitives, targetScale: 1, resolution: 0 };
}

test("an input that comes out as a factor leaves a smaller problem, of which the whole follows", () => {
  const whole = problem((a, b, c) => ((3 * a ** 2) / b) * Math.exp(0.5 * Math.sin(c)));
  const [{ part, sure }] = separate(whole);
  assert.equal(sure, true);
  assert.deepEqual(part.problem.inputs, [inputs[2]]);
  // The smaller target is the function of the last input, up to a power of two.
  const inner = map([inputs[2]], (c) => 3 * Math.exp(0.5 * Math.sin(c)));
  const scale = inner[0] / part.problem.target[0];
  assert.ok(Number.isInteger(Math.log2(scale)), `${scale}`);
  allClose(
    part.problem.target.map((v) => v * scale),
    inner,
    1e-12,
  );
  // An error of the smaller problem is the whole's error times the factors, up to one common factor.
  const weights = part.problem.weights ?? new Float64Array(N);
  const common = weights[0] / (inputs[0][0] ** 2 / inputs[1][0]);
  allClose(
    weights,
    map(inputs, (a, b) => (common * a * a) / b),
    1e-12,
  );

  const small = single(functionOf(ALL.indexOf("sin"), single(input(0), 2)), 0.7, 1);
  const large = part.whole(small);
  for (let i = 0; i < 5; i++) {
    const row = inputs.map((column) => column[i]);
    close(outputAt(large, row, ALL), ((scale * row[0] ** 2) / row[1]) * outputAt(small, [row[2]], ALL), 1e-12);
  }
});

test("no separation where inputs act together, where all are factors, or where the primitives don't allow it", () => {
  assert.deepEqual(separate(problem((a, b, c) => 2 + a * b + c * c)), []);
  assert.deepEqual(separate(problem((a, b, c) => Math.exp(a * c) * (2 + Math.sin(3 * b)))), []);
  const powers = problem((a, b) => (a * a) / b);
  assert.deepEqual(separate({ ...powers, inputs: inputs.slice(0, 2) }), []);
  assert.deepEqual(separate(problem((a, _, c) => a * Math.exp(c), ["identity", "exp"])), []);
  const inverse = problem((a, _, c) => Math.exp(c) / a, ["identity", "exp", "product"]);
  assert.deepEqual(separate(inverse), []);
});

test("a power that is not whole is no factor", () => {
  assert.deepEqual(separate(problem((a, _, c) => a ** 1.5 * Math.exp(c))), []);
});

test("noise does not hide a factor", () => {
  const [{ part }] = separate(problem((a, b, c, r) => a * (2 + b * c * 0.2) * (1 + 0.03 * r)));
  assert.deepEqual(part.problem.inputs.length, 2);
});

test("rows beyond those searched may have any sign", () => {
  const few = problem((a, b, c) => a * (1 + b) * Math.exp(c));
  const first = inputs[0].map((v, i) => (i === N - 1 ? -1 : v));
  const second = inputs[0].map((v, i) => (i === N - 1 ? 0 : v));
  for (const column of [first, second]) {
    const target = map([column, inputs[1], inputs[2]], (a, b, c) => a * (1 + b) * Math.exp(c));
    for (const { part } of separate({
      ...few,
      inputs: [column, inputs[1], inputs[2]],
      target,
      searchRows: N - 1,
    })) {
      const { weights, target: inner } = part.problem;
      assert.ok(
        weights?.subarray(0, N - 1).every((w) => w > 0 && Number.isFinite(w)),
        "weights",
      );
      assert.ok(inner.subarray(0, N - 1).every(Number.isFinite), "target");
    }
  }
});
