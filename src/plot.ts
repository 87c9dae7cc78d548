/**
 * The pictures of a result: the law among the measurements, and the Pareto front.
 */
import { nameInHtml } from "./names.js";
import { colours, type Figure, figure } from "./notebook/figure.js";
import type { Column, Table } from "./table.js";

type Json = Record<string, unknown>;

/** What is needed of a candidate formula to draw it. */
export interface PlottedCandidate {
  readonly expression: string;
  readonly complexity: number;
  readonly mse: number;
  predict(columns: Record<string, ArrayLike<number>>): number[];
}

/** What is needed of a result to draw it. */
export interface PlottedResult {
  readonly best: PlottedCandidate;
  readonly front: readonly PlottedCandidate[];
  readonly table: Table;
}

/** Choices of the pictures of a result. */
const defaults = {
  /** How far a curve goes on beyond the data, in lengths of their range, on either side. */
  beyond: 0.5,
  /** Data that span more decades than this are drawn on a logarithmic axis, */
  decades: 2,
  /** and beside such data, those that span more than this: a power law is then a straight line. */
  decadesBeside: 0.7,
  /** Points of a curve. */
  points: 400,
  /** Characters of a formula in a title. */
  titleLength: 70,
};

/**
 * The picture of a result. One input: measurements, the fitted curve, how it goes on beyond the data, and the
 * residuals. Several inputs: predicted against measured values, and the Pareto front.
 */
export function plotResult(result: PlottedResult): Figure {
  return result.table.inputs.length === 1 ? curveAndResiduals(result) : predictedAndFront(result);
}

function curveAndResiduals({ best, table }: PlottedResult): Figure {
  const { target } = table;
  const [input] = table.inputs;
  if (!input) throw new Error("This result has no input column: there is nothing to draw a curve over.");
  const beside = Math.max(decadesOf(input.values), decadesOf(target.values)) > defaults.decades;
  const x = scaleOf(input.values, beside);
  const y = scaleOf(target.values, beside);
  const predicted = best.predict({ [input.name]: input.values });
  const residuals = predicted.map((value, i) => {
    const measured = target.values[i] ?? Number.NaN;
    return y.type === "log" ? measured / value - 1 : measured - value;
  });

  const span = x.high - x.low || 1;
  const low = x.low - defaults.beyond * span;
  const step = ((1 + 2 * defaults.beyond) * span) / (defaults.points - 1);
  const at = Array.from({ length: defaults.points }, (_, i) => x.back(low + i * step));
  const curve = best.predict({ [input.name]: at });
  const inside = at.map((value) => x.to(value) >= x.low && x.to(value) <= x.high);

  // A law that explodes beyond the data must not squeeze them flat.
  const room = y.high - y.low || 1;
  const reach = [...curve, ...target.values].map(y.to).filter(Number.isFinite);
  const bottom = Math.max(Math.min(...reach), y.low - room);
  const top = Math.min(Math.max(...reach), y.high + room);
  const margin = 0.05 * (top - bottom);
  // At a pole the law leaves by one edge and comes back by the other: no line joins the two.
  const edge = (value: number) => (y.to(value) > top + margin ? 1 : y.to(value) < bottom - margin ? -1 : 0);
  const broken = curve.map((value, i) => (i > 0 && edge(value) * edge(curve[i - 1]) < 0 ? null : value));

  return figure(
    [
      { x: at, y: broken, name: "law, beyond the data", mode: "lines", line: { color: colours[1], dash: "dash" } },
      {
        x: at,
        y: broken.map((value, i) => (inside[i] ? value : null)),
        name: "law",
        mode: "lines",
        line: { color: colours[1] },
      },
      { x: input.values, y: target.values, name: "measured", mode: "markers", marker: { color: colours[0] } },
      {
        x: input.values,
        y: residuals,
        yaxis: "y2",
        name: "residual",
        mode: "markers",
        marker: { color: colours[0], symbol: "diamond-open" },
        showlegend: false,
      },
    ],
    {
      title: { text: titleOf(target.name, best) },
      height: 580,
      xaxis: { ...ticksOf(x), anchor: "y2", title: { text: axisTitle(input) } },
      yaxis: {
        ...ticksOf(y),
        domain: [0.34, 1],
        title: { text: axisTitle(target) },
        range: [bottom - margin, top + margin],
      },
      yaxis2: {
        domain: [0, 0.22],
        title: { text: y.type === "log" ? "relative residual" : "residual" },
        tickformat: y.type === "log" ? ".2~%" : ".3~g",
        nticks: 5,
        zeroline: true,
        zerolinecolor: colours[1],
      },
      shapes: [
        {
          name: "range of the data",
          type: "rect",
          yref: "paper",
          x0: x.back(x.low),
          x1: x.back(x.high),
          y0: 0,
          y1: 1,
          fillcolor: "#eef3f8",
          line: { width: 0 },
          layer: "below",
          showlegend: true,
        },
      ],
    },
  );
}

function predictedAndFront({ best, front, table }: PlottedResult): Figure {
  const { target } = table;
  const columns = Object.fromEntries(table.inputs.map((input) => [input.name, input.values]));
  const predicted = best.predict(columns);
  const y = scaleOf(target.values, false);
  const ends = [y.back(y.low), y.back(y.high)];
  const both = frontTraces(front, best).map((trace) => ({ ...trace, xaxis: "x2", yaxis: "y2", showlegend: false }));
  return figure(
    [
      { x: ends, y: ends, name: "predicted = measured", mode: "lines", line: { color: colours[1], dash: "dash" } },
      {
        x: target.values,
        y: predicted,
        name: "a measurement",
        mode: "markers",
        marker: { color: colours[0], opacity: 0.7 },
      },
      ...both,
    ],
    {
      title: { text: titleOf(target.name, best) },
      height: 760,
      xaxis: { ...ticksOf(y), title: { text: `${axisTitle(target)}, measured` } },
      yaxis: { ...ticksOf(y), domain: [0.48, 1], title: { text: `${axisTitle(target)}, predicted` } },
      xaxis2: { anchor: "y2", rangemode: "tozero", title: { text: "complexity (nodes of the formula)" } },
      yaxis2: { ...errorAxis(front), domain: [0, 0.34] },
    },
  );
}

/** The Pareto front: how much error every step of complexity takes away. */
export function plotFront({ best, front, table }: PlottedResult): Figure {
  return figure(frontTraces(front, best), {
    title: { text: `Formulas for ${nameInHtml(table.target.label)}: error against complexity` },
    xaxis: { rangemode: "tozero", title: { text: "complexity (nodes of the formula)" } },
    yaxis: errorAxis(front),
  });
}

/** "v (m/s)" */
const axisTitle = ({ label, unit }: Column) =>
  unit === undefined || unit === "" ? nameInHtml(label) : `${nameInHtml(label)} (${unit})`;

const errorAxis = (front: readonly PlottedCandidate[]) => {
  const decades = decadesOf(
    Float64Array.from(
      front.filter(({ mse }) => mse > 0),
      ({ mse }) => Math.sqrt(mse),
    ),
  );
  return { ...ticksOf({ type: "log", low: 0, high: decades }), title: { text: "error (rms)" } };
};

function frontTraces(front: readonly PlottedCandidate[], best: PlottedCandidate): Json[] {
  // An exact formula may have no error at all, which has no place on a logarithmic axis.
  const positive = front.map(({ mse }) => Math.sqrt(mse)).filter((error) => error > 0);
  const floor = positive.length > 0 ? Math.min(...positive) / 10 : Number.EPSILON;
  const error = ({ mse }: PlottedCandidate) => Math.sqrt(mse) || floor;
  const point = (some: readonly PlottedCandidate[]) => ({
    x: some.map(({ complexity }) => complexity),
    y: some.map(error),
    text: some.map(({ expression }) => shorten(expression)),
    hovertemplate: "%{text}<br>complexity %{x}, error %{y:.3g}<extra></extra>",
  });
  return [
    {
      ...point(front),
      name: "best of its size",
      mode: "lines+markers",
      line: { shape: "hv", width: 1.5, color: colours[0] },
    },
    { ...point([best]), name: "chosen", mode: "markers", marker: { symbol: "star", size: 15, color: colours[1] } },
  ];
}

function endsOf(values: Float64Array): [low: number, high: number] {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

/** How many powers of ten the values span; 0 where some are not positive. */
function decadesOf(values: Float64Array): number {
  const [low, high] = endsOf(values);
  return low > 0 ? Math.log10(high / low) : 0;
}

/** An axis's kind, the data's ends on it, and the ways to and fro. */
function scaleOf(values: Float64Array, besideLogarithmic: boolean) {
  const [low, high] = endsOf(values);
  return decadesOf(values) > (besideLogarithmic ? defaults.decadesBeside : defaults.decades)
    ? {
        type: "log",
        low: Math.log10(low),
        high: Math.log10(high),
        to: Math.log10,
        back: (place: number) => 10 ** place,
      }
    : { type: "linear", low, high, to: (value: number) => value, back: (place: number) => place };
}

/** Logarithmic axes get ticks at powers of ten, or over few decades at 2 and 5 as well. */
function ticksOf({ type, low, high }: { type: string; low: number; high: number }): Json {
  if (type === "linear") return { type };
  return high - low > 1.5
    ? { type, dtick: Math.ceil((high - low) / 6), minor: { ticks: "outside", dtick: "D1" } }
    : { type, dtick: "D2" };
}

/** A formula in a title: constants to five digits, powers raised. */
function shorten(text: string): string {
  const rounded = text.replace(/\d+\.\d{5,}(e[+-]?\d+)?/g, (number) => String(Number(Number(number).toPrecision(5))));
  const whole = rounded.length <= defaults.titleLength ? rounded : `${rounded.slice(0, defaults.titleLength - 1)}…`;
  return whole
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/\^(\d+(?:\.\d+)?|\w+)|\^\(([^()]*)\)/g, (_, single, grouped) => `<sup>${single ?? grouped}</sup>`)
    .replace(/ - |^-|(?<=\()-/g, (minus) => minus.replace("-", "−"))
    .replace(/\*/g, " · ")
    .replace(/(?<![\w<>&]|<\/)[A-Za-z]\w*(?![\w(;])/g, nameInHtml);
}

const titleOf = (name: string, { expression }: PlottedCandidate) => `${nameInHtml(name)} = ${shorten(expression)}`;
