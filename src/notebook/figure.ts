/**
 * A Plotly figure in our style, shown in JupyterLab and in reports without network.
 */
import { type Displayable, jupyterDisplay } from "./display.js";
import { escapeHtml } from "./html.js";

/** The form in which figures travel: JupyterLab, VS Code and our reports draw them from it. */
export const plotlyType = "application/vnd.plotly.v1+json";

/** Okabe and Ito's colours, told apart with every kind of colour vision; blue and vermilion first. */
export const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const ink = "#24292f";
const axis = {
  showline: true,
  linecolor: "#8c959f",
  gridcolor: "#e7eaee",
  zeroline: false,
  ticks: "outside",
  tickcolor: "#8c959f",
  ticklen: 5,
  automargin: true,
  exponentformat: "power",
  title: { standoff: 10, font: { size: 14 } },
};

/** What a figure looks like unless its layout says otherwise. */
const template = {
  layout: {
    font: { family: fontFamily, size: 14, color: ink },
    colorway: colours,
    paper_bgcolor: "white",
    plot_bgcolor: "white",
    title: { x: 0, xref: "paper", xanchor: "left", y: 1, yanchor: "top", pad: { t: 18 }, font: { size: 17 } },
    margin: { l: 64, r: 16, t: 56, b: 56 },
    hoverlabel: { font: { family: fontFamily, size: 13 } },
    // Below the figure: on a phone it takes several lines, and would run into the title.
    legend: { orientation: "h", x: 0, xanchor: "left", yref: "container", y: 0, yanchor: "bottom", font: { size: 13 } },
    xaxis: axis,
    yaxis: axis,
  },
  data: { scatter: [{ marker: { size: 8 }, line: { width: 2.5 } }] },
};

const config = { responsive: true, displaylogo: false };

type Json = Record<string, unknown>;

/** A Plotly figure; as the last expression of a cell, or through `show`, it appears on the page. */
export interface Figure extends Displayable {
  data: Json[];
  layout: Json;
}

/**
 * A Plotly figure in eqlab's style.
 * @param traces Plotly's traces, such as `{ x: [1, 2], y: [3, 4], mode: "markers" }`
 * @param layout Plotly's layout; what it says goes before our style
 */
export function figure(traces: readonly object[], layout: object = {}): Figure {
  const data = traces.map((trace) => ({ type: "scatter", ...trace }));
  const whole: Json = { template, height: 440, autosize: true, ...layout };
  return {
    data,
    layout: whole,
    [jupyterDisplay]() {
      const plot = JSON.parse(JSON.stringify({ data: this.data, layout: this.layout, config }, plainArrays));
      return {
        [plotlyType]: plot,
        "text/plain": figureName(plot),
      };
    },
  };
}

/** "Figure: its title". */
function figureName({ layout: { title } }: { layout: { title?: string | { text?: string } } }): string {
  return `Figure: ${((typeof title === "string" ? title : title?.text) ?? "").replace(/<[^>]*>/g, "")}`;
}

/**
 * A figure on a page of a report, whose template has Plotly and `drawFigure`.
 * @param plot the JSON that `figure` gives
 */
export function figureInHtml(plot: { layout: Json; [part: string]: unknown }): string {
  // A "<" in a string must not end the script.
  const json = JSON.stringify(plot).replace(/</g, "\\u003c");
  const height = Number(plot.layout.height ?? 440);
  return (
    `<div class="eqlab-figure" role="group" aria-label="${escapeHtml(figureName(plot))}" style="min-height:${height}px"></div>` +
    `<script>drawFigure(document.currentScript.previousElementSibling, ${json});</script>`
  );
}

/** Typed arrays as arrays; JSON has no NaN and infinity, where a line breaks off. */
function plainArrays(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float64Array) : value;
}
