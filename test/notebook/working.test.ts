import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { workingBundle } from "../../src/notebook/working.js";

const html = (...given: Parameters<typeof workingBundle>) => String(workingBundle(...given)["text/html"]);

describe("long work under way", () => {
  it("shows how far it is, how long it took and may take, and its best formula typeset", () => {
    const shown = workingBundle({ fraction: 0.25, seconds: 10, best: "2.123456789*x_0^2" }, []);
    assert.equal(shown["text/plain"], "25% · 10 s · at most 30 s more · Stop keeps the best so far: 2.123456789*x_0^2");
    assert.match(String(shown["text/html"]), /<progress [^>]*value="0\.25"/);
    assert.match(String(shown["text/html"]), /<math.*2\.123<.*<msubsup>/s);
  });

  it("tells the end that is known rather than guess one, in minutes where it is far, and nothing of what is endless", () => {
    assert.match(html({ fraction: 0.5, seconds: 10, remaining: 3 }, []), /at most 3 s more/);
    assert.match(html({ fraction: 0.01, seconds: 10 }, []), /at most 17 min more/);
    assert.doesNotMatch(html({ fraction: 0, seconds: 10 }, []), /at most/);
  });

  it("shows a formula as text that is too long or none", () => {
    assert.match(html({ fraction: 0.5, seconds: 1, best: `x+${"x+".repeat(100)}x` }, []), /<code>x\+x.* …<\/code>/);
    assert.match(html({ fraction: 0.5, seconds: 1, best: "a <" }, []), /<code>a &lt;<\/code>/);
  });

  it("draws the loss from left to right, falling, on a logarithmic axis", () => {
    const shown = html({ fraction: 0.5, seconds: 3, loss: 1e-4 }, [
      [1, 1],
      [2, 1e-2],
      [3, 1e-4],
    ]);
    assert.match(shown, /points="0\.0,2\.0 130\.0,28\.0 260\.0,54\.0"/);
    assert.match(shown, /error 1 → 1e-4/);
  });

  it("bears a loss of nothing at all, and one that stays", () => {
    for (const losses of [
      [1, 0],
      [2, 2],
    ]) {
      const shown = html({ fraction: 0.5, seconds: 2, loss: losses[1] }, [
        [1, losses[0]],
        [2, losses[1]],
      ]);
      assert.doesNotMatch(shown, /NaN|Infinity/);
    }
  });
});
