/**
 * Finalists: the search's better networks under every kind of noise, each fitted to the rows that decide, in the user's units,
 * with its constants snapped, and described:
 *
 *   n/2·ln(Σ(wr)²/n) − Σ ln w + k/2·ln n + k(k+1)/(n−k−1) + 1.6·size
 *
 * The term −Σ ln w is the Jacobian that makes lengths under different row weights comparable. Errors below what the digits
 * of the target tell count as that. Where the user gave σ, the first two terms are χ²/2 and Σ ln σ.
 */
import { setImmediate as turn } from "node:timers/promises";
import { complexity } from "./expression/complexity.js";
import type { Expression } from "./expression/tree.js";
import type { Doubt } from "./kinds.js";
import { type Leftover, leftover } from "./leftover.js";
import { type NoiseKind, quanta, type RowErrors, rowWeights } from "./noise.js";
import { hasHiddenPole } from "./poles.js";
import { DOUBTED, scaleOf, surprise, trustOf } from "./robust.js";
import { canonical } from "./search/canonical.js";
import { EXACT, NATURE_NODES, NODE_COST, structureLength } from "./search/description.js";
import { FINAL, Fitter } from "./search/fit.js";
import { expressible, formula, readable } from "./search/formula.js";
import type { Grammar } from "./search/grammar.js";
import { Memory } from "./search/kernel/memory.js";
import { type Affine, copyAffine, identical, parameters, size } from "./search/network.js";
import { prune } from "./search/prune.js";
import { makeSample } from "./search/sample.js";
import { openPowers, shorten } from "./search/shorten.js";
import { type Snapped, snap } from "./search/snap.js";
import { natureConstants } from "./units/network.js";
import type { Dimensions } from "./units/read.js";

/** Refits in which relative weights follow the law's own values instead of the measured ones. */
const REWEIGHTINGS = 3;

/** The same for the trust in the rows, which settles more slowly. */
const ROBUST_REWEIGHTINGS = 10;
/** Relative error that is rounding: no robust scale is less. */
const ROUNDING = 1e-12;

/** Milliseconds after which others have their turn, and what is left for the networks not yet looked at when the search is stopped. */
const TURN = 2;
const LEFT_AFTER_STOP = 300;

/** Relative squared error that is rounding. */
const EXACT_ERROR = 1e-20;

/** What a constant with all its digits costs a reader beyond a recognised one, in nats. */
const FREE_CONSTANT = 4;

/** The rows that decide, in the user's units. */
export interface Rows extends RowErrors {
  readonly inputs: readonly Float64Array[];
  readonly target: Float64Array;
}

export interface Finalist {
  readonly root: Affine;
  /** The network as it was fitted, before its constants were snapped. */
  readonly fitted: Affine;
  readonly expression: Expression;
  readonly complexity: number;
  readonly noise: NoiseKind;
  /** Description length in nats: comparable between all finalists of a table. Infinite for one that is not to be offered. */
  readonly length: number;
  /** Why it isn't: it breaks the units, or has a pole among the rows that they don't show. */
  readonly objection: "units" | "pole" | undefined;
  /** The description length in disregard of that, and of what constants of nature cost. */
  readonly lengthRegardless: number;
  /** Mean square of the weighted residuals, in units of the noise kind: y², 1, or σ². */
  readonly error: number;
  /** Mean square of the weighted target, in the same units. */
  readonly scale: number;
  /** Mean square of the residuals as they are, in y². */
  readonly mse: number;
  readonly parameters: number;
  /** Is nothing left but rounding of float64? */
  readonly exact: boolean;
  /** With the robust loss: what each row counts for. */
  readonly trust?: Float64Array;
  /** Weighted residuals. */
  readonly residuals: Float64Array;
  /** Row weights, undefined where all rows count alike. */
  readonly weights: Float64Array | undefined;
  /** Constants that were recognised. */
  readonly snapped: readonly Snapped[];
}

/** How networks become formulas. */
export interface Writing {
  readonly names: readonly string[];
  readonly grammar: Grammar;
  readonly dimensions: Dimensions | undefined;
}

/**
 * Fits networks of the search on all rows, snaps their constants and describes them; those without a value on some row are
 * left out, and so are those there is no time for when the search is stopped meanwhile.
 */
export async function finalistsOf(
  roots: readonly Affine[],
  noise: NoiseKind,
  rows: Rows,
  writing: Writing & { readonly shifted: boolean; readonly doubt?: Doubt; readonly signal: AbortSignal },
): Promise<Finalist[]> {
  const memory = Memory.borrow();
  const { doubt, signal } = writing;
  const weights = rowWeights(noise, doubt?.about ?? rows.target, { ...rows, trust: doubt?.trust });
  const fitter = fitterFor(rows, weights, writing.grammar, memory);
  const steps = quanta(rows.target);
  const all: Finalist[] = [];
  let last = performance.now();
  let left = LEFT_AFTER_STOP;
  for (const root of roots) {
    const gone = performance.now() - last;
    if (gone > TURN) {
      await turn(); // a Stop is heard only then, and a worker that is done given its next job
      last = performance.now();
      if (signal.aborted) left -= gone;
      if (left < 0 && all.length > 0) break;
    }
    const mark = memory.mark();
    const found = finalist(root, noise, rows, { ...writing, fitter, weights, steps });
    memory.release(mark);
    if (found) all.push(found);
  }
  memory.giveBack();
  return all;
}

function finalist(
  root: Affine,
  noise: NoiseKind,
  rows: Rows,
  setting: Writing & {
    readonly shifted: boolean;
    readonly doubt?: Doubt;
    readonly fitter: Fitter;
    readonly weights: Float64Array | undefined;
    readonly steps: Float64Array;
  },
): Finalist | undefined {
  let { fitter, weights } = setting;
  const { grammar, shifted, steps, doubt } = setting;
  const robust = doubt !== undefined;
  const doubtOf = (values: Float64Array) => (robust ? doubted(values, noise, rows, steps) : undefined);
  let network = canonical(copyAffine(root), grammar);
  if (!Number.isFinite(fitter.fit(network, FINAL))) return undefined;
  const passes = robust ? ROBUST_REWEIGHTINGS : noise === "relative" ? REWEIGHTINGS : 0;
  for (let pass = 0; pass < passes; pass++) {
    const values = fitter.predict(network);
    const { trust } = doubtOf(values) ?? {};
    if (noise === "relative" && !sameSigns(values, rows.target, trust)) break;
    const following = rowWeights(noise, values, { ...rows, trust });
    const again = fitterFor(rows, following, grammar, fitter.sample.memory);
    const refitted = copyAffine(network);
    if (!Number.isFinite(again.fit(refitted, FINAL))) break;
    [network, fitter, weights] = [refitted, again, following];
  }
  // Counted from elsewhere, an input brings a bias along that the user's own units may not need.
  if (shifted) network = prune({ root: network, error: fitter.fit(network, FINAL) }, fitter, 0).at(-1)?.root ?? network;
  const { positive } = fitter.sample;
  network = openPowers(network, positive, grammar);
  const short = shorten(network, grammar, positive);
  const forms = (identical(short, network) ? [short] : [short, network]).map((fitted) => {
    const nice = settled(fitted, snap(fitted, fitter), setting);
    const free = parameters(nice.root, grammar) - nice.snapped.length;
    return { fitted, nice, price: NODE_COST * size(readable(nice.root, grammar)) + FREE_CONSTANT * free };
  });
  // 3e20·x² + 1e10·x is better said than 3e20·x·(x + 3.3333333333333e-11).
  const { fitted, nice } = forms.reduce((a, b) => (b.price < a.price ? b : a));
  if (!expressible(readable(nice.root, grammar))) return undefined;
  const values = fitter.predict(nice.root);
  const last = doubtOf(values);
  if (last) weights = rowWeights(noise, values, { ...rows, trust: last.trust });
  const residuals = rows.target.map((y, i) => (y - values[i]) * (weights ? weights[i] : 1));
  // Errors in proportion to a value have no meaning where the law's value is zero or of the other sign.
  const meaningless = noise === "relative" && !sameSigns(values, rows.target, last?.trust);
  // Nothing at all is no formula for a target that is not nothing.
  if (nice.root.links.length === 0 && !nice.root.biased && rows.target.some((y) => y !== 0)) return undefined;
  const left = leftover(rows.target, values, weights, steps);
  if (!Number.isFinite(left.square)) return undefined;
  const found = {
    ...described(fitted, nice, noise, { ...left, ...last?.left }, setting, meaningless),
    residuals,
    weights,
    trust: last?.trust,
  };
  // What is exact to rounding on all rows needs no other evidence.
  const hidden = !found.exact && hasHiddenPole(found.expression, evidenceOf(rows, setting.names, values));
  return hidden && !found.objection ? { ...found, objection: "pole", length: Number.POSITIVE_INFINITY } : found;
}

/** @param values those of a formula, on all rows */
const evidenceOf = ({ inputs, target }: Rows, names: readonly string[], values: Float64Array) => ({
  columns: Object.fromEntries(names.map((name, i) => [name, inputs[i]])),
  target,
  residuals: target.map((y, i) => y - values[i]),
});

/** A network with its constants snapped, and the constants of nature that it needs. */
interface Settled {
  readonly root: Affine;
  readonly snapped: readonly Snapped[];
  readonly nature: number;
}

/** Takes the snapped network, unless it breaks the units only then: a constant that came to 1 has no dimension, and may have had one. */
export function settled(fitted: Affine, nice: ReturnType<typeof snap>, writing: Writing): Settled {
  const { names, grammar, dimensions } = writing;
  const natureOf = (root: Affine) =>
    dimensions ? natureConstants(readable(root, grammar), { names, grammar, dimensions }) : 0;
  const nature = natureOf(nice.root);
  const before = nature < Infinity ? nature : natureOf(fitted);
  return before < nature ? { root: fitted, snapped: [], nature: before } : { ...nice, nature };
}

const sameSigns = (a: Float64Array, b: Float64Array, trust?: Float64Array) =>
  a.every((v, i) => v * b[i] > 0 || (trust && trust[i] < DOUBTED && v !== 0));

/** What rows count for about a law with these values, and what is left over by the robust likelihood. */
function doubted(values: Float64Array, noise: NoiseKind, rows: Rows, steps: Float64Array) {
  const weights = rowWeights(noise, values, rows);
  const weighted = (column: Float64Array) => (weights ? column.map((v, i) => v * weights[i]) : column);
  const residuals = weighted(rows.target.map((y, i) => y - values[i]));
  const size = Math.sqrt(weighted(values).reduce((sum, v) => sum + v * v, 0) / values.length);
  const rounding = Math.sqrt(weighted(steps).reduce((sum, v) => sum + (v * v) / 12, 0) / values.length);
  const scale = noise === "given" ? 1 : scaleOf(residuals, Math.max(rounding, ROUNDING * size));
  const jacobian = weights ? weights.reduce((sum, w) => sum + Math.log(w), 0) : 0;
  return {
    trust: trustOf(residuals, scale),
    left: { jacobian, surprise: surprise(residuals, scale, noise === "given") },
  };
}

function fitterFor(
  { inputs, target }: Rows,
  weights: Float64Array | undefined,
  grammar: Grammar,
  memory: Memory,
): Fitter {
  return new Fitter(makeSample(memory, inputs, target, weights), grammar);
}

/** A finalist but for what it has for each row. */
export function described(
  fitted: Affine,
  { root: nice, snapped, nature }: Settled,
  noise: NoiseKind,
  left: Leftover,
  { names, grammar }: Writing,
  meaningless: boolean,
): Omit<Finalist, "residuals" | "weights"> {
  const root = readable(nice, grammar);
  const expression = formula(root, names, grammar);
  const k = parameters(root, grammar);
  const { rows: n, square, jacobian, size: scale, rounding } = left;
  const structure = structureLength(k, size(root), n);
  const exact = square <= EXACT_ERROR * scale;
  // What is exact to rounding of float64 is more than the digits of the target could ask for.
  const floor = Math.max(exact ? 0 : rounding / n, (EXACT * scale) / n);
  const bySquares = noise === "given" ? square / 2 : 0.5 * n * Math.log(Math.max(square / n, floor));
  const lengthRegardless = meaningless ? Number.POSITIVE_INFINITY : (left.surprise ?? bySquares) - jacobian + structure;
  return {
    root,
    fitted,
    expression,
    complexity: complexity(expression),
    noise,
    error: square / n,
    scale: scale / n,
    mse: left.plain / n,
    parameters: k,
    exact,
    snapped,
    length: lengthRegardless + nature * NATURE_NODES * NODE_COST,
    objection: nature === Infinity ? "units" : undefined,
    lengthRegardless,
  };
}
