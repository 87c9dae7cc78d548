/**
 * Snapping: constants that the data can't tell from a nice number become that number. A nice number costs what it takes to
 * name it (ln of the whole number, more for fractions, multiples of π, roots), and half the χ² it adds; digits to the
 * precision of the data cost more. When one constant is set the others follow to first order, so the law moves least.
 */
import { canonical } from "./canonical.js";
import { cholesky, invertFactored } from "./dense.js";
import { NODE_COST } from "./description.js";
import type { Fitter } from "./fit.js";
import type { Grammar } from "./grammar.js";
import { type Affine, copyAffine } from "./network.js";
import { type Equations, equationsOn } from "./normal.js";

/** What it costs, in nats, to say that a constant is a multiple of π (large ones more), or a root: measured ones seldom are. */
const IRRATIONAL = 2;
const NICE: readonly Nice[] = makeNice();
/** A number of few decimal digits is nice too: ln 10 for each, and this for saying so. */
const DECIMAL_COST = 2;
const MOST_DIGITS = 6;
/** A nice number farther away than this many standard errors is out of question. */
const FARTHEST = 2.5;
/** Nats a nice number must save: among so many of them one is near to any constant by chance. */
const LEAST_GAIN = 2;
/** Constants smaller than this many standard errors are not known well enough to be named. */
const LEAST_KNOWN = 2;
/** Relative precision to which float64 arithmetic knows a constant of a law without noise. */
const PRECISION = 1e-10;
const MOST = 40;

interface Nice {
  readonly value: number;
  /** What it costs to name it, in nats. */
  readonly cost: number;
  readonly name: string;
}

function makeNice(): Nice[] {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const fractions = (most: number, deepest: number) => {
    const list: [number, number][] = [];
    for (let q = 1; q <= deepest; q++) for (let p = 1; p <= most; p++) if (gcd(p, q) === 1) list.push([p, q]);
    return list;
  };
  const over = (top: string, q: number) => (q === 1 ? top : `${top}/${q}`);
  const plain = (value: number) => ({ value, cost: 3, name: `${value}` });
  const other = (name: string, value: number) => ({ value, cost: 2 + IRRATIONAL, name });
  return [
    ...fractions(12, 6).map(([p, q]) => ({
      value: p / q,
      cost: q === 1 ? Math.log(p) : Math.log(p * q) + 0.7,
      name: over(`${p}`, q),
    })),
    ...[15, 20, 25, 30, 40, 50, 100, 1000, 0.1, 0.01, 0.001].map(plain),
    ...fractions(8, 4).map(([p, q]) => ({
      value: (Math.PI * p) / q,
      cost: 2 * Math.log(p * q) + IRRATIONAL,
      name: over(p === 1 ? "π" : `${p}π`, q),
    })),
    other("1/π", 1 / Math.PI),
    other("1/(2π)", 0.5 / Math.PI),
    other("1/(4π)", 0.25 / Math.PI),
    other("√2", Math.SQRT2),
    other("√3", Math.sqrt(3)),
    other("1/√2", Math.SQRT1_2),
    other("e", Math.E),
    other("1/e", 1 / Math.E),
    other("1/√(2π)", 1 / Math.sqrt(2 * Math.PI)),
  ];
}

/** The name of a nice number, undefined for any other. */
export function niceName(value: number): string | undefined {
  const found = NICE.find((nice) => Math.abs(Math.abs(value) - nice.value) <= 1e-15 * nice.value);
  return found && (value < 0 ? `−${found.name}` : found.name);
}

/** A constant that was set to a nice number, with the fitted value it had before and its standard error. */
export interface Snapped {
  readonly to: number;
  readonly from: number;
  readonly error: number;
}

/**
 * A network with its constants snapped.
 * @param fitter for the rows, and in the units, in which the constants are to be nice
 */
export function snap(root: Affine, fitter: Fitter): { root: Affine; snapped: Snapped[] } {
  return snapBy(root, equationsOn(fitter), fitter.grammar);
}

/** The same with normal equations from elsewhere. */
export function snapBy(root: Affine, equations: Equations, grammar: Grammar): { root: Affine; snapped: Snapped[] } {
  let current = copyAffine(root);
  const fixed = new Map<number, Snapped>();
  const refused = new Set<number>();
  for (let step = 0; step < MOST; step++) {
    const next = snapOne(current, fixed, refused, equations);
    if (next === undefined) break;
    current = next;
  }
  return { root: canonical(releasePowers(current), grammar), snapped: [...fixed.values()] };
}

/** Powers that came to a half or a whole are no parameters any more. */
function releasePowers(root: Affine): Affine {
  const visit = (of: Affine): void => {
    for (const { unit } of of.links) {
      for (const factor of unit.factors) {
        if (factor.free && Number.isInteger(2 * factor.power)) factor.free = false;
        visit(factor.input);
      }
    }
  };
  visit(root);
  return root;
}

/** The network with the constant snapped that gains most by it; undefined when none gains. `fixed` are those set already, `refused` those that may not be. */
function snapOne(
  from: Affine,
  fixed: Map<number, Snapped>,
  refused: Set<number>,
  equations: Equations,
): Affine | undefined {
  const root = copyAffine(from);
  const { constants, gram, error, rows: n, variance } = equations(root);
  const free = constants.flatMap((_, k) => (fixed.has(k) ? [] : [k]));
  const q = free.length;
  if (q === 0) return undefined;
  const scale = free.map((k) => Math.sqrt(gram[k * constants.length + k]));
  if (scale.some((s) => !(s > 0) || !(s < 1e150))) return undefined;
  const hessian = new Float64Array(q * q);
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      hessian[a * q + b] = gram[free[a] * constants.length + free[b]] / scale[a] / scale[b];
    }
    hessian[a * q + a] *= 1 + 1e-12;
  }
  if (!cholesky(hessian, q)) return undefined;
  const inverse = invertFactored(hessian, q);
  const noise = error / Math.max(1, n - q);
  let gain = LEAST_GAIN;
  let chosen = -1;
  let nice = 0;
  let known = 0;
  for (let a = 0; a < q; a++) {
    if (refused.has(free[a])) continue;
    const value = constants[free[a]].get();
    const spread = Math.sqrt(noise * inverse[a * q + a]) / scale[a];
    const sigma = Math.max(spread, PRECISION * Math.abs(value));
    if (!(Math.abs(value) >= LEAST_KNOWN * sigma)) continue;
    const [candidate, cost] = nearestNice(value, sigma);
    if (candidate === undefined) continue;
    const saved =
      Math.max(0.5 * Math.log(n), Math.log(Math.abs(value) / sigma)) + (Math.abs(candidate) === 1 ? 2 * NODE_COST : 0);
    if (saved - cost > gain) {
      gain = saved - cost;
      chosen = a;
      nice = candidate;
      known = sigma;
    }
  }
  if (chosen < 0) return undefined;
  const before = constants[free[chosen]].get();
  const change = nice - before;
  for (let a = 0; a < q; a++) {
    if (a === chosen) continue;
    const { get, set } = constants[free[a]];
    set(get() + ((inverse[chosen * q + a] / inverse[chosen * q + chosen]) * change * scale[chosen]) / scale[a]);
  }
  constants[free[chosen]].set(nice);
  const worse = equations(root).error;
  const rounding = 1e-18 * variance * n;
  if (!(worse <= Math.max(error * (1 + 8 / n), rounding))) {
    refused.add(free[chosen]);
    return copyAffine(from);
  }
  fixed.set(free[chosen], { to: nice, from: before, error: known });
  return root;
}

function nearestNice(value: number, sigma: number): [number | undefined, number] {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const { value: size, cost } of NICE) {
    const away = Math.abs(Math.abs(value) - size);
    if (away > FARTHEST * sigma) continue;
    const total = cost + (0.5 * away * away) / (sigma * sigma);
    if (total < least) {
      least = total;
      best = Math.sign(value) * size;
    }
  }
  for (let digits = 1; digits <= MOST_DIGITS; digits++) {
    const decimal = Number(value.toPrecision(digits));
    const away = Math.abs(value - decimal);
    if (away > FARTHEST * sigma) continue;
    const total = digits * Math.LN10 + DECIMAL_COST + (0.5 * away * away) / (sigma * sigma);
    if (total < least) {
      least = total;
      best = decimal;
    }
    break;
  }
  return [best, least];
}
