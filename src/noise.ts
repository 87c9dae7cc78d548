/**
 * What errors a target has: all alike (additive), in proportion to the value (relative), or as the user says (a column or
 * number of standard errors). Which of the first two is decided by description length in the target's own units.
 */

export type NoiseKind = "additive" | "relative" | "given";

/** Rows of a target are worth trying as relative when the largest is this many times the smallest. */
const LEAST_SPREAD = 4;
/** Values written with more significant digits than this are taken as exact. */
const MOST_DIGITS = 5;

/** Rows that span more than this are likely to have relative errors: that is tried first. */
const LARGE_SPREAD = 100;

/** The kinds of noise worth trying for a target, the likelier first. */
export function noiseKinds(target: Float64Array, sigma: Float64Array | undefined): NoiseKind[] {
  if (sigma) return ["given"];
  const sizes = target.map(Math.abs);
  const oneSign = target.every((y) => y > 0) || target.every((y) => y < 0);
  const spread = sizes.reduce((a, b) => Math.max(a, b)) / sizes.reduce((a, b) => Math.min(a, b));
  if (!oneSign || !(spread > LEAST_SPREAD)) return ["additive"];
  return spread > LARGE_SPREAD ? ["relative", "additive"] : ["additive", "relative"];
}

/** Weights 1/σ for each row; undefined where all are alike. `values` are the target's, or a law's for it. */
export function rowWeights(kind: NoiseKind, values: Float64Array, sigma?: Float64Array): Float64Array | undefined {
  if (kind === "given") return sigma?.map((s) => 1 / s);
  return kind === "relative" ? values.map((y) => 1 / Math.abs(y)) : undefined;
}

/**
 * The step between neighbouring values each number could have had, as far as its digits tell: 2.74 stands for anything from
 * 2.735 to 2.745. Zero where the values have so many digits that they say nothing about it.
 * @param mostDigits values written with more significant digits are taken as exact
 */
export function quanta(values: Float64Array, mostDigits = MOST_DIGITS): Float64Array {
  let significant = 1;
  let decimals = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === 0) continue;
    const [mantissa, exponent] = value.toExponential().split("e");
    const digits = mantissa.replace(/\D/g, "").length;
    significant = Math.max(significant, digits);
    decimals = Math.max(decimals, digits - 1 - Number(exponent));
  }
  if (significant > mostDigits || decimals === Number.NEGATIVE_INFINITY) return new Float64Array(values.length);
  // Columns are written either with so many digits or with so many decimals; the coarser of the two is the one.
  return values.map((value) => {
    const bySize = value === 0 ? 0 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - significant + 1);
    return Math.max(bySize, 10 ** -decimals);
  });
}
