import assert from "node:assert/strict";
import { after, test } from "node:test";
import { unitOf } from "../src/custom.js";
import { discover } from "../src/discover.js";
import { stopWorkers } from "../src/parallel/pool.js";

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
  await refused({ name: "f", formula: "u*v" }, /"f" may have the variable u only, not v/);
  await refused({ name: "f", formula: "u*(" }, /"f" can't be read/);
  await refused({ name: "f", formula: "2" }, /"f" has no u/);
  await refused({ name: "f", formula: "log(-1-u^2)" }, /"f" has no value/);
});
