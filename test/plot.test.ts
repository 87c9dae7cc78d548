import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameInHtml } from "../src/names.js";
import { jupyterDisplay, type MimeBundle } from "../src/notebook/display.js";
import { type Figure, figure, figureInHtml, plotlyType } from "../src/notebook/figure.js";
import { type PlottedCandidate, type PlottedResult, plotFront, plotResult } from "../src/plot.js";

const bundleOf = (shown: Figure) => shown[jupyterDisplay]() as MimeBundle & Record<string, string>;
const plotOf = (shown: Figure) => (bundleOf(shown) as Record<string, unknown>)[plotlyType] as never;

interface Trace {
  name: string;
  x: number[];
  y: (number | null)[];
  text: string[];
}
/** The figure as the page gets it. */
function page(shown: Figure) {
  const { data, layout } = plotOf(shown) as {
    data: Trace[];
    layout: Record<string, { type?: string; range?: number[]; text?: string }>;
  };
  return { trace: (name: string) => data.find((trace) => trace.name === name) as Trace, layout };
}

const column = (name: string, label: string, values: number[]) => ({ name, label, values: Float64Array.from(values) });
const candidate = (
  law: (...inputs: number[]) => number,
  changes: Partial<PlottedCandidate> = {},
): PlottedCandidate => ({
  expression: "a*x^2",
  complexity: 5,
  mse: 0.25,
  predict: (columns) => {
    const inputs = Object.values(columns);
    return Array.from(inputs[0] as ArrayLike<number>, (_, i) => law(...inputs.map((values) => values[i] as number)));
  },
  ...changes,
});
function result(best: PlottedCandidate, inputs: number[][], target: number[], front = [best]): PlottedResult {
  const columns = inputs.map((values, i) => column(`x${i}`, `input ${i} (m)`, values));
  return {
    best,
    front,
    table: { inputs: columns, target: column("y", "weight (kg)", target), rows: target.length, warnings: [] },
  };
}

describe("figure", () => {
  it("is data and layout for JupyterLab, a script for a page, and a name in words", () => {
    const shown = figure([{ x: Float64Array.of(1, 2), y: [Number.NaN, 3] }], { title: { text: "Two <b>points</b>" } });
    const { trace, layout } = page(shown);
    assert.deepEqual(trace(undefined as never).x, [1, 2]);
    assert.deepEqual(trace(undefined as never).y, [null, 3]);
    assert.equal(layout.title?.text, "Two <b>points</b>");
    assert.equal(bundleOf(shown)["text/plain"], "Figure: Two points");
  });

  it("draws itself on a page of its own", () => {
    const html = figureInHtml(plotOf(figure([{ x: [1], y: [2] }])));
    const script = /<script>(.*)<\/script>/.exec(html)?.[1] ?? "";
    const drawn: [place: string, plot: { data: object[] }][] = [];
    const document = { currentScript: { previousElementSibling: "the div" } };
    const drawFigure = (place: string, plot: { data: object[] }) => drawn.push([place, plot]);
    new Function("document", "drawFigure", script)(document, drawFigure);
    assert.equal(drawn.length, 1);
    const [place, plot] = drawn[0];
    assert.equal(place, "the div");
    assert.deepEqual(plot.data, [{ type: "scatter", x: [1], y: [2] }]);
  });

  it("is not ended by a script's end in its text", () => {
    const html = figureInHtml(plotOf(figure([], { title: { text: "</script><!--" } })));
    assert.equal(html.match(/<\/script>/g)?.length, 1);
    assert.ok(!html.includes("<!--"));
  });
});

describe("names in figures", () => {
  it("have Greek letters and indices, and stay what they are where they are no plain names", () => {
    const shown = ["omega", "x_0", "x1", "theta_0_max", "axis_au", "phi", "p (kPa)", "a<b", "e_", "Delta_v"].map(
      nameInHtml,
    );
    assert.deepEqual(shown, [
      ...[
        "ω",
        "x<sub>0</sub>",
        "x<sub>1</sub>",
        "θ<sub>0,max</sub>",
        "axis<sub>au</sub>",
        "φ",
        "p (kPa)",
        "a&lt;b",
        "e",
      ],
      "Δ<sub>v</sub>",
    ]);
  });

  it("are so in titles, where functions keep their names", () => {
    const best = candidate((x) => x, { expression: "sin(omega_0*t)*exp(-alpha*t^2)/x_0 + 1.5e-7*x1" });
    const { layout } = page(plotResult(result(best, [[1, 2]], [1, 2])));
    assert.equal(
      layout.title?.text,
      "y = sin(ω<sub>0</sub> · t) · exp(−α · t<sup>2</sup>)/x<sub>0</sub> + 1.5e-7 · x<sub>1</sub>",
    );
  });
});

describe("plotResult, one input", () => {
  it("draws no line through a pole", () => {
    const law = candidate((x) => 1 / x);
    const { trace } = page(plotResult(result(law, [[1, 2, 3, 4, 5]], [1, 0.5, 0.33, 0.25, 0.2])));
    const { x, y } = trace("law, beyond the data");
    const gap = y.indexOf(null as unknown as number);
    assert.ok(gap > 0 && x[gap - 1] < 0 && x[gap] >= 0 && y.lastIndexOf(null as unknown as number) === gap);
  });

  it("goes on beyond the data by half their range, and shows measured minus predicted", () => {
    const { trace, layout } = page(
      plotResult(
        result(
          candidate((x) => 2 * x),
          [[1, 2, 3]],
          [2.5, 4, 5],
        ),
      ),
    );
    const beyond = trace("law, beyond the data");
    assert.deepEqual(
      [beyond.x[0], beyond.x.at(-1)].map((x) => Number(x?.toFixed(9))),
      [0, 4],
    );
    const inside = trace("law").x.filter((_, i) => trace("law").y[i] !== null);
    assert.ok(Math.min(...inside) >= 1 && Math.max(...inside) <= 3 && inside.length > 100);
    assert.deepEqual(trace("residual").y, [0.5, 0, -1]);
    assert.deepEqual([layout.xaxis?.type, layout.yaxis?.type], ["linear", "linear"]);
    assert.equal(layout.title?.text, "y = a · x<sup>2</sup>");
  });

  it("is logarithmic over more than two decades, with relative residuals", () => {
    const x = [1, 10, 1000];
    const { trace, layout } = page(
      plotResult(
        result(
          candidate((x) => x),
          [x],
          [1, 10, 1100],
        ),
      ),
    );
    assert.deepEqual([layout.xaxis?.type, layout.yaxis?.type], ["log", "log"]);
    const ends = [trace("law, beyond the data").x[0], trace("law, beyond the data").x.at(-1)];
    assert.deepEqual(
      ends.map((end) => Number(Math.log10(end as number).toFixed(9))),
      [-1.5, 4.5],
    );
    assert.deepEqual(
      trace("residual").y.map((value) => Number(value?.toFixed(9))),
      [0, 0, 0.1],
    );
  });

  it("stays linear where values are not positive", () => {
    const { layout } = page(
      plotResult(
        result(
          candidate((x) => x),
          [[0, 10, 1000]],
          [-1, 10, 1000],
        ),
      ),
    );
    assert.deepEqual([layout.xaxis?.type, layout.yaxis?.type], ["linear", "linear"]);
  });

  it("does not let a law that explodes squeeze the data", () => {
    const { layout } = page(
      plotResult(
        result(
          candidate((x) => Math.exp(x * x)),
          [[0, 1, 2]],
          [0, 1, 2],
        ),
      ),
    );
    const [bottom, top] = layout.yaxis?.range ?? [];
    assert.ok(top !== undefined && top > 2 && top <= 4.5 && bottom !== undefined && bottom < 0, `${bottom} … ${top}`);
  });

  it("bears a law that has no value in places, and a single point", () => {
    const { trace } = page(
      plotResult(
        result(
          candidate((x) => Math.log(x)),
          [[1, 2]],
          [0, 0.7],
        ),
      ),
    );
    assert.equal(trace("law, beyond the data").y[0], Math.log(0.5));
    assert.ok(
      page(
        plotResult(
          result(
            candidate(() => 3),
            [[1]],
            [3],
          ),
        ),
      ).trace("measured"),
    );
  });
});

describe("plotResult, several inputs", () => {
  const best = candidate((x, y) => x * y, { mse: 0, complexity: 3, expression: "x0*x1" });
  const simple = candidate((x) => x, { mse: 4, complexity: 1, expression: "x0 < 6.283185307179586" });
  const some = result(
    best,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [4, 10, 18],
    [simple, best],
  );

  it("sets predicted against measured", () => {
    const { trace } = page(plotResult(some));
    assert.deepEqual(trace("a measurement").x, [4, 10, 18]);
    assert.deepEqual(trace("a measurement").y, [4, 10, 18]);
    assert.deepEqual(trace("predicted = measured").x, [4, 18]);
  });

  it("shows the front with errors in the target's units, and a formula without error too", () => {
    for (const { trace } of [page(plotResult(some)), page(plotFront(some))]) {
      const front = trace("best of its size");
      assert.deepEqual(front.x, [1, 3]);
      assert.equal(front.y[0], 2);
      assert.ok((front.y[1] as number) > 0 && (front.y[1] as number) < 2);
      assert.equal(front.text[0], "x<sub>0</sub> &lt; 6.2832");
      assert.deepEqual(trace("chosen").x, [3]);
    }
  });
});
