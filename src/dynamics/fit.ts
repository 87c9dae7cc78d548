/**
 * The way from structures to the law: what all series have in common, the constants that differ are the latents, a second look with
 * the latents known, and multiple shooting for the last word.
 */
import { number, variable } from "../expression/build.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { findAgain } from "./again.js";
import { type Found, lawAmong, type Scene } from "./find.js";
import { gauged } from "./gauge.js";
import { closed, type Law, type Measured } from "./law.js";
import { type Opened, opened, ordered, substituted } from "./opened.js";
import { POLISH_DEFAULTS, type Polished, polished } from "./polish.js";
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

/**
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
  const { form } = scene;
  const { names, observed } = survey;
  // The rate of a state whose rate is a state of its own is known.
  const sought = names.map((_, k) => k).filter((k) => names.length === observed || k >= observed);
  const found: Found[] = [];
  for (const [place, state] of sought.entries()) {
    const law = lawAmong(await source(state), scene, survey, state);
    found.push(law);
    const { structure } = law.dealt;
    report((0.6 * (place + 1)) / sought.length, `${names[state]}: ${toText(structure.tree, { digits: 4 })}`);
  }
  const related = await relate(found, nameOf, scene);
  const by = new Map(related.constants.map((name, k) => [name, number(related.values[k])]));
  const constants: string[] = [];
  const values: number[] = [];
  const equations: Expression[] = names.map((name, k) => variable(names[observed + k] ?? name));
  for (const [place, state] of sought.entries()) {
    const soFar = substituted(related.equations[place], by);
    const again = await findAgain(scene, survey, found[place], related, soFar);
    // Its round numbers are opened again: what the observations say of them is for multiple shooting to tell.
    const known = new Map(again.structure.names.map((name, k) => [name, number(again.values.shared[k])]));
    const law = opened(substituted(again.structure.tree, known));
    const own = (name: string) => `e${state}${name}`;
    const equation = substituted(law.tree, new Map(law.names.map((name) => [name, variable(own(name))])));
    equations[state] = ordered(equation, [...related.latents, ...names]);
    constants.push(...law.names.map(own));
    values.push(...law.values);
    report(0.6 + (0.2 * (place + 1)) / sought.length, toText(soFar, { digits: 4 }));
  }
  const draft = gauged({
    form,
    states: names,
    latents: related.latents,
    constants,
    values: Float64Array.from(values),
    equations,
  });
  const { series } = found[0].view;
  const first = polished(draft, series, related.latentValues, survey);
  const law = { ...draft, values: first.values };
  report(
    0.9,
    closed(law)
      .map((tree) => toText(tree, { digits: 6 }))
      .join("; "),
  );
  const round = rounded(law, first);
  const second = polished(round, series, first.latents, survey, POLISH_DEFAULTS.lengths.slice(-1));
  const before = { law, errors: first.errors };
  if (!second.ok && first.ok) return { law, polish: first, before };
  return { law: { ...round, values: second.values }, polish: second, before };
}
