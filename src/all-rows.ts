/**
 * The last word of a large table. Search and choice look at some thousand of its rows; here the formulas that came out best
 * are fitted again on all of them, wild rows are looked for among all of them, and constants are recognised only if all of
 * them agree. Rows are taken block by block, so that memory stays level however many there are.
 */
import { type AllRows, Blocks, weightsAt } from "./blocks.js";
import { best, front, objected } from "./choose.js";
import { largestSize } from "./columns.js";
import { described, type Finalist, type Rows, settled, type Writing } from "./finalists.js";
import type { Settings } from "./options.js";
import { cholesky, solveFactored } from "./search/dense.js";
import { Fitter } from "./search/fit.js";
import { type Grammar, makeGrammar } from "./search/grammar.js";
import { Memory } from "./search/kernel/memory.js";
import { type Affine, copyAffine } from "./search/network.js";
import type { Equations, NormalEquations } from "./search/normal.js";
import { makeSample } from "./search/sample.js";
import { snapBy } from "./search/snap.js";
import type { Column, Table } from "./table.js";
import { isWild, MOST_WILD } from "./wild.js";

/** Steps of the fit at most, and the relative change of the error that ends it: it starts where some thousand rows have ended. */
const STEPS = 10;
const TOLERANCE = 1e-10;
/** Refits in which relative weights follow the law's own values. */
const REWEIGHTINGS = 3;
/** The same for the trust in the rows. */
const ROBUST_REWEIGHTINGS = 6;
const FIRST_DAMPING = 1e-8;
const LARGEST_DAMPING = 1e4;

/** What the search of some rows has come to, and of all rows where they have had their say. */
export interface Decided {
  readonly finalists: readonly Finalist[];
  /** The rows that decided. */
  readonly rows: Rows;
  /** Numbers of the rows set aside, of the whole table. */
  readonly wild: readonly number[];
  readonly all?: AllRows;
}

/**
 * Lets all rows of the table decide between the formulas that some of them have put on the front. Nothing changes where these
 * are all rows, or the search was stopped.
 */
export async function decideOnAll(
  some: Decided,
  table: Table,
  { primitives, outliers, signal }: Settings,
): Promise<Decided> {
  const { finalists, rows } = some;
  if (rows.target.length + some.wild.length === table.rows || finalists.length === 0 || signal.aborted) return some;
  const writing = {
    names: table.inputs.map(({ name }) => name),
    grammar: makeGrammar(primitives),
    dimensions: table.dimensions,
  };
  const law = best(finalists);
  const values = (column: Column) => column.values;
  const all = {
    rows: {
      inputs: table.inputs.map(values),
      target: table.target.values,
      sigma: table.sigma?.values,
      weights: table.weights?.values,
    },
    aside: new Uint8Array(table.rows),
    signal,
  };
  const wild = outliers === "aside" ? await wildOfAll(law, all, writing.grammar) : [];
  const set =
    wild.length <= MOST_WILD * table.rows ? [...new Set([...some.wild, ...wild])].sort((a, b) => a - b) : some.wild;
  for (const row of set) all.aside[row] = 1;
  const refitted: Finalist[] = [];
  // What is not offered may still have to be named.
  const regardless = objected(finalists);
  for (const member of [...front(finalists, law), ...(regardless ? [regardless] : [])]) {
    const again = await onAllRows(member, all, rows, writing);
    const { objection } = member;
    if (again) refitted.push(objection ? { ...again, objection, length: Number.POSITIVE_INFINITY } : again);
    else if (member === law) return some;
  }
  return { finalists: refitted, rows, wild: set, all };
}

/**
 * The same formula on all rows.
 * @param decided the rows that decided, to leave residuals of
 * @returns undefined where it has no value on some row, or the search is stopped before it is done
 */
async function onAllRows(
  finalist: Finalist,
  all: AllRows,
  decided: Rows,
  writing: Writing,
): Promise<Finalist | undefined> {
  const { noise } = finalist;
  const blocks = new Blocks(finalist, all, writing.grammar);
  const root = blocks.own(finalist.fitted);
  const passes = finalist.trust ? ROBUST_REWEIGHTINGS : noise === "relative" ? REWEIGHTINGS : 1;
  let equations: NormalEquations | undefined;
  for (let pass = 0; pass < passes; pass++) {
    equations = await converge(root, (at, follow) => blocks.equations(at, follow));
    if (!equations) return undefined;
  }
  if (!equations) return undefined;
  const { root: snapped, ...recognised } = snapBy(root, quadratic(equations, blocks.first), writing.grammar);
  const nice = settled(blocks.users(root), { root: blocks.users(snapped), ...recognised }, writing);
  const left = await blocks.leftover(blocks.own(nice.root));
  if (!left || !Number.isFinite(left.square)) return undefined;
  const result = described(blocks.users(root), nice, noise, left, writing, false);
  const values = new Fitter(makeSample(new Memory(), decided.inputs, decided.target), writing.grammar).predict(
    nice.root,
  );
  const here = { rows: decided, aside: new Uint8Array(values.length), signal: all.signal };
  const { given, weights } = weightsAt(finalist, values, here, 0);
  const residuals = decided.target.map((y, i) => (y - values[i]) * (weights ? weights[i] : 1));
  const trust = finalist.trust && weights?.map((w, i) => (w / (given ? given[i] : 1)) ** 2);
  return { ...result, residuals, weights, trust };
}

/** Rows of the table that lie so far from a law that writing them out costs less. */
async function wildOfAll(law: Finalist, all: AllRows, grammar: Grammar): Promise<number[]> {
  const blocks = new Blocks(law, all, grammar);
  const found: number[] = [];
  const range = largestSize(all.rows.target);
  const deviation = Math.sqrt(law.error);
  await blocks.each(blocks.own(law.root), ({ from, target, values, weights }) => {
    for (let i = 0; i < target.length; i++) {
      const own = deviation / (weights ? weights[i] : 1);
      if (isWild(target[i] - values[i], own, all.rows.target.length, range)) found.push(from + i);
    }
  });
  return found;
}

/** Levenberg–Marquardt steps of all constants of a network, in place; the weights follow the network as it was at the beginning. */
async function converge(
  root: Affine,
  equationsAt: (root: Affine, follow: Affine) => Promise<NormalEquations | undefined>,
): Promise<NormalEquations | undefined> {
  const follow = copyAffine(root);
  let here = await equationsAt(root, follow);
  let damping = FIRST_DAMPING;
  for (let step = 0; here && step < STEPS && damping < LARGEST_DAMPING; step++) {
    if (!Number.isFinite(here.error)) return undefined;
    const { constants, gram, right, error } = here;
    const k = constants.length;
    const start = constants.map(({ get }) => get());
    const move = right.slice();
    const damped = gram.slice();
    for (let a = 0; a < k; a++) damped[a * k + a] = gram[a * k + a] * (1 + damping) || 1;
    if (!cholesky(damped, k)) {
      damping = Math.max(damping * 100, 1e-4);
      continue;
    }
    solveFactored(damped, move, k);
    constants.forEach(({ set }, a) => {
      set(start[a] + move[a]);
    });
    const next = await equationsAt(root, follow);
    if (!next) return undefined;
    if (next.error <= error) {
      here = { ...next, constants };
      damping *= 0.1;
      if (error - next.error <= TOLERANCE * error) break;
    } else {
      constants.forEach(({ set }, a) => {
        set(start[a]);
      });
      damping = Math.max(damping * 100, 1e-4);
    }
  }
  return here;
}

/** The equations near the solution, from those there: with so many rows the error is quadratic as far as snapping moves. */
function quadratic(there: NormalEquations, constantsOf: Equations): Equations {
  const solution = there.constants.map(({ get }) => get());
  const k = solution.length;
  return (root) => {
    const { constants } = constantsOf(root);
    const moved = constants.map(({ get }, a) => get() - solution[a]);
    let { error } = there;
    for (let a = 0; a < k; a++) {
      error -= 2 * moved[a] * there.right[a];
      for (let b = 0; b < k; b++) error += moved[a] * there.gram[a * k + b] * moved[b];
    }
    return { ...there, constants, error };
  };
}
