import assert from "node:assert/strict";
import { test } from "node:test";
import { closed, type Law } from "../../src/dynamics/law.js";
import { withoutInnerTerms } from "../../src/dynamics/prune.js";
import { evaluate } from "../../src/expression/evaluate.js";
import { parse } from "../../src/expression/parse.js";

test("a law loses its inner terms one by one, and the value of what is left is that of the rest", () => {
  const law: Law = {
    form: "field",
    states: ["x", "v"],
    latents: ["z"],
    constants: ["p", "q", "r"],
    values: Float64Array.of(-0.02, -50, 0.3),
    equations: [parse("v"), parse("-z*sin(p*x*(v^2 + q)) + r*v")],
  };
  const shorter = withoutInnerTerms(law);
  const at = { x: [0.7], v: [-1.2], z: [1.5] };
  const values = shorter.map((each) => evaluate(closed(each)[1], at, 1)[0]);
  const expected = [-1.5 * Math.sin(0.7) - 0.36, -1.5 * Math.sin(-0.02 * 0.7 * 1.44) - 0.36];
  assert.equal(values.length, 2);
  for (const value of expected)
    assert.ok(
      values.some((other) => Math.abs(other - value) < 1e-12),
      `${values}`,
    );
  // sin(a·x) has one constant for what were two; the other equation is as it was.
  assert.ok(shorter.some(({ constants }) => constants.length === 2));
  for (const { equations } of shorter) assert.deepEqual(equations[0], law.equations[0]);
  assert.deepEqual(withoutInnerTerms({ ...law, equations: [parse("v"), parse("-z*sin(p*x) + r*v")] }), []);
});
