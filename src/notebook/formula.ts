/**
 * A formula on the page, typeset without network: JupyterLab brings its own MathJax for TeX, every other page reads
 * MathML.
 */
import { type Displayable, jupyterDisplay } from "./display.js";
import { mathFromTeX } from "./typeset.js";

/** Shows a formula typeset. @param source TeX without dollar signs, such as `\frac{1}{2} m v^2`, or a `<math>` element */
export function tex(source: string): Displayable {
  const isMathML = /^\s*<math[\s>]/.test(source);
  return {
    [jupyterDisplay]: () => ({
      "text/html": isMathML ? source : mathFromTeX(source),
      ...(isMathML ? {} : { "text/latex": `$\\displaystyle ${source}$` }),
      "text/plain": isMathML
        ? source
            .replace(/<[^>]*>/g, " ")
            .replace(/\s+/g, " ")
            .trim()
        : source,
    }),
  };
}
