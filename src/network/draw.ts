/**
 * A network drawn: the units that are at work, each with the curve of its primitive, and the weights between them as lines, as
 * broad as they are large. What was taken out isn't drawn. One SVG on white, for light and dark pages and for print.
 */
import { variable } from "../expression/build.js";
import { toText } from "../expression/text.js";
import { type Displayable, jupyterDisplay } from "../notebook/display.js";
import { colours } from "../notebook/figure.js";
import { escapeHtml } from "../notebook/html.js";
import { PRIMITIVES, trainedUnit } from "../primitives.js";
import { alive, columnsOf } from "./alive.js";
import { type Architecture, shapes } from "./architecture.js";

/** Distances and sizes, px. */
const COLUMN = 170;
const ROW = 52;
const BOX = 36;
const SIDE = 90;
const TOP = 64;
const BROADEST = 5;
const THINNEST = 0.7;
const INK = "#24292f";
const PALE = "#8c959f";
const [POSITIVE, NEGATIVE] = colours;

export interface DrawOptions {
  /** Of the inputs, and of the outputs. */
  readonly names?: readonly string[];
  readonly outputs?: readonly string[];
  readonly title?: string;
}

/** A drawing; as the last expression of a cell, or through `show`, it appears on the page. */
export interface Drawing extends Displayable {
  readonly svg: string;
}

interface Node {
  readonly label: string;
  /** The primitive, of a hidden unit. */
  readonly name?: string;
  /** Its pre-activations, by number in its layer. */
  readonly columns: readonly number[];
  y: number;
}

interface Line {
  readonly from: Node;
  readonly fromLayer: number;
  readonly to: Node;
  readonly toLayer: number;
  readonly port: number;
  readonly weight: number;
}

/** @param weights of one replica */
export function drawNetwork(of: Architecture, weights: ArrayLike<number>, options: DrawOptions = {}): Drawing {
  const { title = "The network" } = options;
  const { layers, lines } = laidOut(of, weights, options);
  const width = 2 * SIDE + (layers.length - 1) * COLUMN;
  const most = Math.max(...layers.map((layer) => layer.length));
  const height = TOP + most * ROW + 16;
  arrange(layers, lines, most);
  const units = layers.slice(1, -1).flat();
  const used = [...new Set(units.map(({ name }) => name))].join(", ");
  const description =
    `${layers[0].map(({ label }) => label).join(", ")} to ${layers[layers.length - 1].map(({ label }) => label).join(", ")} by ` +
    `${lines.length} weights and ${units.length} hidden units${used && ` (${used})`}.`;
  const largest = lines.reduce((size, { weight }) => Math.max(size, Math.abs(weight)), 0);
  const parts = [
    `<rect width="100%" height="100%" rx="6" fill="white"/>`,
    text(16, 26, title, { size: 15, anchor: "start" }),
    ...layers.slice(1, -1).map((_, k) => text(SIDE + (k + 1) * COLUMN, 48, `hidden layer ${k + 1}`, { fill: PALE })),
    ...[...lines].sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight)).map((line) => drawnLine(line, largest)),
    ...layers.flatMap((layer, k) => layer.map((node) => drawnNode(node, k, of))),
  ];
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `font-family="system-ui, sans-serif"><title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>` +
    `${parts.join("")}</svg>`;
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  const alt = escapeHtml(`${title}: ${description}`);
  return {
    svg,
    [jupyterDisplay]: () => ({
      "text/html": `<img src="${source}" alt="${alt}" width="${width}" style="max-width:100%">`,
      "image/svg+xml": svg,
      "text/plain": `${title}: ${description}`,
    }),
  };
}

/** The nodes of each layer that are at work, inputs first, outputs last, and the lines between them. */
function laidOut(of: Architecture, weights: ArrayLike<number>, { names, outputs }: DrawOptions) {
  const lives = alive(of, weights);
  const inputs = Array.from({ length: of.inputs }, (_, i) => node(names?.[i] ?? `x${i + 1}`));
  const one = node("1");
  const hidden = of.layers.map((layer) => columnsOf(layer).map(({ name, columns }) => node(name, name, columns)));
  const last = Array.from({ length: of.outputs }, (_, i) =>
    node(outputs?.[i] ?? (of.outputs === 1 ? "y" : `y${i + 1}`), undefined, [i]),
  );
  const lines: Line[] = [];
  shapes(of).forEach(({ rows, columns, offset }, k) => {
    const below = k === 0 ? inputs : hidden[k - 1];
    for (let row = 0; row < rows; row++) {
      for (const to of hidden[k] ?? last) {
        to.columns.forEach((column, port) => {
          const at = offset + row * columns + column;
          if (!lives[at]) return;
          const beyond = row - below.length; // what a dense layer sees beside the units below it
          const carried = k === 0 ? [one] : [...inputs, one];
          const from = beyond < 0 ? below[row] : carried[beyond];
          lines.push({ from, fromLayer: beyond < 0 ? k : 0, to, toLayer: k + 1, port, weight: weights[at] });
        });
      }
    }
  });
  const atWork = new Set(lines.flatMap(({ from, to }) => [from, to]));
  const first = [...inputs, ...(atWork.has(one) ? [one] : [])];
  return { layers: [first, ...hidden.map((layer) => layer.filter((unit) => atWork.has(unit))), last], lines };
}

const node = (label: string, name?: string, columns: readonly number[] = []): Node => ({ label, name, columns, y: 0 });

/** Places the nodes of each layer one below the other, in the order of where their lines come from. */
function arrange(layers: Node[][], lines: readonly Line[], most: number): void {
  for (const [k, layer] of layers.entries()) {
    const origin = (of: Node) => {
      const own = lines.filter(({ to }) => to === of);
      return own.reduce((sum, { from }) => sum + from.y, 0) / Math.max(1, own.length);
    };
    if (k > 0 && k < layers.length - 1) {
      const origins = new Map(layer.map((each) => [each, origin(each)]));
      layer.sort((a, b) => (origins.get(a) as number) - (origins.get(b) as number));
    }
    layer.forEach((each, i) => {
      each.y = TOP + ROW * ((most - layer.length) / 2 + i + 0.5);
    });
  }
}

function drawnLine({ from, fromLayer, to, toLayer, port, weight }: Line, largest: number): string {
  const [x1, x2] = [SIDE + fromLayer * COLUMN + BOX / 2, SIDE + toLayer * COLUMN - BOX / 2];
  const ports = to.columns.length;
  const y2 = to.y + (ports > 1 ? (port - (ports - 1) / 2) * 14 : 0);
  const bend = (x2 - x1) / 2;
  const share = Math.sqrt(Math.abs(weight) / largest);
  const style =
    `stroke="${weight > 0 ? POSITIVE : NEGATIVE}" stroke-width="${round(THINNEST + (BROADEST - THINNEST) * share)}" ` +
    `stroke-opacity="${round(0.35 + 0.65 * share)}"${weight < 0 ? ' stroke-dasharray="7 4"' : ""}`;
  const path = `M${x1} ${round(from.y)}C${x1 + bend} ${round(from.y)} ${x2 - bend} ${round(y2)} ${x2} ${round(y2)}`;
  return `<path d="${path}" fill="none" ${style}/>`;
}

function drawnNode({ label, name, y, columns }: Node, layer: number, { gains }: Architecture): string {
  const x = SIDE + layer * COLUMN;
  if (name === undefined) {
    const first = layer === 0;
    return text(first ? x + BOX / 2 - 8 : x - BOX / 2 + 8, y + 5, label, { size: 15, anchor: first ? "end" : "start" });
  }
  const [left, top] = [x - BOX / 2, y - BOX / 2];
  const box = `<rect x="${left}" y="${round(top)}" width="${BOX}" height="${BOX}" rx="5" fill="white" stroke="${PALE}"/>`;
  const inner =
    columns.length === 1
      ? curve(name, gains, left + 4, top + 4, BOX - 8)
      : text(x, y + 5, toText(PRIMITIVES[name].expression(variable("u"), variable("v"))).replace("*", "·"), {
          size: 13,
        });
  return box + inner + text(x, top + BOX + 11, label, { size: 10, fill: PALE });
}

/** The curve of a unit over its pre-activation from −1 to 1. */
function curve(name: string, gains: Architecture["gains"], left: number, top: number, size: number): string {
  const { value } = trainedUnit(name, gains);
  const values = Array.from({ length: 41 }, (_, i) => value(i / 20 - 1));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const points = values.map(
    (v, i) => `${round(left + (i / 40) * size)},${round(top + size * (1 - (v - low) / (high - low || 1)))}`,
  );
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${INK}" stroke-width="1.6"/>`;
}

const round = (value: number) => Math.round(value * 10) / 10;

function text(x: number, y: number, content: string, { size = 11, anchor = "middle", fill = INK } = {}): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}" fill="${fill}">${escapeHtml(content)}</text>`;
}
