/** How long work looks while it runs: a bar, the time gone and to come, the best formula so far, and how its error fell. */
import { parse } from "../expression/parse.js";
import { toTeX } from "../expression/tex.js";
import type { MimeBundle } from "./display.js";
import { escapeHtml } from "./html.js";
import { mathFromTeX } from "./typeset.js";

/** What long work tells of itself. */
export interface WorkProgress {
  /** Of the longest it can take, 0 to 1. */
  readonly fraction: number;
  /** Since its beginning, s. */
  readonly seconds: number;
  /** Until its end at the latest, s; by the pace so far, if not given. */
  readonly remaining?: number;
  /** The best formula so far. */
  readonly best?: string;
  /** Its error, whatever is made less: a share of the target's variance, a training loss. */
  readonly loss?: number;
}

/** A point of the curve: time in s, loss. */
export type LossPoint = readonly [seconds: number, loss: number];

const defaults = {
  /** Characters of a formula that is typeset; of a longer one so many are shown as text. */
  longest: 120,
  /** Significant digits of constants that will still change. */
  digits: 4,
  /** The curve's size in CSS pixels. */
  width: 260,
  height: 56,
};

/** @param curve how the loss fell so far */
export function workingBundle(progress: WorkProgress, curve: readonly LossPoint[]): MimeBundle {
  const { fraction, seconds, best = "", loss } = progress;
  const percent = `${Math.round(100 * fraction)}%`;
  const facts = [percent, `${seconds.toFixed(0)} s`, restOf(progress), "Stop keeps the best so far"].filter(Boolean);
  const short = best.length > defaults.longest ? `${best.slice(0, defaults.longest)} …` : best;
  const html = [
    `<progress aria-label="done" max="1" value="${fraction}" style="width:12em;vertical-align:middle"></progress> ` +
      escapeHtml(facts.join(" · ")),
    short && `<div style="margin:.4em 0;overflow-x:auto">${typeset(best) ?? `<code>${escapeHtml(short)}</code>`}</div>`,
    loss !== undefined && curve.length > 1 && lossCurve(curve),
  ];
  return {
    "text/html": `<div style="font-size:13px">${html.filter(Boolean).join("\n")}</div>`,
    "text/plain": [facts.join(" · "), short].filter(Boolean).join(": "),
  };
}

/** "at most 12 s more". */
function restOf({ fraction, seconds, remaining = (seconds * (1 - fraction)) / fraction }: WorkProgress): string {
  if (!Number.isFinite(remaining)) return "";
  return `at most ${remaining < 90 ? `${Math.ceil(remaining)} s` : `${Math.ceil(remaining / 60)} min`} more`;
}

/** The formula as MathML, which a page typesets by itself, at once; undefined for one too long, or that is no formula. */
function typeset(formula: string): string | undefined {
  if (formula.length > defaults.longest) return undefined;
  try {
    return mathFromTeX(toTeX(parse(formula), { digits: defaults.digits }));
  } catch {
    return undefined;
  }
}

/** Loss over time, on a logarithmic axis unless it goes below zero, with its first and its last value. */
function lossCurve(curve: readonly LossPoint[]): string {
  const { width, height } = defaults;
  const logarithmic = curve.every(([, loss]) => loss > 0);
  const heights = curve.map(([, loss]) => (logarithmic ? Math.log10(loss) : loss));
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const [start, end] = [curve[0][0], curve[curve.length - 1][0]];
  const points = curve.map(([seconds], i) => {
    const x = (width * (seconds - start)) / (end - start || 1);
    const y = 2 + (height - 4) * (high === low ? 0.5 : (high - heights[i]) / (high - low));
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const value = (loss: number) => Number(loss.toPrecision(2)).toExponential().replace("e+0", "");
  const [first, last] = [value(curve[0][1]), value(curve[curve.length - 1][1])];
  return (
    `<div>error ${first} → ${last}</div>` +
    `<svg role="img" aria-label="error over time, from ${first} to ${last}" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><polyline points="${points.join(" ")}" fill="none" stroke="#0072b2" ` +
    `stroke-width="2" stroke-linejoin="round"/></svg>`
  );
}
