/**
 * Putting a formula back into the wiring: every unit of a network of the search gets a place in a hidden layer, what is needed
 * higher up is carried there by identity units, and all other weights are 0. A search with backtracking: the units of a layer
 * are few, and a power or a product can be had in several ways.
 */
import { PRIMITIVES, type Trained, trainedUnit } from "../primitives.js";
import type { Grammar } from "../search/grammar.js";
import { type Affine, affine, single, type Unit } from "../search/network.js";
import { columnsOf } from "./alive.js";
import { type Architecture, arity, shapes, weightCount } from "./architecture.js";
import { waysTo } from "./ways.js";

/** Places tried before it is given up. */
const MOST_TRIALS = 20_000;
const ROUNDING = 1e-12;

/** What a pre-activation gets from one row of what its layer sees. */
interface Term {
  readonly row: number;
  readonly weight: number;
}

/**
 * @param roots the network of each output
 * @returns the weights of one replica, or undefined where no place was found
 */
export function place(roots: readonly Affine[], of: Architecture, grammar: Grammar): Float32Array | undefined {
  const placing = new Placing(of, grammar);
  return placing.outputs(roots) ? placing.weights() : undefined;
}

class Placing {
  /** Units in use: what each is in use for, by layer (from 1) and number. */
  private readonly used: Map<number, string>[];
  private readonly sums = new Map<string, readonly Term[]>();
  private trials = 0;

  constructor(
    private readonly of: Architecture,
    private readonly grammar: Grammar,
  ) {
    this.used = [new Map(), ...of.layers.map(() => new Map<number, string>())];
  }

  outputs(roots: readonly Affine[], next = 0): boolean {
    const { layers } = this.of;
    if (next === roots.length) return true;
    return this.sum(roots[next], layers.length, (terms) =>
      this.holding(layers.length, next, terms, () => this.outputs(roots, next + 1)),
    );
  }

  weights(): Float32Array {
    const weights = new Float32Array(weightCount(this.of));
    shapes(this.of).forEach(({ rows, columns, offset }, k) => {
      for (let column = 0; column < columns; column++) {
        for (const { row, weight } of this.sums.get(`${k} ${column}`) ?? []) {
          if (row < rows) weights[offset + row * columns + column] += weight;
        }
      }
    });
    return weights;
  }

  /** Keeps a sum's terms in mind for as long as what follows goes well. */
  private holding(layer: number, column: number, terms: readonly Term[], then: () => boolean): boolean {
    const key = `${layer} ${column}`;
    this.sums.set(key, terms);
    return then() || !this.sums.delete(key);
  }

  /** Places a sum over what hidden layer number `level` gives (0: the inputs), and goes on with its terms. */
  private sum(of: Affine, level: number, then: (terms: Term[]) => boolean): boolean {
    if (++this.trials > MOST_TRIALS || leastDepth(of) > level) return false;
    const low = of.links.filter(({ unit }) => leastUnitDepth(unit) < level);
    const high = of.links.filter(({ unit }) => leastUnitDepth(unit) >= level);
    const carried = affine(low, of.biased ? of.bias : undefined);
    // One identity unit carries several terms together.
    if (
      level > 0 &&
      low.length + (of.biased ? 1 : 0) > 1 &&
      this.unit("identity", [carried], level, (row, scale, offset) =>
        this.terms(high, level, [{ row, weight: scale }], offset, then),
      )
    ) {
      return true;
    }
    return this.terms(of.links, level, [], of.bias, then);
  }

  private terms(
    links: Affine["links"],
    level: number,
    placed: Term[],
    bias: number,
    then: (terms: Term[]) => boolean,
  ): boolean {
    const [link, ...rest] = links;
    if (link) {
      return this.value(link.unit, level, (row, scale, offset) =>
        this.terms(rest, level, [...placed, { row, weight: link.weight * scale }], bias + link.weight * offset, then),
      );
    }
    const size = placed.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 0);
    if (Math.abs(bias) <= ROUNDING * size) return then(placed);
    return this.one(level, (row, value) => then([...placed, { row, weight: bias / value }]));
  }

  /** Finds or places a unit of the formula in a layer: its value is scale·row + offset. */
  private value(unit: Unit, level: number, then: (row: number, scale: number, offset: number) => boolean): boolean {
    if (leastUnitDepth(unit) > level) return false;
    if (unit.kind === "input") {
      if (level === 0) return then(unit.index, 1, 0);
      if (this.of.dense) return then(this.of.layers[level - 1].length + unit.index, 1, 0);
    }
    for (const { name, inputs } of waysTo(unit, this.grammar)) if (this.unit(name, inputs, level, then)) return true;
    return level > 0 && this.unit("identity", [single(unit)], level, then);
  }

  /** A row that is the same for any input, and its value. */
  private one(level: number, then: (row: number, value: number) => boolean): boolean {
    if (this.of.dense) return then((level === 0 ? 0 : this.of.layers[level - 1].length) + this.of.inputs, 1);
    if (level === 0) return false;
    const layer = this.of.layers[level - 1];
    // A constant, or else a unit whose value without input isn't 0.
    for (const name of new Set(["constant", ...layer])) {
      if (!layer.includes(name)) continue;
      const { value } = trainedUnit(name, this.of.gains);
      const constant = value(...new Array(arity(name)).fill(0));
      if (Math.abs(constant) < 0.1 || !Number.isFinite(constant)) continue;
      const there = this.serving(`${name} 1`, level);
      if (there !== undefined) return then(there, constant);
      if (this.claim(name, `${name} 1`, level, (row) => then(row, constant))) return true;
    }
    return false;
  }

  /** Places a unit of a primitive and all below it. */
  private unit(
    name: string,
    inputs: readonly Affine[],
    level: number,
    then: (row: number, scale: number, offset: number) => boolean,
  ): boolean {
    if (level === 0) return false;
    const { inner, outer, offset } = (PRIMITIVES[name].trained as Trained)[this.of.gains];
    const done = (row: number) => then(row, 1 / outer, -offset / outer);
    const purpose = `${name} ${JSON.stringify(inputs)}`;
    const there = this.serving(purpose, level);
    if (there !== undefined) return done(there);
    return this.claim(name, purpose, level, (row) => {
      const { columns } = columnsOf(this.of.layers[level - 1])[row];
      const fill = (k: number): boolean =>
        k === inputs.length
          ? done(row)
          : this.sum(inputs[k], level - 1, (terms) => {
              const scaled = terms.map(({ row, weight }) => ({ row, weight: weight / inner }));
              return this.holding(level - 1, columns[k], scaled, () => fill(k + 1));
            });
      return fill(0);
    });
  }

  /** A unit that serves the purpose already. */
  private serving(purpose: string, level: number): number | undefined {
    return [...this.used[level]].find(([, other]) => other === purpose)?.[0];
  }

  /** Takes a free unit of a primitive for as long as what follows goes well. */
  private claim(name: string, purpose: string, level: number, then: (row: number) => boolean): boolean {
    const used = this.used[level];
    const row = this.of.layers[level - 1].findIndex((each, at) => each === name && !used.has(at));
    if (row < 0) return false;
    used.set(row, purpose);
    return then(row) || !used.delete(row);
  }
}

/** Hidden layers without which it can't be had, whatever the primitives. */
function leastDepth(of: Affine): number {
  return of.links.reduce((most, { unit }) => Math.max(most, leastUnitDepth(unit)), 0);
}

function leastUnitDepth({ kind, factors }: Unit): number {
  return kind === "input" ? 0 : 1 + factors.reduce((most, { input }) => Math.max(most, leastDepth(input)), 0);
}
