/**
 * Symmetries: a law in which two inputs come in as their difference, sum, product, quotient or sum of squares only, or one as a
 * factor, is a law of fewer inputs (Udrescu and Tegmark 2020 look for the same with a neural network). Here the rows tell by
 * evidence: seen as a smooth function of the fewer columns, the target is explained better by far. Joined and joined again, nine
 * inputs may come down to one.
 */
import { setImmediate as turn } from "node:timers/promises";
import { variance } from "./sample.js";
import type { SmallerProblem } from "./smaller.js";
import { ascend, type Smoothness } from "./smooth.js";
import { after, isWide, type Part, problemIn, type Step, stepsFrom, tableView, type View, withFront } from "./views.js";
import type { Problem } from "./workbench.js";

export const SYMMETRY_DEFAULTS = {
  /** Rows that are asked first, and where they bear out no more: a step of the ascent takes their cube. */
  rows: [48, 128],
  /** So few rows bear out almost anything. */
  leastRows: 24,
  /** Pairs of more inputs than this are too many to try. */
  mostInputs: 10,
  /** Views that are looked at closely, of all those in one column less; the others on half the rows only. */
  closely: 10,
  /** Nats of evidence a view must have more than that before it. */
  margin: 8,
  /** Views of one look that go well together are taken together, if each is at least so good a part of the best. */
  together: 0.5,
  /** Sweeps of the ascent: for the table as it is, for a view looked at closely, and for views taken together. */
  sweeps: { first: 14, close: 4, taken: 8 },
};
/** Powers with which the only column may stand in front. */
const FRONTS = [0, 1, -1];
/** Views between two looks at whether the search is to stop. */
const LOOK = 32;

/** A view and how well it explains the target, on so many rows. */
interface Explained {
  readonly view: View;
  readonly smoothness: Smoothness;
  readonly rows: number;
}

/**
 * The problem in as few columns as its rows bear out, in the ways there are to write it: products may be upside down, and one that
 * is the only column may stand in front as well. Which way makes the simplest formula the rows can't tell; those that come first
 * are likelier to. None where the rows bear out no fewer columns, or the search is stopped.
 */
export async function symmetries(problem: Problem, signal?: AbortSignal): Promise<SmallerProblem[]> {
  const { inputs, searchRows, primitives } = problem;
  const settings = SYMMETRY_DEFAULTS;
  if (inputs.length < 2 || inputs.length > settings.mostInputs || searchRows < settings.leastRows) return [];
  if (!primitives.includes("product")) return [];
  let view = tableView(problem);
  for (const most of settings.rows) {
    const rows = Math.min(most, searchRows);
    let here: Explained | undefined = { view, rows, smoothness: begun(problem, view, rows) };
    while (here && view.parts.length > 1) {
      here = await inFewer(problem, here, signal);
      if (here) view = here.view;
    }
    if (signal?.aborted) return [];
    if (view.parts.length === 1 || rows === searchRows) break;
  }
  if (view.parts.length === inputs.length) return [];
  const upright = uprightParts(problem, view);
  const turned = upright.map((one) => one.turned?.() ?? one);
  const ways = turned.some((one, k) => one !== upright[k]) ? [upright, turned] : [upright];
  const [{ turned: product }, second] = upright;
  const fronts = product && !second ? FRONTS : [0];
  return fronts.flatMap((power) =>
    ways.flatMap((parts) => problemIn(withFront({ ...view, parts }, parts[0], power), problem) ?? []),
  );
}

/** The best view in fewer columns; undefined where none is borne out, or the search is stopped. */
async function inFewer(problem: Problem, here: Explained, signal?: AbortSignal): Promise<Explained | undefined> {
  const { closely, margin, together, sweeps } = SYMMETRY_DEFAULTS;
  const rough: { step: Step; evidence: number }[] = [];
  for (const step of stepsFrom(here.view, problem)) {
    if (rough.length % LOOK === LOOK - 1) await turn();
    if (signal?.aborted) return undefined;
    rough.push({ step, evidence: stepped(problem, { ...here, rows: here.rows >> 1 }, [step], 0).evidence });
  }
  const close: { step: Step; evidence: number }[] = [];
  for (const { step } of rough.sort((a, b) => b.evidence - a.evidence).slice(0, closely)) {
    await turn();
    close.push({ step, evidence: stepped(problem, here, [step], sweeps.close).evidence });
  }
  const gain = ({ evidence }: { evidence: number }) => evidence - here.smoothness.evidence;
  const [best, ...others] = close.filter((one) => gain(one) > margin).sort((a, b) => b.evidence - a.evidence);
  if (!best || signal?.aborted) return undefined;
  const set = [best.step];
  for (const other of others) {
    const apart = other.step.gone.every((k) => set.every(({ gone }) => !gone.includes(k)));
    const leaves = after(here.view, [...set, other.step]).parts.length > 0;
    if (apart && leaves && gain(other) >= together * gain(best)) set.push(other.step);
  }
  const all = stepped(problem, here, set, sweeps.taken);
  const steps = all.evidence > best.evidence ? set : [best.step];
  const smoothness = steps === set ? all : stepped(problem, here, steps, sweeps.taken);
  return { view: after(here.view, steps), rows: here.rows, smoothness };
}

/** Products as they are or upside down, in whichever the target is the smoother function. */
function uprightParts(problem: Problem, view: View): Part[] {
  const rows = Math.min(SYMMETRY_DEFAULTS.rows[0], problem.searchRows);
  return view.parts.map((one, k) => {
    if (!one.turned) return one;
    const ways = [one, one.turned()].map((way) => {
      const plain = { ...way, seen: way.values };
      const parts = view.parts.map((part, i) => (i === k ? plain : part));
      return { way, ...begun(problem, { ...view, parts }, rows) };
    });
    return ways.reduce((a, b) => (b.evidence > a.evidence ? b : a)).way;
  });
}

/** How well a view explains the target, from lengths that are a guess. */
function begun(problem: Problem, view: View, rows: number): Smoothness {
  const lengths = view.parts.map(({ seen }) => Math.log(deviation(seen)) + 0.5);
  return smoothness(problem, view, { lengths, noise: Math.log(1e-6) }, SYMMETRY_DEFAULTS.sweeps.first, rows);
}

/** The same after some steps, from the lengths before them. */
function stepped(
  problem: Problem,
  { view, smoothness: before, rows }: Explained,
  steps: readonly Step[],
  sweeps: number,
) {
  const gone = new Set(steps.flatMap((step) => step.gone));
  const rate = (k: number) => deviation(view.parts[k].seen) / Math.exp(before.lengths[k]);
  const lengths = before.lengths.filter((_, k) => !gone.has(k));
  for (const { gone, joined } of steps) {
    if (joined) lengths.push(Math.log(deviation(joined.seen) / Math.hypot(...gone.map(rate))) + Math.log(2) / 2);
  }
  return smoothness(problem, after(view, steps), { lengths, noise: before.noise }, sweeps, rows);
}

function smoothness(
  { target, weights }: Problem,
  { parts, divisor }: View,
  start: Omit<Smoothness, "evidence">,
  sweeps: number,
  rows: number,
): Smoothness {
  const left = Float64Array.from({ length: rows }, (_, row) => target[row] / divisor[row]);
  const logarithmic = isWide(left);
  // What a step of the target counts in what is looked at.
  const steps = left.map((_, row) => 1 / Math.abs(logarithmic ? target[row] : divisor[row]));
  const spread = steps.map((step, row) => (step / (weights ? weights[row] : 1)) ** 2);
  const mean = spread.reduce((sum, v) => sum + v, 0) / rows;
  const view = {
    columns: parts.map(({ seen }) => seen.subarray(0, rows)),
    target: logarithmic ? left.map((y) => Math.log(Math.abs(y))) : left,
    variances: spread.map((v) => v / mean),
  };
  const found = ascend(view, start, sweeps);
  // Evidence for the target itself.
  return { ...found, evidence: found.evidence + steps.reduce((total, step) => total + Math.log(step), 0) };
}

const deviation = (values: Float64Array) => Math.sqrt(variance(values)) || 1;
