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
    "": member.tree === best.tree ? "▸" : "",
    nodes: member.complexity,
    "error (rms)": Number(Math.sqrt(member.mse).toPrecision(4)),
    score: Number(member.score.toPrecision(2)),
    formula: tex(member.toTeX()),
  }));
  const listed = (table(rows) as Displayable)[jupyterDisplay]() as MimeBundle;
  const lines = [facts, known, ...warnings.map((warning) => `⚠ ${warning}`)].filter(Boolean);
  return {
    "text/html": `<p>${formulaInHtml(heading)}</p><p>${lines.map(escapeHtml).join("<br>")}</p>${listed["text/html"]}`,
    "text/plain": [`${target} = ${best.expression}`, ...lines, listed["text/plain"]].join("\n"),
  };
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
