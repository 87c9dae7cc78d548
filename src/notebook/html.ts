/** Text and formulas within a piece of HTML. */

/** Text as it stands between tags, or between an attribute's double quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** The text again. */
export function unescapeHtml(html: string): string {
  return html
    .replace(/&quot;/g, '"')
    .replace(/&gt;/g, ">")
    .replace(/&lt;/g, "<")
    .replace(/&amp;/g, "&");
}

/** TeX, with its dollar signs, as a formula within HTML: JupyterLab typesets it there, and a report by `typesetHtml`. */
export function formulaInHtml(tex: string): string {
  return `<span class="eqlab-tex">${escapeHtml(tex)}</span>`;
}
