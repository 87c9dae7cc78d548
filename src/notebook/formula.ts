/**
 * A formula on the page, typeset without network. JupyterLab brings its own MathJax for TeX, and takes MathML out of
 * notebooks that it does not trust yet; a report's page reads MathML and nothing else: report.ts translates.
 */
import { type Displayable, jupyterDisplay } from "./display.js";

/** Shows a formula typeset. @param source TeX without dollar signs, such as `\frac{1}{2} m v^2` */
export function tex(source: string): Displayable {
  return { [jupyterDisplay]: () => ({ "text/latex": `$\\displaystyle ${source}$`, "text/plain": source }) };
}
