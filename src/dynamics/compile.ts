/**
 * Formulas as machine code: the values and derivatives of several formulas in one JavaScript function, which the engine
 * compiles. Integrators and fits call it millions of times.
 */
import { differentiate } from "../expression/differentiate.js";
import { toJavaScript } from "../expression/javascript.js";
import type { Expression } from "../expression/tree.js";

/** Writes the formulas' values for the arguments into `out`. */
export type Compiled = (values: ArrayLike<number>, out: Float64Array | number[]) => void;

/** @param names the formulas' variables, in the order of `values` */
export function compile(formulas: readonly Expression[], names: readonly string[]): Compiled {
  const place = new Map(names.map((name, k) => [name, k]));
  const lines = formulas.map((formula, k) => {
    const source = toJavaScript(formula, []).slice("() => ".length);
    return `  $out[${k}] = ${source};`;
  });
  const locals = [...place].map(([name, k]) => `  const ${name} = $values[${k}];`);
  return new Function("$values", "$out", [...locals, ...lines].join("\n")) as Compiled;
}

/** The formulas' values, and after them their derivatives: for each formula one by each of `by`. */
export function compileWithDerivatives(
  formulas: readonly Expression[],
  names: readonly string[],
  by: readonly string[],
): Compiled {
  const derivatives = formulas.flatMap((formula) => by.map((name) => differentiate(formula, name)));
  return compile([...formulas, ...derivatives], names);
}
