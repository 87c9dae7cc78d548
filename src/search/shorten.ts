/**
 * Shortening by exact algebra: squares completed, common factors taken out, powers of an input moved through brackets, powers
 * written as exponentials of logarithms opened.
 * A rewriting is kept if the network gets smaller; its values don't change.
 */
import { canonical } from "./canonical.js";
import type { Grammar } from "./grammar.js";
import {
  type Affine,
  affine,
  copyAffine,
  copyUnit,
  type Factor,
  factor,
  input,
  isInput,
  isMonomial,
  type Link,
  monomial,
  places,
  productOf,
  single,
  size,
  type Unit,
} from "./network.js";

/** Rewritings of one network. */
const MOST = 40;
/** A higher power of a sum than this is no law's. */
const HIGHEST_POWER = 8;
/** Relative difference under which two constants are the same. */
const SAME = 1e-6;

/**
 * A copy of the network, as short as these rewritings make it.
 * @param positive which inputs are positive: these move through roots too
 */
export function shorten(root: Affine, grammar: Grammar, positive: readonly boolean[] = []): Affine {
  let current = canonical(copyAffine(root), grammar);
  if (!grammar.products) return current;
  for (let step = 0; step < MOST; step++) {
    const best = rewritings(current, positive, grammar).reduce(
      (least, rewritten) => (size(canonical(rewritten, grammar)) < size(least) ? rewritten : least),
      current,
    );
    if (best === current) break;
    current = best;
  }
  return current;
}

/** (w·Π x^q)^p = w^p·Π x^(pq) for w > 0 and inputs that are positive in all rows, where p need not be whole: (a⁴)^0.375 is a^1.5. */
export function openPowers(root: Affine, positive: readonly boolean[], grammar: Grammar): Affine {
  const copy = copyAffine(root);
  const visit = (of: Affine) => {
    for (const link of of.links) {
      for (const { input } of link.unit.factors) visit(input);
      if (link.unit.kind !== "product") continue;
      link.unit.factors = link.unit.factors.flatMap((outer) => {
        const [inner] = outer.input.links;
        const alone = outer.input.links.length === 1 && !outer.input.biased && inner.weight > 0;
        const powers = alone ? inner.unit.factors : [];
        const open =
          inner?.unit.kind === "product" &&
          powers.every(({ input: of }) => isInput(of) && of.links[0].weight > 0 && positive[of.links[0].unit.index]);
        if (!alone || !open || outer.free) return [outer];
        link.weight *= inner.weight ** outer.power;
        return powers.map((f) => ({ ...f, power: f.power * outer.power }));
      });
    }
  };
  visit(copy);
  return canonical(copy, grammar);
}

/** All networks that one rewriting makes. */
function rewritings(root: Affine, positive: readonly boolean[], grammar: Grammar): Affine[] {
  const found: Affine[] = [];
  const sums = places(root).affines.length;
  for (let at = -1; at < sums; at++) {
    /** Adds the copy in which `rewrite` did something to sum number `at`; −1 is the output. */
    const attempt = (rewrite: (of: Affine) => boolean) => {
      const copy = copyAffine(root);
      if (rewrite(at < 0 ? copy : places(copy).affines[at])) found.push(copy);
    };
    const { links } = at < 0 ? root : places(root).affines[at];
    for (let i = 0; i < links.length; i++) {
      for (let j = 0; j < links.length; j++) {
        if (i < j) attempt((of) => factorOut(of, i, j));
        if (i !== j) attempt((of) => completeSquare(of, i, j));
      }
      if (isExponential(links[i].unit, grammar)) attempt((of) => openLogarithm(of.links[i], grammar));
      links[i].unit.factors.forEach((_, f) => {
        for (const v of inputsOf(links[i].unit))
          for (const p of [1, -1, 2, -2]) attempt((of) => moveThrough(of.links[i].unit, f, v, p, positive[v]));
      });
    }
  }
  return found;
}

/** A unit as a list of factors. */
function factorsOf(unit: Unit): Factor[] {
  return unit.kind === "product" ? copyUnit(unit).factors : [factor(single(copyUnit(unit)))];
}

/** w_i·F·A + w_j·F·B = F·(w_i·A + w_j·B) */
function factorOut(of: Affine, i: number, j: number): boolean {
  const [a, b] = [of.links[i], of.links[j]];
  const [left, right] = [factorsOf(a.unit), factorsOf(b.unit)];
  const common: Factor[] = [];
  for (const one of left) {
    const other = right.find((f) => same(f.input, one.input) && f.power * one.power > 0 && !f.free && !one.free);
    if (!other) continue;
    const shared = Math.abs(one.power) < Math.abs(other.power) ? one.power : other.power;
    common.push(factor(copyAffine(one.input), shared));
    one.power -= shared;
    other.power -= shared;
  }
  if (common.length === 0) return false;
  const inner = affine([]);
  addTerm(inner, a.weight, left);
  addTerm(inner, b.weight, right);
  if (inner.links.length === 0) return false;
  of.links.splice(j, 1);
  of.links.splice(i, 1, { weight: 1, unit: productOf(...common, factor(inner)) });
  return true;
}

function addTerm(of: Affine, weight: number, factors: readonly Factor[]): void {
  const left = factors.filter((f) => f.power !== 0);
  if (left.length > 0) of.links.push({ weight, unit: productOf(...left) });
  else {
    of.bias += weight;
    of.biased = true;
  }
}

/** Powers of the inputs in a monomial. */
function powersOf(unit: Unit): Map<number, number> | undefined {
  if (!isMonomial(unit)) return undefined;
  if (unit.kind === "input") return new Map([[unit.index, 1]]);
  return new Map(unit.factors.map((f) => [f.input.links[0].unit.index, f.power]));
}

/** a·x² + b·x·m = a·(x + b/2a·m)² − b²/4a·m², for link i = a·x² and link j = b·x·m; m may be 1. */
function completeSquare(of: Affine, i: number, j: number): boolean {
  const [square, mixed] = [powersOf(of.links[i].unit), powersOf(of.links[j].unit)];
  if (square?.size !== 1 || !mixed) return false;
  const [[x, power]] = square;
  if (power !== 2 || mixed.get(x) !== 1) return false;
  mixed.delete(x);
  const [a, b] = [of.links[i].weight, of.links[j].weight];
  const half = b / (2 * a);
  const rest = -a * half * half;
  const inner = single(input(x));
  const other = [...mixed];
  if (other.length === 0) {
    inner.biased = true;
    inner.bias = half;
  } else inner.links.push({ weight: half, unit: monomial(other) });
  of.links = of.links.filter((_, k) => k !== i && k !== j);
  if (other.length === 0) {
    of.bias += rest;
    of.biased = Math.abs(of.bias) > SAME * Math.abs(rest);
    if (!of.biased) of.bias = 0;
  } else {
    // Worth it only where m² is there already: its coefficient takes up the rest, and may vanish.
    const at = of.links.findIndex(({ unit }) => samePowers(powersOf(unit), other));
    if (at < 0) return false;
    const before = of.links[at].weight;
    of.links[at].weight += rest;
    if (Math.abs(of.links[at].weight) < SAME * Math.abs(before)) of.links.splice(at, 1);
  }
  of.links.push({ weight: a, unit: productOf(factor(inner, 2)) });
  return true;
}

function samePowers(of: Map<number, number> | undefined, root: readonly (readonly [number, number])[]): boolean {
  return of?.size === root.length && root.every(([index, power]) => of.get(index) === 2 * power);
}

/** (Σ t)^q = (Σ t·x^p)^q·x^(−pq), for factor f of a product with a whole power q, or half of one if x is positive. */
function moveThrough(unit: Unit, f: number, x: number, p: number, positive: boolean): boolean {
  const { input: sum, power, free } = unit.factors[f];
  if (unit.kind !== "product" || free) return false;
  if (!Number.isInteger(power) && !(positive && Number.isInteger(p * power))) return false;
  if (sum.links.length + (sum.biased ? 1 : 0) < 2) return false;
  const moved: Link[] = sum.links.map(({ weight, unit: term }) => ({
    weight,
    unit: productOf(...factorsOf(term), factor(single(input(x)), p)),
  }));
  if (sum.biased) moved.push({ weight: sum.bias, unit: productOf(factor(single(input(x)), p)) });
  unit.factors[f] = factor(affine(moved), power);
  unit.factors.push(factor(single(input(x)), -p * power));
  return true;
}

const isExponential = ({ kind, index }: Unit, grammar: Grammar) => kind === "function" && grammar.exponential(index);

/** e^(k·ln u + v) = u^k·e^v for a power k that the grammar has, or that products of it make. */
function openLogarithm(link: Link, { indexOf, inverse, roots }: Grammar): boolean {
  const [{ input: exponent }] = link.unit.factors;
  const isPower = (p: number) => p !== 0 && (p > 0 || inverse) && Math.abs(p) <= HIGHEST_POWER;
  const nearest = (weight: number) => (roots ? Math.round(2 * weight) / 2 : Math.round(weight));
  const at = exponent.links.findIndex(
    ({ weight, unit }) =>
      unit.kind === "function" &&
      unit.index === indexOf("log") &&
      isPower(nearest(weight)) &&
      close(weight, nearest(weight)),
  );
  if (at < 0) return false;
  const [{ weight, unit: logarithm }] = exponent.links.splice(at, 1);
  const power = factor(logarithm.factors[0].input, nearest(weight));
  link.unit = exponent.links.length > 0 ? productOf(power, factor(single(link.unit))) : productOf(power);
  return true;
}

/** The inputs a unit depends on. */
function inputsOf(unit: Unit): Set<number> {
  const found = new Set<number>();
  const visit = ({ kind, index, factors }: Unit) => {
    if (kind === "input") found.add(index);
    for (const { input } of factors) for (const link of input.links) visit(link.unit);
  };
  visit(unit);
  return found;
}

/** Have two sums the same structure and, up to rounding, the same constants? */
function same(a: Affine, b: Affine): boolean {
  if (a.links.length !== b.links.length || a.biased !== b.biased || !close(a.bias, b.bias)) return false;
  const left = [...b.links];
  return a.links.every((link) => {
    const at = left.findIndex((other) => close(link.weight, other.weight) && sameUnit(link.unit, other.unit));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function sameUnit(a: Unit, b: Unit): boolean {
  if (a.kind !== b.kind || a.index !== b.index || a.factors.length !== b.factors.length) return false;
  const left = [...b.factors];
  return a.factors.every((f) => {
    const at = left.findIndex((other) => close(f.power, other.power) && same(f.input, other.input));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

const close = (a: number, b: number) => Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
