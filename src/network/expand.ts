/**
 * Multiplying out: whole powers and products of sums become sums of products, and like terms are added up. A trained network
 * often has x·y as ((x + y)² − (x − y)²)/4.
 */
import { canonical, type Gauge } from "../search/canonical.js";
import {
  type Affine,
  affine,
  copyUnit,
  type Factor,
  factor,
  functionOf,
  isMonomial,
  type Link,
  productOf,
  single,
  type Unit,
  unitSignature,
} from "../search/network.js";

/** A formula of more terms than this is better left as it is. */
const MOST_TERMS = 200;
/** What is left where terms cancel is rounding of float32 if it is smaller than this, relative to them. */
const ROUNDING = 1e-6;

interface Term {
  readonly weight: number;
  readonly factors: readonly Factor[];
}

/** The same network, multiplied out; undefined if that makes too many terms. */
export function expanded(root: Affine, rules: Gauge): Affine | undefined {
  const terms = termsOf(root, rules);
  return terms && collected(terms, rules);
}

function termsOf(of: Affine, rules: Gauge): Term[] | undefined {
  const found: Term[] = of.biased ? [{ weight: of.bias, factors: [] }] : [];
  for (const { weight, unit } of of.links) {
    const terms = unitTerms(unit, rules);
    if (!terms || found.length + terms.length > MOST_TERMS) return undefined;
    for (const term of terms) found.push({ ...term, weight: weight * term.weight });
  }
  return found;
}

function unitTerms(unit: Unit, rules: Gauge): Term[] | undefined {
  if (unit.kind === "input") return [{ weight: 1, factors: [factor(single(unit))] }];
  const inputs = unit.factors.map(({ input }) => expanded(input, rules));
  if (unit.kind === "function") {
    if (!inputs.every((argument) => argument !== undefined)) return undefined;
    return [{ weight: 1, factors: [factor(single(functionOf(unit.index, ...inputs)))] }];
  }
  let product: Term[] = [{ weight: 1, factors: [] }];
  for (const [k, { power, free }] of unit.factors.entries()) {
    const input = inputs[k];
    if (!input) return undefined;
    if (free || !Number.isInteger(power) || power < 1) {
      product = product.map(({ weight, factors }) => ({ weight, factors: [...factors, factor(input, power, free)] }));
      continue;
    }
    const sum = termsOf(input, rules);
    for (let times = 0; times < power; times++) {
      if (!sum || product.length * sum.length > MOST_TERMS) return undefined;
      product = product.flatMap((a) =>
        sum.map((b) => ({ weight: a.weight * b.weight, factors: [...a.factors, ...b.factors] })),
      );
    }
  }
  return product;
}

/** The sum of the terms, like ones added up. */
function collected(terms: readonly Term[], rules: Gauge): Affine {
  const like = new Map<string, Link & { size: number }>();
  let [bias, biasSize] = [0, 0];
  for (const [k, { weight, factors }] of terms.entries()) {
    const product = copyUnit(productOf(...factors));
    const { links, bias: constant } = canonical(single(product, weight), rules);
    bias += constant;
    biasSize += Math.abs(constant);
    for (const link of links) {
      const key = isMonomial(link.unit) ? unitSignature(link.unit) : `${k} ${unitSignature(link.unit)}`;
      const size = Math.abs(link.weight);
      const earlier = like.get(key);
      if (!earlier) like.set(key, { ...link, size });
      else {
        earlier.weight += link.weight;
        earlier.size += size;
      }
    }
  }
  const links = [...like.values()].filter(({ weight, size }) => Math.abs(weight) > ROUNDING * size);
  return affine(
    links.map(({ weight, unit }) => ({ weight, unit })),
    Math.abs(bias) > ROUNDING * biasSize ? bias : undefined,
  );
}
