import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError } from "../../src/errors.js";
import { architecture, shapes, weightCount } from "../../src/network/architecture.js";

test("the paper's network: 18 units from 18 pre-activations, for its constants need none", () => {
  const paper = architecture({ inputs: 3 });
  assert.deepEqual(shapes(paper), [
    { rows: 3, columns: 18, offset: 0 },
    { rows: 18, columns: 18, offset: 54 },
    { rows: 18, columns: 1, offset: 54 + 324 },
  ]);
  assert.equal(weightCount(paper), 54 + 324 + 18);
});

test("a dense layer sees the units before it, then the inputs, then a 1", () => {
  const dense = architecture({ inputs: 2, layers: [["sin", "product"], ["exp"]], outputs: 3, dense: true });
  assert.deepEqual(shapes(dense), [
    { rows: 3, columns: 3, offset: 0 },
    { rows: 5, columns: 1, offset: 9 },
    { rows: 4, columns: 3, offset: 14 },
  ]);
});

test("a wiring that can't be is refused in words", () => {
  const refused = (given: Parameters<typeof architecture>[0], words: RegExp) =>
    assert.throws(
      () => architecture(given),
      (error) => error instanceof InputError && words.test(error.message),
    );
  refused({ inputs: 0 }, /number of inputs must be 1 or more, not 0/);
  refused({ inputs: 1, layers: [["sin"], ["sine"]] }, /Hidden layer 2.*"sine".*Did you mean "sin"/);
  refused({ inputs: 1, layers: [[]] }, /Hidden layer 1 has no units/);
});
