/**
 * The hidden parameters behind the constants that differ from series to series. A constant that follows from others (a/2
 * in one equation, a in another) is no parameter of its own: the search finds how it follows. What remains are the latents,
 * each defined as the coefficient of a term, so that nothing of its scale or meaning is left open.
 */
import { negative, number, product, variable } from "../expression/build.js";
import type { Expression } from "../expression/tree.js";
import { type Dealt, median, type StateView } from "./common.js";
import type { Found } from "./find.js";
import { standardErrors } from "./least-squares.js";
import { opened, substituted } from "./opened.js";
import { structuresOf } from "./structures.js";
import { weakProblem } from "./weak.js";

/** A constant that differs from series to series. */
interface Varying {
  readonly place: number;
  readonly name: string;
  readonly values: Float64Array;
  /** Standard error of a typical value. */
  readonly error: number;
  readonly isCoefficient: boolean;
}

export interface Related {
  /** For each law its equation, with shared constants of distinct names, and latents. */
  readonly equations: readonly Expression[];
  readonly constants: readonly string[];
  readonly values: readonly number[];
  readonly latents: readonly string[];
  /** The latents of the series looked at, [series, latent]. */
  readonly latentValues: readonly Float64Array[];
}

/** A constant is told by others if what they leave of it is this many of its standard errors, or so small a part of it. */
const ERRORS = 4;
const ROUNDING = 1e-5;

export async function relate(
  laws: readonly Found[],
  nameOf: (latent: number) => string,
  options: { readonly primitives: readonly string[]; readonly seed: number; readonly signal?: AbortSignal },
): Promise<Related> {
  const constants: string[] = [];
  const values: number[] = [];
  const rename = (state: number, name: string) => `e${state}${name}`;
  const keep = (name: string, value: number) => {
    constants.push(name);
    values.push(value);
    return variable(name);
  };
  const replace = laws.map(({ dealt, view: { state } }) => {
    const by = new Map<string, Expression>();
    dealt.shared.forEach((name, k) => {
      by.set(name, keep(rename(state, name), dealt.values.shared[k]));
    });
    return by;
  });
  // Coefficients first, and of those the one that is known best.
  const varying: Varying[] = [];
  for (const [place, { dealt, view }] of laws.entries()) varying.push(...(await varyingOf(dealt, view, place)));
  varying.sort((a, b) => Number(b.isCoefficient) - Number(a.isCoefficient) || clarity(b) - clarity(a));
  const latents: Varying[] = [];
  const names: string[] = [];
  const signs: number[] = [];
  for (const constant of varying) {
    const told = await toldBy(constant, latents, names, signs, options);
    if (told) {
      const by = new Map(
        told.names.map((name, k) => [
          name,
          keep(`${rename(laws[constant.place].view.state, constant.name)}${name}`, told.values[k]),
        ]),
      );
      replace[constant.place].set(constant.name, substituted(told.tree, by));
    } else {
      // A parameter that is negative throughout is better told by its size.
      const sign = constant.values.every((v) => v < 0) ? -1 : 1;
      const name = nameOf(latents.length);
      latents.push(constant);
      names.push(name);
      signs.push(sign);
      replace[constant.place].set(constant.name, sign < 0 ? negative(variable(name)) : variable(name));
    }
  }
  const series = laws[0].view.series.length;
  return {
    equations: laws.map(({ dealt }, place) => substituted(dealt.structure.tree, replace[place])),
    constants,
    values,
    latents: names,
    latentValues: Array.from({ length: series }, (_, s) =>
      Float64Array.from(latents, ({ values: v }, k) => signs[k] * v[s]),
    ),
  };
}

async function varyingOf(dealt: Dealt, view: StateView, place: number): Promise<Varying[]> {
  if (dealt.own.length === 0) return [];
  const problem = weakProblem(view, [{ ...view, tree: dealt.structure.tree }], dealt.shared, dealt.own);
  const errors = await standardErrors(problem, dealt.values, Math.sqrt(dealt.mse));
  return dealt.own.map((name, k) => ({
    place,
    name,
    values: Float64Array.from(dealt.values.own, (z) => z[k]),
    error: median(errors.own.map((e) => e[k])),
    isCoefficient: dealt.structure.coefficients.includes(name),
  }));
}

function clarity({ values, error }: Varying): number {
  const middle = median([...values]);
  return median([...values].map((v) => Math.abs(v - middle))) / (error + Number.MIN_VALUE);
}

/** How a constant follows from the latents there are; undefined if it doesn't. */
async function toldBy(
  { values, error }: Varying,
  latents: readonly Varying[],
  names: readonly string[],
  signs: readonly number[],
  options: Parameters<typeof structuresOf>[2],
) {
  if (latents.length === 0) return undefined;
  const size = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
  const columns = latents.map(({ values: v }, k) => v.map((z) => signs[k] * z));
  // A multiple of one of them, before anything else is looked for.
  for (const [k, column] of columns.entries()) {
    const ratio = column.reduce((sum, z, s) => sum + z * values[s], 0) / column.reduce((sum, z) => sum + z * z, 0);
    const rest = Math.sqrt(column.reduce((sum, z, s) => sum + (values[s] - ratio * z) ** 2, 0) / column.length);
    const allowed = ERRORS * Math.hypot(error, ratio * latents[k].error) + ROUNDING * size;
    if (rest < allowed) return opened(product(number(ratio), variable(names[k])));
  }
  const relative = latents.reduce(
    (sum, { values: v, error: e }) => sum + (e / Math.hypot(...v)) * Math.sqrt(v.length),
    0,
  );
  const allowed = ERRORS * (error + relative * size) + ROUNDING * size;
  const found = await structuresOf({ states: columns, rate: values, error: allowed / ERRORS }, names, options);
  return found.find(({ names: free, rest }) => rest < allowed && free.length * 5 < values.length);
}
