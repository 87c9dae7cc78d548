/**
 * Formulas in TeX become MathML, which every browser of today typesets by itself: the usual MathJax comes from the
 * network, and a report must need none.
 */
import { createRequire } from "node:module";
import { unescapeHtml } from "./html.js";

const temml: { renderToString(tex: string, options: { displayMode: boolean; throwOnError: boolean }): string } =
  createRequire(import.meta.url)("temml");

/** TeX, without its dollar signs, as a `<math>` element; what is no TeX is shown as it is, in red. */
export function mathFromTeX(tex: string, displayMode = true): string {
  return temml.renderToString(tex, { displayMode, throwOnError: false });
}

/** Code and escaped dollars, then displayed formulas, then formulas in the line, which neither begin nor end with a space. */
const parts =
  /(^ {0,3}(`{3,}|~{3,})[\s\S]*?^ {0,3}\2|(`+)[\s\S]*?[^`]\3(?!`)|\\\$)|\$\$([\s\S]+?)\$\$|\$(?!\s)((?:\\.|[^$\\`\n]|\n(?!\s*\n))+?)(?<!\s)\$(?!\d)/gm;

/** Markdown with its formulas as MathML; dollars in code or before a digit, as in prices, stay dollars. */
export function typesetMarkdown(markdown: string): string {
  return markdown.replace(parts, (whole, code, _fence, _ticks, displayed, inline) => {
    if (code !== undefined) return whole;
    const math = mathFromTeX(displayed ?? inline, displayed !== undefined).replace(/\s*\n\s*/g, " ");
    // Markdown's own signs within the formula's text would be read as emphasis, links or code.
    return math.replace(/>[^<]+</g, (text) => text.replace(/[*_`~[\]\\]/g, (sign) => `&#${sign.charCodeAt(0)};`));
  });
}

/** HTML with the formulas that `formulaInHtml` put into it as MathML. */
export function typesetHtml(html: string): string {
  return html.replace(/<span class="eqlab-tex">([^<]*)<\/span>/g, (_, tex) =>
    mathFromTeX(bare(unescapeHtml(tex)), false),
  );
}

/** TeX without the dollar signs around it. */
export const bare = (tex: string) => tex.trim().replace(/^\$+|\$+$/g, "");
