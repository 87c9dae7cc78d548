/**
 * The second look at a state's law, with the latents known: all series are one table now, and a structure needs no series of
 * its own to be seen. Terms too weak for single rows are looked for through windows.
 */
import { number, product, sum, variable, variables } from "../expression/build.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { allShared, type Dealt, type StateView } from "./common.js";
import { type Found, ratesOf, type Scene } from "./find.js";
import { plainTerms } from "./missing.js";
import { opened, substituted } from "./opened.js";
import type { Related } from "./relate.js";
import type { Series } from "./series.js";
import { type Rates, structuresOf } from "./structures.js";
import type { Survey } from "./survey.js";

/** @param equation the law so far, in states and latents */
export async function findAgain(
  scene: Scene,
  survey: Survey,
  { view }: Found,
  { latents: latentNames, latentValues: latents }: Pick<Related, "latents" | "latentValues">,
  equation: Expression,
): Promise<Dealt> {
  const { form, primitives, seed, signal } = scene;
  const { names, noise, smoothers, set } = survey;
  const { state } = view;
  // A latent is a state that doesn't move.
  const series = view.series.map((each, s): Series => {
    const still = [...latents[s]].map((z) => new Float64Array(each.rows).fill(z));
    return { ...each, columns: [...each.columns, ...still] };
  });
  const whole = [...names, ...latentNames];
  const parts = view.series.map((each) => ratesOf(each, smoothers, noise, state, form, set.dt));
  const joined = (columns: readonly Float64Array[]) => Float64Array.from(columns.flatMap((column) => [...column]));
  const rates: Rates = {
    states: whole.map((_, k) =>
      joined(
        parts.map(
          ({ states, rate }, s) => states[k] ?? new Float64Array(rate.length).fill(latents[s][k - names.length]),
        ),
      ),
    ),
    rate: joined(parts.map(({ rate }) => rate)),
    error: parts[0].error,
  };
  const onTopOf = form === "map" ? names[state] : undefined;
  const structures = [opened(equation), ...(await structuresOf(rates, whole, { primitives, seed, signal, onTopOf }))];
  const all: StateView = { ...view, series, names: whole };
  let first = await allShared(all, structures[0]);
  for (const structure of structures.slice(1)) first = shorter(first, await allShared(all, structure));
  const best = await withoutIdle(all, await withMissing(all, first));
  return shorter(best, await withoutIdle(all, await withMissing(all, await withRound(all, best))));
}

const shorter = (a: Dealt, b: Dealt) => (b.length < a.length ? b : a);
/** Terms added at most. */
const MOST_ADDED = 3;

/** A law with the terms that single rows are too noisy to show, but windows are not: each state, latent and product of two. */
async function withMissing(view: StateView, law: Dealt): Promise<Dealt> {
  const terms = plainTerms(view.names);
  let best = law;
  for (let k = 0; k < MOST_ADDED; k++) {
    const { structure, values } = best;
    const name = `added$${k}`;
    let next = best;
    const there = plainOf(best);
    for (const term of terms) {
      if (there.has(toText(term))) continue;
      const tree: Expression = { kind: "sum", terms: [structure.tree, product(variable(name), term)] };
      const longer = await allShared(view, {
        tree: sum(tree),
        names: [...structure.names, name],
        values: [...values.shared, 0],
        coefficients: [...structure.coefficients, name],
      });
      next = shorter(next, longer);
    }
    if (next === best) break;
    best = next;
  }
  return best;
}

/** A law's terms as text, without their coefficients. */
function plainOf({ structure: { tree, coefficients } }: Dealt): Set<string> {
  const one = new Map(coefficients.map((name) => [name, number(1)]));
  return new Set((tree.kind === "sum" ? tree.terms : [tree]).map((term) => toText(substituted(term, one))));
}

/** Constants nearer to a round number than this part of it may be it, and what keeps them from it may be a missing term. */
const NEARLY = 0.05;

/** A law with round numbers for the constants that nearly are. */
function withRound(view: StateView, { structure, values }: Dealt): Promise<Dealt> {
  const round = new Map<string, Expression>();
  structure.names.forEach((name, k) => {
    const near = Math.round(2 * values.shared[k]) / 2;
    if (near !== 0 && Math.abs(values.shared[k] - near) < NEARLY * Math.abs(near)) round.set(name, number(near));
  });
  const kept = structure.names.flatMap((name, k) => (round.has(name) ? [] : [{ name, value: values.shared[k] }]));
  return allShared(view, {
    tree: substituted(structure.tree, round),
    names: kept.map(({ name }) => name),
    values: kept.map(({ value }) => value),
    coefficients: structure.coefficients.filter((name) => !round.has(name)),
  });
}

/** A law without the terms that it does as well without. */
async function withoutIdle(view: StateView, law: Dealt): Promise<Dealt> {
  let best = law;
  for (const name of law.structure.coefficients) {
    const { structure, values } = best;
    if (structure.coefficients.length === 1) break;
    const tree = substituted(structure.tree, new Map([[name, number(0)]]));
    const left = new Set(variables(tree));
    const kept = structure.names.flatMap((other, k) => (left.has(other) ? [{ other, value: values.shared[k] }] : []));
    const without = await allShared(view, {
      tree,
      names: kept.map(({ other }) => other),
      values: kept.map(({ value }) => value),
      coefficients: structure.coefficients.filter((other) => left.has(other)),
    });
    best = shorter(best, without);
  }
  return best;
}
