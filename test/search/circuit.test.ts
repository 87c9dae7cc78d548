import assert from "node:assert/strict";
import { test } from "node:test";
import { Circuit } from "../../src/search/circuit.js";
import { parameters, signature } from "../../src/search/network.js";
import { ALL, allClose, close, fitterFor, map, OWN, outputAt, randomNetworks, read, uniform } from "./help.js";

/** An odd number of rows: the kernel computes two at a time. */
const N = 7;

/** A network's values and Jacobian on positive inputs, with a second opinion on every entry. */
function* circuits(count: number) {
  for (const grammar of [ALL, OWN]) yield* circuitsOf(count, grammar);
}

function* circuitsOf(count: number, grammar: typeof ALL) {
  const inputs = [uniform(1, N, 0.3, 1.4), uniform(2, N, 0.3, 1.4)];
  const target = map(inputs, (x, y) => x * y);
  const fitter = fitterFor(inputs, target, { grammar });
  const { memory } = fitter.sample;
  for (const root of randomNetworks(count, 2, grammar)) {
    const plain = () => Array.from({ length: N }, (_, i) => outputAt(root, [inputs[0][i], inputs[1][i]], grammar));
    if (!plain().every((v) => Math.abs(v) < 1e3)) continue;
    const mark = memory.mark();
    const circuit = new Circuit(root, fitter.sample, grammar);
    yield { root, circuit, plain, fitter };
    memory.release(mark);
  }
}

test("values agree with the network's definition", () => {
  let compared = 0;
  for (const { root, circuit, plain, fitter } of circuits(600)) {
    allClose(read(fitter, circuit.output(), N), plain(), 1e-11, signature(root));
    compared++;
  }
  assert.ok(compared > 150, `${compared} networks`);
});

test("the Jacobian agrees with finite differences, for weights, biases and powers", () => {
  const seen = { all: 0, powers: 0 };
  for (const { root, circuit, plain, fitter } of circuits(600)) {
    circuit.forward();
    circuit.backward();
    const outer = root.links.length + (root.biased ? 1 : 0);
    assert.equal(circuit.parameters.length + outer, parameters(root, fitter.grammar), signature(root));
    circuit.parameters.forEach((parameter, p) => {
      const column = read(fitter, circuit.jacobian + p * N * 8, N);
      const at = parameter.get();
      const h = 1e-4 * Math.max(0.1, Math.abs(at));
      const values = [-2, -1, 1, 2].map((k) => {
        parameter.set(at + k * h);
        return plain();
      });
      parameter.set(at);
      for (let i = 0; i < N; i++) {
        const [b2, b1, f1, f2] = values.map((v) => v[i]);
        const [near, far] = [(f1 - b1) / (2 * h), (f2 - b2) / (4 * h)];
        // Where two step sizes disagree the function is too rough for finite differences.
        if (!(Math.abs(near - far) < 1e-5 * Math.max(1, Math.abs(near)))) continue;
        close(column[i], (4 * near - far) / 3, 1e-6, `${signature(root)}, parameter ${p}`);
        seen.all++;
      }
      if (JSON.stringify(root).includes('"free":true')) seen.powers++;
    });
  }
  assert.ok(seen.all > 2000 && seen.powers > 50, JSON.stringify(seen));
});

test("the sensitivity of a pre-activation is the output's derivative by a bias there", () => {
  let compared = 0;
  for (const { root, circuit, plain, fitter } of circuits(150)) {
    circuit.forward();
    circuit.backward(true);
    for (const { affine, sensitivity } of circuit.affines) {
      const column = read(fitter, sensitivity, N);
      const h = 1e-5;
      const [low, high] = [-h, h].map((shift) => {
        affine.bias += shift;
        const values = plain();
        affine.bias -= shift;
        return values;
      });
      for (let i = 0; i < N; i++) {
        const slope = (high[i] - low[i]) / (2 * h);
        if (!(Math.abs(slope) < 1e2)) continue;
        close(column[i], slope, 1e-4, signature(root));
        compared++;
      }
    }
  }
  assert.ok(compared > 500, `${compared}`);
});
