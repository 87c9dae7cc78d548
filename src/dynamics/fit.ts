/**
 * The way from structures to the law: what all series have in common, the constants that differ are the latents, a second look with
 * the latents known, and multiple shooting for the last word.
 */
import { number, variable } from "../expression/build.js";
import { complexity } from "../expression/complexity.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { NODE_COST } from "../search/description.js";
import { findAgain } from "./again.js";
import { type Dealt, median } from "./common.js";
import { type Found, lawAmong, type Scene } from "./find.js";
import { gauged } from "./gauge.js";
import { inferred } from "./infer.js";
import { closed, type Law, type Measured } from "./law.js";
import { withMissingTerm } from "./missing.js";
import { type Opened, opened, ordered, substituted } from "./opened.js";
import { EXACT, POLISH_DEFAULTS, type Polished, polished } from "./polish.js";
import { withoutInnerTerms } from "./prune.js";
import { relate } from "./relate.js";
import { rounded } from "./round.js";
import type { Survey } from "./survey.js";

/** A law, and what multiple shooting says of it. */
export interface Attempt {
  readonly law: Law;
  readonly polish: Polished;
  /** The law before round numbers were recognised in it. */
  readonly before: Measured;
}

/** Told of each step: how far the work is, 0 to 1, and the law as it stands. */
export type Report = (fraction: number, best: string) => void;

/** Where structures of the states' laws come from. */
export type Source = (state: number) => Opened[] | Promise<Opened[]>;

/** How far a fit has come: the law once there is one for all states together, before that an equation of each state by itself. */
interface SoFar {
  law?: Law;
  readonly equations: Expression[];
}

/**
 * Stopped by the scene's signal it gives the best so far, which then doesn't count as a law.
 * @param source of structures: the search in single series, or a trained network
 * @param nameOf the name of the k-th latent
 */
export async function fitted(
  scene: Scene,
  survey: Survey,
  source: Source,
  nameOf: (k: number) => string,
  report: Report,
): Promise<Attempt> {
  const { names, observed } = survey;
  const still = (name: string) => (scene.form === "map" ? variable(name) : number(0));
  const soFar: SoFar = {
    equations: names.map((name, k) => (names[observed + k] ? variable(names[observed + k]) : still(name))),
  };
  try {
    return await found(scene, survey, source, nameOf, report, soFar);
  } catch (error) {
    if (!scene.signal?.aborted) throw error;
    return unfinished(scene, survey, soFar);
  }
}

/** Terms added at most, by all series. */
const MOST_ADDED = 3;

/** An attempt that was not held against the observations. */
function unfinished({ form }: Scene, { names }: Survey, { law, equations }: SoFar): Attempt {
  const none = new Float64Array(0);
  const best = law ?? { form, states: names, latents: [], constants: [], values: none, equations };
  const errors = best.values.map(() => Number.NaN);
  const nothing = { latents: [], latentErrors: [], starts: [], mse: Number.NaN, floor: Number.NaN, ok: false };
  return { law: best, polish: { values: best.values, errors, ...nothing }, before: { law: best, errors } };
}

/** A structure with its constants, those that differ between the series at their median. */
function typical({ structure, shared, own, values }: Dealt): Expression {
  return substituted(
    structure.tree,
    new Map([
      ...shared.map((name, k) => [name, number(values.shared[k])] as const),
      ...own.map((name, k) => [name, number(median(values.own.map((z) => z[k])))] as const),
    ]),
  );
}

/** Description length of a law by what its paths leave: n/2·ln(mse) + ½·constants·ln n + 1.6 · nodes. */
function lengthOf({ equations, constants }: Law, { mse, last }: Polished): number {
  const n = last?.solution.residuals ?? 0;
  if (!(n > 0) || !Number.isFinite(mse)) return Number.POSITIVE_INFINITY;
  const nodes = equations.reduce((sum, equation) => sum + complexity(equation), 0);
  return 0.5 * n * Math.log(Math.max(mse, EXACT)) + 0.5 * constants.length * Math.log(n) + NODE_COST * nodes;
}

async function found(
  scene: Scene,
  survey: Survey,
  source: Source,
  nameOf: (k: number) => string,
  report: Report,
  soFar: SoFar,
): Promise<Attempt> {
  const { form, signal, step } = scene;
  const { names, observed } = survey;
  // The rate of a state whose rate is a state of its own is known.
  const sought = names.map((_, k) => k).filter((k) => names.length === observed || k >= observed);
  const laws: Found[] = [];
  for (const [place, state] of sought.entries()) {
    const law = await lawAmong(await source(state), scene, survey, state);
    laws.push(law);
    const { structure } = law.dealt;
    soFar.equations[state] = typical(law.dealt);
    report((0.6 * (place + 1)) / sought.length, `${names[state]}: ${toText(structure.tree, { digits: 4 })}`);
  }
  const related = await step(() => relate(laws, nameOf, scene));
  scene.signal?.throwIfAborted();
  const by = new Map(related.constants.map((name, k) => [name, number(related.values[k])]));
  const constants: string[] = [];
  const values: number[] = [];
  const equations: Expression[] = names.map((name, k) => variable(names[observed + k] ?? name));
  for (const [place, state] of sought.entries()) {
    const first = substituted(related.equations[place], by);
    const again = await step(() => findAgain(scene, survey, laws[place], related, first));
    // Its round numbers are opened again: what the observations say of them is for multiple shooting to tell.
    const known = new Map(again.structure.names.map((name, k) => [name, number(again.values.shared[k])]));
    const law = opened(substituted(again.structure.tree, known));
    const own = (name: string) => `e${state}${name}`;
    const equation = substituted(law.tree, new Map(law.names.map((name) => [name, variable(own(name))])));
    equations[state] = ordered(equation, [...related.latents, ...names]);
    constants.push(...law.names.map(own));
    values.push(...law.values);
    report(0.6 + (0.2 * (place + 1)) / sought.length, toText(first, { digits: 4 }));
  }
  let draft = gauged({
    form,
    states: names,
    latents: related.latents,
    constants,
    values: Float64Array.from(values),
    equations,
  });
  soFar.law = draft;
  const tried = (law: Law) => polished(law, laws[0].view.series, related.latentValues, survey, { signal, step });
  let some = await tried(draft);
  // Structures go by smoothed rows, and smoothing may have bent them: multiple shooting says what a term inside is worth.
  for (const simpler of withoutInnerTerms({ ...draft, values: some.values })) {
    const other = await tried(simpler);
    if (lengthOf(simpler, other) < lengthOf(draft, some)) [draft, some] = [simpler, other];
  }
  // What some series tell of the constants, all tell better.
  const early = { ...draft, values: some.values };
  soFar.law = early;
  const middle = Float64Array.from(draft.latents, (_, k) => median(some.latents.map((z) => z[k])));
  const start = await step(() => inferred(early, survey, middle, { signal }));
  signal?.throwIfAborted();
  const { list } = survey.set;
  const last = { lengths: POLISH_DEFAULTS.lengths.slice(-1), signal, step };
  let first = await polished(early, list, start.latents, survey, last);
  let law: Law = { ...draft, values: first.values };
  const lacking = () =>
    signal?.aborted ? undefined : step(async () => (await withMissingTerm(law, first, sought)) ?? null);
  let longer = await lacking();
  for (let k = 0; longer && k < MOST_ADDED; k++) {
    const next = await polished(longer, list, first.latents, survey, last);
    if (!(next.mse < first.mse)) break;
    first = next;
    law = { ...longer, values: next.values };
    longer = await lacking();
  }
  // A law that is known to lack something is none, however little that is.
  if (longer) first = { ...first, ok: false };
  report(
    0.9,
    closed(law)
      .map((tree) => toText(tree, { digits: 6 }))
      .join("; "),
  );
  const before = { law, errors: first.errors };
  if (signal?.aborted) return { law, polish: first, before };
  const round = rounded(law, first);
  const second = await polished(round, list, first.latents, survey, { ...last, whole: true });
  if (signal?.aborted || (!second.ok && first.ok)) return { law, polish: first, before };
  return { law: { ...round, values: second.values }, polish: second, before };
}
