import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawNetwork } from "../../src/network/draw.js";
import { EqlLayer } from "../../src/network/index.js";
import { mimeBundle } from "../../src/notebook/display.js";

const count = (svg: string, tag: string) => svg.split(`<${tag}`).length - 1;

describe("a drawn network", () => {
  const eql = new EqlLayer();
  eql.setExpression("9.81*x*sin(y)-0.3*x*z*exp(y)", ["x", "y", "z"]);

  it("has a line for every weight that is left, dashed where it is negative, and a box for every unit at work", () => {
    const { svg } = eql.draw({ names: ["x", "y", "z"], outputs: ["F"] });
    assert.equal(count(svg, "path"), eql.weightsLeft);
    assert.equal(count(svg, 'rect x="'), 7); // 1, x, sin(y), e^y, x·z and the two products
    assert.equal(count(svg, "polyline"), 3); // identity, sine, exponential
    assert.equal(svg.split("stroke-dasharray").length - 1, 1);
    for (const word of [">x<", ">y<", ">z<", ">F<", ">sin<", ">u·v<", "hidden layer 2"])
      assert.ok(svg.includes(word), word);
  });

  it("has a title and a description, and no markup from names", () => {
    const { svg } = eql.draw({ names: ["a<b", "y&", '"z"'], title: "One <law>" });
    assert.match(
      svg,
      /role="img"[^>]*><title>One &lt;law&gt;<\/title><desc>a&lt;b, y&amp;, .* by 12 weights and 7 hidden units/,
    );
    assert.doesNotMatch(svg, /a<b/);
  });

  it("shows as a picture where scripts and SVG are taken out, and as text", async () => {
    const bundle = await mimeBundle(eql);
    assert.match(
      String(bundle?.["text/html"]),
      /^<img src="data:image\/svg\+xml;base64,[\w+/=]+" alt="eql_1: x1, x2, x3 to y/,
    );
    assert.match(String(bundle?.["image/svg+xml"]), /^<svg/);
    assert.match(String(bundle?.["text/plain"]), /12 weights/);
  });

  it("shows what a dense layer sees beside the units, and nothing of a network without weights", () => {
    const wiring = { inputs: 1, layers: [["sin"]], outputs: 1, dense: true, gains: "unit" } as const;
    // sin(x + 1)·… + 2·x + 3: weights of the layer (x, 1), then of the output (sin, x, 1).
    const { svg } = drawNetwork(wiring, [1, 1, 0.5, 2, 3]);
    assert.equal(count(svg, "path"), 5);
    assert.ok(svg.includes(">1<"));
    const { svg: empty } = drawNetwork(wiring, [0, 0, 0, 0, 0]);
    assert.equal(count(empty, "path"), 0);
    assert.doesNotMatch(svg + empty, /NaN/);
  });
});
