/**
 * The neural way to structures: heads trained behind an encoder (stage A), then each by itself in float64 with the encoder gone
 * and every series' latents free (stage B): a sparse Levenberg–Marquardt fit whose penalty Σ|w|^q is majorised by squares, q first
 * 1, then ½, so that weights fall out. What is left, at typical latents, is the structure of a law.
 */
import { number, product, variable, variables } from "../expression/build.js";
import type { Expression } from "../expression/tree.js";
import { type Architecture, shapes } from "../network/architecture.js";
import { formulaOf, grammarOf, networks } from "../network/readoff.js";
import { median } from "./common.js";
import { rateSize, type Scene } from "./find.js";
import type { Report, Source } from "./fit.js";
import { headValues } from "./head-values.js";
import { HEADS_DEFAULTS, Heads } from "./heads.js";
import { leastSquares, type Unknowns } from "./least-squares.js";
import { type Opened, opened, substituted } from "./opened.js";
import { added } from "./structures.js";
import type { Survey } from "./survey.js";
import { turn } from "./turn.js";
import { viewOf, weakResiduals } from "./weak.js";

export const SPARSE_DEFAULTS = {
  /** Heads fitted, those with the least loss first, until one is accepted. */
  heads: 4,
  /** Series and windows of each. */
  series: 50,
  windows: 3,
  /** Exponent of the penalty, and the prices it is asked at, from and to, in equal ratios. */
  phases: [
    { exponent: 1, from: 3e-3, to: 1e-4 },
    { exponent: 0.5, from: 3e-4, to: 1e-5 },
  ],
  levels: 8,
  stepsEach: 3,
  /** Weights smaller than this fall out after each level, and at the end. */
  drop: 2e-3,
  dropAtLast: 0.01,
  finalSteps: 20,
};

/** Rounds off the penalty's slope at 0. */
const NEAR_ZERO = 1e-3;
/** A mean square residual of this, relative to the rates, is as good as none. */
const ACCEPTED = 1e-8;

/** Structures from trained heads; the training is done when the first state asks. */
export function networkStructures(scene: Scene, survey: Survey, latents: number, report: Report): Source {
  let laws: Expression[][] | undefined;
  return async (state) => {
    laws ??= await trainedLaws(scene, survey, latents, report);
    return laws.map((equations): Opened => opened(equations[state]));
  };
}

async function trainedLaws(
  { form, seed, signal, step }: Scene,
  survey: Survey,
  latents: number,
  report: Report,
): Promise<Expression[][]> {
  const { set, spread, smoothers, names } = survey;
  const { list, dt } = set;
  const rates = names.map((_, k) => rateSize(set, smoothers, k, form));
  const heads = new Heads({ series: list, spread, rates, form, dt, latents, seed });
  try {
    for (let k = 0; k < HEADS_DEFAULTS.steps && !signal?.aborted; k++) {
      const loss = heads.train();
      await turn();
      if (k % 20 === 0)
        report((0.3 * k) / HEADS_DEFAULTS.steps, `mean square residual of the heads: ${loss.toPrecision(3)}`);
    }
  } finally {
    heads.close();
  }
  const z = heads.latents();
  const order = [...heads.losses.keys()].sort((a, b) => heads.losses[a] - heads.losses[b]);
  const laws: Expression[][] = [];
  for (const head of order.slice(0, SPARSE_DEFAULTS.heads)) {
    const where = { survey, rates, form, signal };
    const sparse = await step(() => sparsened(heads.architecture, heads.weightsOf(head), z, where));
    signal?.throwIfAborted();
    const law = readOff(heads.architecture, sparse, { names, spread, rates, form });
    if (law) laws.push(law);
    if (law && sparse.mse < ACCEPTED) break;
  }
  return laws.length > 0 ? laws : [names.map(variable)];
}

interface Sparse {
  readonly weights: Float64Array;
  readonly latents: readonly Float64Array[];
  readonly mse: number;
}

async function sparsened(
  of: Architecture,
  trained: Float32Array,
  z: readonly (readonly number[])[],
  { survey, rates, form, signal }: { survey: Survey; rates: readonly number[] } & Pick<Scene, "form" | "signal">,
): Promise<Sparse> {
  const { series: count, windows, phases, levels, stepsEach, drop, dropAtLast, finalSteps } = SPARSE_DEFAULTS;
  const { set, names, spread } = survey;
  const series = set.list.slice(0, count);
  const view = viewOf({ series, names, signal, form, dt: set.dt, length: 24 }, windows);
  const equations = names.map((_, state) => ({ state, size: rates[state] }));
  let weights = Float64Array.from(trained);
  let own: readonly Float64Array[] = series.map((_, s) => Float64Array.from(z[s]));
  const fit = async (steps: number, ridge?: (w: number) => number) => {
    const active = [...weights.keys()].filter((k) => weights[k] !== 0);
    const width = active.length + z[0].length;
    const problem = weakResiduals(view, equations, headValues(of, active, spread, rates), width);
    const start: Unknowns = { shared: Float64Array.from(active, (k) => weights[k]), own };
    const residuals = view.windows.flat().length * names.length * (view.length + 1);
    const found = await leastSquares(problem, start, {
      steps,
      tolerance: 1e-3,
      damping: 1e-2,
      ridge: ridge && start.shared.map((w) => residuals * ridge(w)),
    });
    weights = new Float64Array(weights.length);
    active.forEach((k, i) => {
      weights[k] = found.shared[i];
    });
    own = found.own;
    return found.error / found.residuals;
  };
  const dropped = (below: number) => {
    weights = weights.map((w) => (Math.abs(w) < below ? 0 : w));
  };
  dropped(drop);
  for (const { exponent: q, from, to } of phases) {
    for (let level = 0; level < levels; level++) {
      const price = from * (to / from) ** (level / (levels - 1));
      for (let k = 0; k < stepsEach; k++) {
        await fit(1, (w) => ((price * q) / 2) * (Math.abs(w) + NEAR_ZERO) ** (q - 2));
      }
      dropped(drop);
      ({ weights, own } = standardised(of, weights, own));
    }
  }
  dropped(dropAtLast);
  const mse = await fit(finalSteps);
  return { mse, weights, latents: own };
}

/** The same law with latents of mean 0 and standard deviation 1/2: else the penalty shrinks weights by blowing up latents. */
function standardised(of: Architecture, weights: Float64Array, own: readonly Float64Array[]) {
  const latents = own[0].length;
  const next = weights.slice();
  const moved = own.map((z) => z.slice());
  for (let k = 0; k < latents; k++) {
    const values = own.map((z) => z[k]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const scale = 2 * Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) || 1;
    for (const z of moved) z[k] = (z[k] - mean) / scale;
    for (const { rows, columns, offset } of shapes(of)) {
      const row = offset + (rows - 1 - latents + k) * columns;
      const one = offset + (rows - 1) * columns;
      for (let c = 0; c < columns; c++) {
        next[one + c] += next[row + c] * mean;
        next[row + c] *= scale;
      }
    }
  }
  return { weights: next, own: moved as readonly Float64Array[] };
}

/** The laws at typical latents, in the states' own units; undefined where nobody could read them. */
function readOff(
  of: Architecture,
  { weights, latents }: Sparse,
  { names, spread, rates, form }: Pick<Survey, "names" | "spread"> & { rates: readonly number[]; form: Scene["form"] },
): Expression[] | undefined {
  const still = weights.slice();
  const count = latents[0].length;
  for (let k = 0; k < count; k++) {
    // Off the median, where a latent might be 0 and its term with it.
    const typical = median(latents.map((z) => z[k])) + 0.3;
    for (const { rows, columns, offset } of shapes(of)) {
      const row = offset + (rows - 1 - count + k) * columns;
      for (let c = 0; c < columns; c++) {
        still[offset + (rows - 1) * columns + c] += typical * still[row + c];
        still[row + c] = 0;
      }
    }
  }
  const grammar = grammarOf(of);
  const seen = [...names.map((name) => `${name}$`), ...Array.from({ length: count }, (_, k) => `z$${k}`)];
  const units = new Map(names.map((name, k) => [`${name}$`, product(number(1 / spread[k]), variable(name))]));
  try {
    return networks(of, still, grammar).map((root, k) => {
      const rate = substituted(product(number(rates[k]), formulaOf(root, seen, grammar)), units);
      const law = form === "map" ? added(rate, names[k]) : rate;
      return variables(law).length > 0 ? law : number(0);
    });
  } catch {
    return undefined;
  }
}
