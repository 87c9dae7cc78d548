/**
 * What errors a target has: all alike (additive), in proportion to the value (relative), or as the user says (a column or
 * number of standard errors). Which of the first two is decided by description length in the target's own units.
 */
import { range } from "./columns.js";

export type NoiseKind = "additive" | "relative" | "given";

/** What the user says of the errors of the rows: their standard deviations, or weights up to a common factor. */
export interface RowErrors {
  readonly sigma?: Float64Array;
  readonly weights?: Float64Array;
  /** With the robust loss: what each row counts for, by how near it lies to the law. */
  readonly trust?: Float64Array;
}

/** Rows of a target are worth trying as relative when the largest is this many times the smallest. */
const LEAST_SPREAD = 4;
/** Values written with more significant digits than this are taken as exact. */
const MOST_DIGITS = 5;

/** Whole numbers below this, with no more digits than that before their zeros, are round by nature, not by rounding. */
const ROUND = 1e5;
const ROUND_DIGITS = 2;
/** Whole numbers that span fewer steps than this. */
const FEW_STEPS = 10;

/** Rows that span more than this are likely to have relative errors: that is tried first. */
const LARGE_SPREAD = 100;

/** The kinds of noise worth trying for a target, the likelier first; what the user said is not asked again. */
export function noiseKinds(
  target: Float64Array,
  { sigma }: RowErrors,
  said: "additive" | "relative" | undefined,
): NoiseKind[] {
  if (sigma) return ["given"];
  if (said) return [said];
  const oneSign = target.every((y) => y > 0) || target.every((y) => y < 0);
  const [least, largest] = range(target.map(Math.abs));
  const spread = largest / least;
  if (!oneSign || !(spread > LEAST_SPREAD)) return ["additive"];
  return spread > LARGE_SPREAD ? ["relative", "additive"] : ["additive", "relative"];
}

/** Weights 1/σ for each row; undefined where all are alike. `values` are the target's, or a law's for it. */
export function rowWeights(
  kind: NoiseKind,
  values: Float64Array,
  { sigma, weights, trust }: RowErrors,
): Float64Array | undefined {
  if (kind === "additive" && !weights && !trust) return undefined;
  return values.map((y, i) => {
    const own = kind === "given" ? 1 / (sigma ? sigma[i] : 1) : kind === "relative" ? 1 / Math.abs(y) : 1;
    return own * Math.sqrt((weights ? weights[i] : 1) * (trust ? trust[i] : 1));
  });
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
    if (significant > mostDigits) return new Float64Array(values.length);
    decimals = Math.max(decimals, digits - 1 - Number(exponent));
  }
  if (decimals === Number.NEGATIVE_INFINITY) return new Float64Array(values.length);
  // Truth values, grades, small counts: that there is nothing between them is their nature.
  const [low, high] = range(values);
  if (decimals <= 0 && high - low < FEW_STEPS * 10 ** -decimals) return new Float64Array(values.length);
  // 1600 and 40 don't say that their zeros are unknown; 1230 and 456 do.
  const round = decimals <= 0 && significant <= ROUND_DIGITS && values.every((value) => Math.abs(value) < ROUND);
  if (round) return new Float64Array(values.length).fill(1);
  // Columns are written either with so many digits or with so many decimals; the coarser of the two is the one.
  return values.map((value) => {
    const bySize = value === 0 ? 0 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - significant + 1);
    return Math.max(bySize, 10 ** -decimals);
  });
}
