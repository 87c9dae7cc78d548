/** A large table block by block, for the formulas of one law: memory stays level however many rows there are. */
import { setImmediate as turn } from "node:timers/promises";
import { evaluate } from "./expression/evaluate.js";
import type { Finalist, Rows } from "./finalists.js";
import { type Leftover, leftover } from "./leftover.js";
import { rowWeights } from "./noise.js";
import { surprise, trustOf } from "./robust.js";
import { Fitter } from "./search/fit.js";
import type { Grammar } from "./search/grammar.js";
import { Memory } from "./search/kernel/memory.js";
import { type Affine, copyAffine, places } from "./search/network.js";
import { added, type Equations, equationsOn, type NormalEquations } from "./search/normal.js";
import { makeSample } from "./search/sample.js";

/** Rows of a block. */
const BLOCK = 4096;
/** Blocks between two looks at whether the search is to stop. */
const LOOK = 32;

/** All rows of a table, in the user's units. */
export interface AllRows {
  readonly rows: Rows;
  /** 1 for the rows that are set aside. */
  readonly aside: Uint8Array;
  readonly signal: AbortSignal;
}

interface Block {
  readonly from: number;
  readonly target: Float64Array;
  readonly values: Float64Array;
  /** 0 for rows set aside. */
  readonly weights: Float64Array | undefined;
  /** The same without trust in the rows. */
  readonly given: Float64Array | undefined;
}

/** The rows of a table, for the formulas of one set of inputs. */
export class Blocks {
  private readonly memory = new Memory();
  private readonly used: number[];

  constructor(
    private readonly law: Finalist,
    private readonly all: AllRows,
    private readonly grammar: Grammar,
  ) {
    const indices = places(law.fitted).links.flatMap(({ unit }) => (unit.kind === "input" ? [unit.index] : []));
    this.used = [...new Set(indices)].sort((a, b) => a - b);
  }

  /** A network with its inputs counted as they are here, and back. */
  own(root: Affine): Affine {
    return renumbered(root, (index) => this.used.indexOf(index));
  }

  users(root: Affine): Affine {
    return renumbered(root, (index) => this.used[index]);
  }

  /** The equations on the first block alone. */
  readonly first: Equations = (root) => {
    const mark = this.memory.mark();
    const equations = equationsOn(this.fitter(0, Math.min(BLOCK, this.length)))(root);
    this.memory.release(mark);
    return equations;
  };

  private get length(): number {
    return this.all.rows.target.length;
  }

  private fitter(from: number, to: number, weights?: Float64Array): Fitter {
    const { inputs, target } = this.all.rows;
    const columns = this.used.map((index) => inputs[index].subarray(from, to));
    return new Fitter(makeSample(this.memory, columns, target.subarray(from, to), weights), this.grammar);
  }

  /** Calls `visit` with one block after the other; false when stopped on the way. */
  async each(follow: Affine, visit: (block: Block) => void): Promise<boolean> {
    const { target } = this.all.rows;
    for (let from = 0, k = 0; from < this.length; from += BLOCK, k++) {
      if (k % LOOK === LOOK - 1) await turn();
      if (this.all.signal.aborted) return false;
      const to = Math.min(from + BLOCK, this.length);
      const mark = this.memory.mark();
      const values = this.fitter(from, to).predict(follow);
      this.memory.release(mark);
      visit({
        from,
        target: target.subarray(from, to),
        values,
        ...weightsAt(this.law, values, this.all, from),
      });
    }
    return true;
  }

  async equations(root: Affine, follow: Affine): Promise<NormalEquations | undefined> {
    let sum: NormalEquations | undefined;
    const done = await this.each(follow, ({ from, target, weights }) => {
      const mark = this.memory.mark();
      sum = added(sum, equationsOn(this.fitter(from, from + target.length, weights))(root));
      this.memory.release(mark);
    });
    return done ? sum : undefined;
  }

  async leftover(root: Affine): Promise<Leftover | undefined> {
    const sum = { rows: 0, square: 0, plain: 0, jacobian: 0, size: 0, rounding: 0 };
    let robust = 0;
    const { law } = this;
    const done = await this.each(root, ({ target, values, weights, given }) => {
      const more = leftover(target, values, weights);
      if (law.trust) {
        const residuals = target.map((y, i) => (y - values[i]) * (given ? given[i] : 1));
        robust += surprise(residuals, robustScale(law), law.noise === "given");
        more.jacobian = given ? given.reduce((logs, w) => logs + Math.log(w), 0) : 0;
      }
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += more[key];
    });
    return done ? { ...sum, ...(law.trust ? { surprise: robust } : {}) } : undefined;
  }
}

function renumbered(root: Affine, index: (index: number) => number): Affine {
  const copy = copyAffine(root);
  for (const { unit } of places(copy).links) if (unit.kind === "input") unit.index = index(unit.index);
  return copy;
}

/** Weights of the rows of a block about a law: without trust in them, and as they count. */
export function weightsAt(law: Finalist, values: Float64Array, { rows, aside }: AllRows, from: number) {
  const to = from + values.length;
  const errors = { sigma: rows.sigma?.subarray(from, to), weights: rows.weights?.subarray(from, to) };
  const given = rowWeights(law.noise, values, errors);
  let weights = given;
  if (law.trust) {
    const y = rows.target.subarray(from, to);
    const residuals = values.map((value, i) => (y[i] - value) * (given ? given[i] : 1));
    weights = rowWeights(law.noise, values, { ...errors, trust: trustOf(residuals, robustScale(law)) });
  }
  const out = aside.subarray(from, to);
  if (out.includes(1)) weights = values.map((_, i) => (out[i] ? 0 : weights ? weights[i] : 1));
  return { given, weights };
}

/** The scale of a law's errors, which some thousand rows know well enough. */
const robustScale = ({ noise, error }: Finalist) => (noise === "given" ? 1 : Math.sqrt(error));

/** What the rows count for about a law. */
export const weightsOfAll =
  (law: Finalist, columns: Readonly<Record<string, Float64Array>>, all: AllRows) => (from: number, to: number) => {
    const block = Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, column.subarray(from, to)]),
    );
    return weightsAt(law, evaluate(law.expression, block, to - from), all, from).weights;
  };
