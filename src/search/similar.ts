/**
 * Similarity: inputs that come into a law as one product only, such as hν/kT, seen from the data alone. Where y is
 * x_i^a·F(x_i·x_j^r, …), the slope of ln|y| along the curves of constant x_i·x_j^r is the same everywhere. Joined and joined
 * again, few such products may be left, and a law in them is soon found.
 */
import { type Choice, reduced } from "./groups.js";
import type { LogarithmicModel, Place } from "./logarithmic.js";
import type { Powers } from "./network.js";
import { type SmallerProblem, whole, wholeSlope } from "./separate.js";
import type { Problem } from "./workbench.js";

const RATIOS = [1, -1, 2, -2, 0.5, -0.5];
/** A slope known less well than this could be any whole number. */
const LEAST_KNOWN = 0.08;

/** The bends along such a curve, with their errors, must be smaller than this part of those along the one input. */
const CLEAR = 0.6;

/** The problem in such products; none where no inputs join. */
export function similarity(problem: Problem, model: LogarithmicModel | undefined): SmallerProblem[] {
  const choice = model && joined(problem, model);
  return (choice && [reduced(problem, choice)].flatMap((part) => part ?? [])) ?? [];
}

function joined({ inputs, shifts, primitives }: Problem, model: LogarithmicModel): Choice | undefined {
  if (!primitives.includes("product") || shifts.some((shift) => shift !== 0)) return undefined;
  const front = new Map<number, number>();
  const multiply = (powers: Powers, by: number) => {
    for (const [i, p] of powers) front.set(i, (front.get(i) ?? 0) + p * by);
  };
  let products: Powers[] = [];
  for (const i of inputs.keys()) {
    const power = model.positive[i] ? wholeSlope(i, model, LEAST_KNOWN) : undefined;
    if (power === undefined) products.push([[i, 1]]);
    else multiply([[i, 1]], power);
  }
  const before = products.length;
  for (;;) {
    const pair = clearestPair(products, front, model);
    if (!pair) break;
    const { a, b, ratio, factor } = pair;
    multiply(a, factor);
    const joint: Powers = [...a, ...b.map(([i, p]) => [i, p * ratio] as const)];
    products = products.flatMap((product) => (product === b ? [] : [product === a ? joint : product]));
  }
  if (products.length === before) return undefined;
  const outside = [...front].filter(([, p]) => p !== 0);
  const inverse = primitives.includes("division") || primitives.includes("inverse");
  const all = [...outside, ...products.flat()];
  if (!inverse && all.some(([, p]) => p < 0)) return undefined;
  return { front: outside, groups: products, cost: 0 };
}

interface Pair {
  readonly a: Powers;
  readonly b: Powers;
  readonly ratio: number;
  /** The power of a before the function of a·b^ratio. */
  readonly factor: number;
  /** What part of the bends is left along the curves on which that stays the same. */
  readonly left: number;
}

/** The two products that most clearly come in as one. */
function clearestPair(
  products: readonly Powers[],
  front: ReadonlyMap<number, number>,
  model: LogarithmicModel,
): Pair | undefined {
  let clearest: Pair | undefined;
  for (const [k, a] of products.entries()) {
    for (const b of products.slice(k + 1)) {
      for (const ratio of RATIOS) {
        // Any of the one and any of the other will do: the model is rougher along some inputs than along others.
        for (const one of a) {
          for (const other of b) {
            const found = common(one, [other[0], other[1] * ratio], front, model);
            if (found && found.left < (clearest?.left ?? CLEAR)) clearest = { a, b, ratio, ...found };
          }
        }
      }
    }
  }
  return clearest;
}

/** Do x_i^p and x_j^q, but for a power of the first, come in as their product only? */
function common(
  [i, p]: Powers[number],
  [j, q]: Powers[number],
  front: ReadonlyMap<number, number>,
  { positive, spreads, combination }: LogarithmicModel,
): Pick<Pair, "factor" | "left"> | undefined {
  if (!positive[i] || !positive[j]) return undefined;
  // By ln x_i while the product stays the same.
  const along = (place: (of: number) => Place) =>
    combination([
      [1, place(i)],
      [-p / q, place(j)],
    ]);
  const bends = spreads.map((spread, k) => spread * combination([[1, [i, k]]]).value);
  const rest = spreads.map((spread, k) => {
    const { value, error } = along((of) => [of, k]);
    return spread * (Math.abs(value) + error);
  });
  const left = Math.hypot(...rest) / Math.hypot(...bends);
  if (!(left < CLEAR)) return undefined;
  const { value, error } = along((of) => [of]);
  const slope = value - (front.get(i) ?? 0) + (p / q) * (front.get(j) ?? 0);
  const factor = whole({ value: slope / p, error: error / Math.abs(p) }, LEAST_KNOWN);
  return factor === undefined ? undefined : { factor, left };
}
