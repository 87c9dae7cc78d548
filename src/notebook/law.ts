/** How a candidate and a result look as the last expression of a cell: the formula typeset, what is known of it, the front. */
import type { Constant } from "../constants.js";
import { nameInTeX } from "../expression/tex.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.js";
import { tex } from "./formula.js";
import { escapeHtml, formulaInHtml } from "./html.js";
import { table } from "./table.js";

/** What is needed of a candidate to show it. */
interface ShownCandidate {
  readonly tree: Expression;
  readonly expression: string;
  readonly complexity: number;
  readonly mse: number;
  readonly score: number;
  readonly constants: readonly Constant[];
  toTeX(): string;
}

/** What is needed of a result to show it. */
interface ShownResult {
  readonly best: ShownCandidate;
  readonly front: readonly ShownCandidate[];
  readonly verdict: string;
  readonly noise: string;
  readonly warnings: readonly string[];
  readonly target: string;
  readonly seconds: number;
}

/** A formula with the standard errors of its constants. */
export function candidateBundle(candidate: ShownCandidate): MimeBundle {
  const known = constantsLine(candidate);
  return {
    "text/html": `<p>${formulaInHtml(`$\\displaystyle ${candidate.toTeX()}$`)}</p>${known && `<p>${escapeHtml(known)}</p>`}`,
    "text/plain": [toText(candidate.tree, { digits: 6 }), known].filter(Boolean).join("\n"),
  };
}

export function resultBundle({ best, front, verdict, noise, warnings, target, seconds }: ShownResult): MimeBundle {
  const heading = `$\\displaystyle ${nameInTeX(target)} = ${best.toTeX()}$`;
  const facts = `Verdict: ${verdict}. Errors: ${noise}. ${front.length} formulas on the front, after ${seconds} s.`;
  const known = constantsLine(best);
  const rows = front.map((member) => ({
    best: member.tree === best.tree ? "▸" : "",
    nodes: member.complexity,
    "error (rms)": Number(Math.sqrt(member.mse).toPrecision(4)),
    score: Number(member.score.toPrecision(2)),
    formula: tex(member.toTeX()),
  }));
  const listed = (table(rows) as Displayable)[jupyterDisplay]() as MimeBundle;
  const lines = [facts, known, ...warnings.map((warning) => `⚠ ${warning}`)].filter(Boolean);
  return {
    "text/html": `<p>${formulaInHtml(heading)}</p><p>${lines.map(escapeHtml).join("<br>")}</p>${frontPicture(front, best)}${listed["text/html"]}`,
    "text/plain": [`${target} = ${best.expression}`, ...lines, listed["text/plain"]].join("\n"),
  };
}

/** Size of the front's picture in CSS pixels, and the room for its axes. */
const picture = { width: 420, height: 150, left: 64, right: 12, top: 10, bottom: 34 };

/** Error against complexity, each formula under the mouse; a ring and a dot tell the chosen from the others. */
function frontPicture(front: readonly ShownCandidate[], best: ShownCandidate): string {
  const shown = front.filter(({ mse }) => mse > 0);
  if (shown.length < 2) return "";
  const { width, height, left, right, top, bottom } = picture;
  const logs = shown.map(({ mse }) => Math.log10(mse) / 2);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const most = Math.max(...shown.map(({ complexity }) => complexity));
  const x = (nodes: number) => left + ((width - left - right) * nodes) / most;
  const y = (log: number) => top + ((height - top - bottom) * (high - log)) / (high - low || 1);
  const points = shown.map((member, i) => {
    const [cx, cy] = [x(member.complexity).toFixed(1), y(logs[i]).toFixed(1)];
    const error = (10 ** logs[i]).toPrecision(3);
    const title = `${toText(member.tree, { digits: 5 })}; ${member.complexity} nodes, error ${error}`;
    const ring =
      member.tree === best.tree
        ? `<circle cx="${cx}" cy="${cy}" r="8" fill="none" stroke="#d55e00" stroke-width="2.5"/>`
        : "";
    return `${ring}<circle cx="${cx}" cy="${cy}" r="4.5" fill="#0072b2"><title>${escapeHtml(title)}</title></circle>`;
  });
  const label = (at: number, text: string) => `<text x="${left - 8}" y="${y(at) + 4}" text-anchor="end">${text}</text>`;
  const value = (log: number) => (10 ** log).toPrecision(2);
  return (
    `<svg role="img" aria-label="Error (rms) against complexity; a ring marks the best" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" style="max-width:100%" font-size="12" fill="currentColor">` +
    `<path d="M${left},${top}V${height - bottom}H${width - right}" fill="none" stroke="#8c959f"/>` +
    `${label(high, value(high))}${high > low ? label(low, value(low)) : ""}` +
    `<text x="${width - right}" y="${height - 8}" text-anchor="end">complexity (nodes) up to ${most}</text>` +
    `<text x="${left + 4}" y="${height - 8}">error (rms)</text>${points.join("")}</svg>`
  );
}

/** "Constants: 365.189 ± 0.028, 3/2.", with the units of those that have one. */
function constantsLine({ constants }: ShownCandidate): string {
  const said = constants.map(({ value, error, name, unit }) => {
    const known = constantText(value, error, name);
    return unit === undefined ? known : `${/±/.test(known) ? `(${known})` : known} ${unit}`;
  });
  return said.length > 0 ? `Constants: ${said.join(", ")}.` : "";
}

function constantText(value: number, error: number | undefined, name: string | undefined): string {
  if (name !== undefined) return name;
  if (error === undefined || !(error > 1e-12 * Math.abs(value))) return `${Number(value.toPrecision(6))}`;
  // As many digits as the error has meaning for: two of its own.
  const place = Math.floor(Math.log10(error)) - 1;
  const digits = Math.max(2, Math.min(15, Math.floor(Math.log10(Math.abs(value) || error)) - place + 1));
  return `${Number(value.toPrecision(digits))} ± ${Number(error.toPrecision(2))}`;
}
