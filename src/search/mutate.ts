/** The fallback when growth has come to an end: random changes of the best networks, fitted like everything else. */
import type { Random } from "../random.js";
import type { Grammar } from "./grammar.js";
import { removeOne } from "./grow/remove.js";
import {
  type Affine,
  affine,
  copyAffine,
  copyUnit,
  type Factor,
  factor,
  functionOf,
  input,
  places,
  productOf,
  single,
  type Unit,
} from "./network.js";

/** Share of networks that are made from nothing. */
const FRESH = 0.1;

/** A random change of a random parent, or a network made from nothing. */
export function mutate(parents: readonly Affine[], inputs: number, grammar: Grammar, random: Random): Affine {
  const { uniform, pick, below } = random;
  const unit = (depth: number) => randomUnit(depth, inputs, grammar, random);
  if (uniform() < FRESH)
    return affine(
      Array.from({ length: 1 + below(3) }, () => ({ weight: 1, unit: unit(2) })),
      0,
    );
  const root = copyAffine(pick(parents));
  const { affines, links } = places(root);
  const u = uniform();
  if (u < 0.25 || links.length === 0) root.links.push({ weight: 1, unit: unit(2) });
  else if (u < 0.45) pick(links).unit = unit(1);
  else if (u < 0.6) {
    if (affines.length > 0) pick(affines).links.push({ weight: 0.5 * symmetric(random), unit: unit(1) });
  } else if (u < 0.7) {
    const link = pick(links);
    if (grammar.products) link.unit = productOf(factor(single(link.unit)), factor(single(unit(1))));
    else link.unit = unit(1);
  } else if (u < 0.85) {
    const from = places(pick(parents)).links;
    if (from.length > 0) pick(links).unit = copyUnit(pick(from).unit);
  } else {
    const shorter = [...removeOne(root)];
    if (shorter.length > 0) return pick(shorter);
  }
  return root;
}

const symmetric = ({ uniform }: Random) => 2 * uniform() - 1;

function randomUnit(depth: number, inputs: number, grammar: Grammar, random: Random): Unit {
  const { uniform, pick, below } = random;
  const u = uniform();
  if (depth <= 0 || u < 0.3 || (!grammar.products && grammar.functions.length === 0)) return input(below(inputs));
  if (grammar.functions.length > 0 && (u < 0.65 || !grammar.products)) {
    const index = below(grammar.functions.length);
    const { biased, starts, second } = grammar.functions[index];
    const steepest = Math.max(1, Math.min(10, Math.max(...starts.map(([slope]) => Math.abs(slope)))));
    const argument = () => {
      const made = randomAffine(depth - 1, steepest, inputs, grammar, random);
      if (biased && uniform() < 0.5) {
        made.biased = true;
        made.bias = 2 * symmetric(random);
      }
      return made;
    };
    return second ? functionOf(index, argument(), argument()) : functionOf(index, argument());
  }
  const factors: Factor[] = [];
  const count = 1 + below(3);
  for (let i = 0; i < count; i++) {
    const argument = randomAffine(depth - 1, 1, inputs, grammar, random);
    const power = count > 1 && uniform() < 0.6 ? 1 : pick(grammar.powers);
    if (argument.links.length > 1 && uniform() < 0.4) {
      argument.biased = true;
      argument.bias = symmetric(random);
    }
    factors.push(factor(argument, power));
  }
  return productOf(...factors);
}

function randomAffine(depth: number, size: number, inputs: number, grammar: Grammar, random: Random): Affine {
  const count = random.uniform() < 0.65 ? 1 : 2;
  return affine(
    Array.from({ length: count }, () => ({
      weight: size * symmetric(random),
      unit: randomUnit(depth, inputs, grammar, random),
    })),
  );
}
