import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/expression/evaluate.js";
import { type Architecture, architecture, weightCount } from "../../src/network/architecture.js";
import { compact } from "../../src/network/compact.js";
import { CompiledNetwork } from "../../src/network/compiled.js";
import { formulaOf, grammarOf, networks } from "../../src/network/readoff.js";
import { DEFAULT_PRIMITIVES } from "../../src/primitives.js";
import { near, normals } from "./help.js";

const points = 50;
const sparse = (of: Architecture, seed: number, kept: number) => {
  const chance = normals(weightCount(of), 1, seed + 1);
  return normals(weightCount(of), 0.5, seed).map((w, i) => (Math.abs(chance[i]) < kept && Math.abs(w) > 0.02 ? w : 0));
};

test("the formula that is read off has the network's values", () => {
  for (const [k, network] of [
    architecture({ inputs: 2 }),
    architecture({ inputs: 2, layers: [DEFAULT_PRIMITIVES, DEFAULT_PRIMITIVES], dense: true, gains: "unit" }),
    architecture({
      inputs: 2,
      layers: [[...DEFAULT_PRIMITIVES, "cos", "tanh", "cube"]],
      gains: "unit",
      dense: true,
      outputs: 2,
    }),
  ].entries()) {
    const weights = sparse(network, 10 * k, 0.5);
    const x = normals(2 * points, 0.6, 5).map(Math.abs);
    const values = new CompiledNetwork(network).forward(weights, x, points);
    const grammar = grammarOf(network);
    networks(network, weights, grammar).forEach((root, output, { length: outputs }) => {
      const tree = formulaOf(root, ["a", "b"], grammar);
      const column = (i: number) => Float64Array.from({ length: points }, (_, p) => x[2 * p + i]);
      const got = evaluate(tree, { a: column(0), b: column(1) }, points);
      for (let p = 0; p < points; p++) near(values[p * outputs + output], got[p], 1, `network ${k}, point ${p}`);
    });
  }
});

test("a unit that sees nothing is a constant", () => {
  const network = architecture({ inputs: 1, layers: [["constant", "exp", "sigmoid"]] });
  const grammar = grammarOf(network);
  // (e^0 − 1)/e = 0, and the sigmoid of nothing is 1/2.
  const [root] = networks(network, [0, 0, 2, 7, 4], grammar);
  assert.deepEqual(formulaOf(root, ["x"], grammar), { kind: "number", value: 4 });
});

test("without units that change nothing the network's values are the same", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const whole = architecture({ inputs: 2, dense: seed > 3 });
    const weights = sparse(whole, 100 * seed, 0.1);
    const { architecture: rest, places } = compact(whole, weights);
    assert.ok(rest.layers.every((layer, k) => layer.length < whole.layers[k].length));
    const x = normals(2 * points, 1, seed);
    const wanted = new CompiledNetwork(whole).forward(weights, x, points);
    const got = new CompiledNetwork(rest).forward(
      Float32Array.from(places, (p) => weights[p]),
      x,
      points,
    );
    got.forEach((v, p) => {
      near(v, wanted[p], 1, `seed ${seed}, point ${p}`);
    });
  }
});
