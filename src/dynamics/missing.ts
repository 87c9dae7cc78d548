/**
 * What a law lacks, by all observations. Structures are chosen on some of the series, and a law that is short of a small term
 * can leave hardly more than the noise: of a hundred thousand rows the noise's size is known to a percent only, but a term that
 * lowers their mean square by a thousandth is there beyond doubt. So terms are tried, and judged by what the paths gain.
 */
import { number, product, sum, variable } from "../expression/build.js";
import { complexity } from "../expression/complexity.js";
import type { Expression } from "../expression/tree.js";
import { NODE_COST } from "../search/description.js";
import type { Law } from "./law.js";
import { gains } from "./least-squares.js";
import { ordered } from "./opened.js";
import { EXACT, type Polished } from "./polish.js";
import { shootingProblem } from "./shoot.js";

/** Laws that leave this many times the noise lack more than terms. */
const NEAR = 2;

/** The terms that are tried: 1, each variable, each product of two. */
export function plainTerms(names: readonly string[]): Expression[] {
  const plain = names.map(variable);
  return [number(1), ...plain, ...plain.flatMap((a, i) => plain.slice(i).map((b) => product(a, b)))];
}

/**
 * The law with the term that it lacks most, its coefficient 0 as yet; undefined if it lacks none. A term must shorten the
 * description: n/2·ln(mse) + ½·ln n + 1.6 · nodes.
 * @param sought states whose equations are open
 */
export async function withMissingTerm(law: Law, polish: Polished, sought: readonly number[]): Promise<Law | undefined> {
  const { last, mse, floor } = polish;
  if (!last || mse <= EXACT || !(mse <= NEAR * floor)) return undefined;
  const { shooting, solution } = last;
  const { states, latents, constants } = law;
  const names = [...latents, ...states];
  const longer = (state: number, term: Expression, name: string) =>
    ordered(sum(law.equations[state], product(variable(name), term)), names);
  const trials = sought.flatMap((state) => plainTerms([...states, ...latents]).map((term) => ({ state, term })));
  const added = trials.map((_, k) => `more${constants.length}$${k}`);
  const equations = law.equations.map((equation, k) =>
    sum(equation, ...trials.flatMap(({ state, term }, t) => (state === k ? [product(variable(added[t]), term)] : []))),
  );
  const problem = shootingProblem({ ...shooting, equations, constants: [...constants, ...added] });
  const shared = Float64Array.from([...solution.shared, ...trials.map(() => 0)]);
  const gained = await gains(problem, { shared, own: solution.own }, trials.length);
  if (!gained) return undefined;
  const n = solution.residuals;
  let [best, least] = [-1, 0];
  for (const [t, { state, term }] of trials.entries()) {
    const nodes = complexity(longer(state, term, added[t])) - complexity(law.equations[state]);
    const length =
      0.5 * n * Math.log1p(-Math.min(gained[t] / solution.error, 0.999)) + 0.5 * Math.log(n) + NODE_COST * nodes;
    if (length < least) [best, least] = [t, length];
  }
  if (best < 0) return undefined;
  const { state, term } = trials[best];
  return {
    ...law,
    constants: [...constants, added[best]],
    values: Float64Array.from([...solution.shared, 0]),
    equations: law.equations.map((equation, k) => (k === state ? longer(state, term, added[best]) : equation)),
  };
}
