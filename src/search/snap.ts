/**
 * Snapping: constants that the data can't tell from a nice number become that number. A nice number costs what it takes to
 * name it (ln of the whole number, more for fractions, multiples of π, roots), and half the χ² it adds; digits to the
 * precision of the data cost more. When one constant is set the others follow to first order, so the law moves least.
 */
import { canonical } from "./canonical.js";
import { Circuit } from "./circuit.js";
import { cholesky, invertFactored } from "./dense.js";
import { NODE_COST } from "./description.js";
import { type Fitter, Projection } from "./fit.js";
import { type Affine, copyAffine } from "./network.js";

/** Nice numbers and what it costs to name them, in nats. */
const NICE: readonly (readonly [value: number, cost: number])[] = makeNice();
/** A nice number farther away than this many standard errors is out of question. */
const FARTHEST = 2.5;
/** Constants smaller than this many standard errors are not known well enough to be named. */
const LEAST_KNOWN = 2;
/** Relative precision to which float64 arithmetic knows a constant of a law without noise. */
const PRECISION = 1e-10;
const MOST = 40;

function makeNice(): (readonly [number, number])[] {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const fractions = (most: number, deepest: number) => {
    const list: [number, number][] = [];
    for (let q = 1; q <= deepest; q++) for (let p = 1; p <= most; p++) if (gcd(p, q) === 1) list.push([p, q]);
    return list;
  };
  return [
    ...fractions(12, 6).map(([p, q]) => [p / q, q === 1 ? Math.log(p) : Math.log(p * q) + 0.7] as const),
    ...[15, 20, 25, 30, 40, 50, 100, 1000, 0.1, 0.01, 0.001].map((v) => [v, 3] as const),
    ...fractions(8, 4).map(([p, q]) => [(Math.PI * p) / q, Math.log(p * q) + 2] as const),
    ...[1 / Math.PI, 0.5 / Math.PI, 0.25 / Math.PI, Math.SQRT2, Math.sqrt(3), Math.SQRT1_2, Math.E, 1 / Math.E].map(
      (v) => [v, 3.5] as const,
    ),
    [1 / Math.sqrt(2 * Math.PI), 3.5],
  ];
}

interface Constant {
  readonly get: () => number;
  readonly set: (value: number) => void;
  /** Address of its column of the Jacobian, weighted. */
  readonly column: number;
}

/**
 * A network with its constants snapped.
 * @param fitter for the rows, and in the units, in which the constants are to be nice
 */
export function snap(root: Affine, fitter: Fitter): Affine {
  const { memory } = fitter.sample;
  let current = copyAffine(root);
  const fixed = new Set<number>();
  for (let step = 0; step < MOST; step++) {
    const mark = memory.mark();
    const next = snapOne(current, fixed, fitter);
    memory.release(mark);
    if (next === undefined) break;
    current = next;
  }
  return canonical(releasePowers(current), fitter.grammar.exponential);
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

/** The network with the constant snapped that gains most by it; undefined when none gains. `fixed` are those set already. */
function snapOne(from: Affine, fixed: Set<number>, fitter: Fitter): Affine | undefined {
  const { sample } = fitter;
  const { memory, n, variance } = sample;
  const { kernel } = memory;
  const root = copyAffine(from);
  const { constants, residual } = constantsOf(root, fitter);
  const error = kernel.dot(residual, residual, n);
  const free = constants.flatMap((_, k) => (fixed.has(k) ? [] : [k]));
  const q = free.length;
  if (q === 0) return undefined;
  const scale = free.map((k) => Math.sqrt(kernel.dot(constants[k].column, constants[k].column, n)));
  if (scale.some((s) => !(s > 0) || !(s < 1e150))) return undefined;
  const hessian = new Float64Array(q * q);
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      hessian[a * q + b] = kernel.dot(constants[free[a]].column, constants[free[b]].column, n) / scale[a] / scale[b];
    }
    hessian[a * q + a] *= 1 + 1e-12;
  }
  if (!cholesky(hessian, q)) return undefined;
  const inverse = invertFactored(hessian, q);
  const noise = error / Math.max(1, n - q);
  let gain = 0.01;
  let chosen = -1;
  let nice = 0;
  for (let a = 0; a < q; a++) {
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
    }
  }
  if (chosen < 0) return undefined;
  const change = nice - constants[free[chosen]].get();
  for (let a = 0; a < q; a++) {
    if (a === chosen) continue;
    const { get, set } = constants[free[a]];
    set(get() + ((inverse[chosen * q + a] / inverse[chosen * q + chosen]) * change * scale[chosen]) / scale[a]);
  }
  constants[free[chosen]].set(nice);
  fixed.add(free[chosen]);
  const after = constantsOf(root, fitter).residual;
  const worse = kernel.dot(after, after, n);
  const rounding = 1e-18 * variance * n;
  return worse <= Math.max(error * (1 + 8 / n), rounding) ? root : copyAffine(from);
}

function nearestNice(value: number, sigma: number): [number | undefined, number] {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [size, cost] of NICE) {
    const away = Math.abs(Math.abs(value) - size);
    if (away > FARTHEST * sigma) continue;
    const total = cost + (0.5 * away * away) / (sigma * sigma);
    if (total < least) {
      least = total;
      best = Math.sign(value) * size;
    }
  }
  return [best, least];
}

/** All constants of a network with their columns of the Jacobian, and the residual with the weights as they are. */
export function constantsOf(root: Affine, fitter: Fitter): { constants: Constant[]; residual: number } {
  const { sample, grammar } = fitter;
  const { memory, n, weights, ones, y } = sample;
  const { kernel } = memory;
  const circuit = new Circuit(root, sample, grammar);
  const projection = new Projection(circuit, sample);
  circuit.forward();
  projection.jacobian();
  const weighted = (column: number) => {
    const out = memory.column(n);
    if (weights) kernel.multiply(column, weights, out, n);
    else kernel.copy(column, out, n);
    return out;
  };
  const constants: Constant[] = root.links.map((link, k) => ({
    get: () => link.weight,
    set: (value) => {
      link.weight = value;
    },
    column: weighted(circuit.top[k].value),
  }));
  if (root.biased) {
    constants.push({
      get: () => root.bias,
      set: (value) => {
        root.bias = value;
      },
      column: weighted(ones),
    });
  }
  circuit.parameters.forEach(({ get, set }, p) => {
    constants.push({ get, set, column: circuit.jacobian + p * n * 8 });
  });
  const residual = memory.column(n);
  kernel.copy(y, residual, n);
  kernel.axpy(-1, circuit.output(), residual, n);
  if (weights) kernel.multiply(residual, weights, residual, n);
  return { constants, residual };
}
