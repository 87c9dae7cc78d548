/**
 * The library: the sprouts of a table, each with its column on the search's rows (float32, scaled to a largest size of 1), on
 * shelves by what they are tried for. Many a search ends with its starts, so what these need is built by itself.
 */
import type { Grammar } from "./grammar.js";
import type { Pointer } from "./kernel/memory.js";
import type { Unit } from "./network.js";
import type { Sample } from "./sample.js";
import { type Draft, draftSprouts, MONOMIAL } from "./sprouts.js";
import { columnOf } from "./values.js";

export interface Sprout {
  readonly unit: Unit;
  /** Sprouts of one family differ in their parameters only: of each family the search takes the best one or two. */
  readonly family: number;
  /** Function of the unit, −1 for a monomial, −2 for a power of a pre-activation. */
  readonly kind: number;
  /** One over the largest size of its values. */
  readonly scale: number;
  /** Set where it stands for ln x_i in an exponent, and comes out as a factor x_i^p: which input. */
  readonly logarithmOf?: number;
}

/** A set of sprouts whose columns lie one after another. */
export interface Shelf {
  readonly sprouts: readonly Sprout[];
  readonly columns: Pointer;
  /** The sprouts' families, 32-bit whole numbers. */
  readonly families: Pointer;
}

/** The shelf whose products by twos are tried, with room for the squared norms of all of them. */
export interface PairShelf extends Shelf {
  /** Matrix of float32: ‖w·a·b‖² for the row weights w. */
  readonly norms: Pointer;
  /** Is it filled? That costs a matrix product, which short searches can do without. */
  ready: boolean;
}

/** What starts look at, a small part of the library. */
export interface Shelves {
  /** Rows of a column, padded with zeros to a multiple of 4. */
  readonly rows: number;
  /** The few tried inside other units. */
  readonly inner: Shelf;
  /** Those whose products by twos are tried. */
  readonly paired: PairShelf;
  readonly monomials: Shelf;
  /** What is tried in linear combination for an inverted target: monomials and inner functions. */
  readonly linear: Shelf;
}

export interface Library extends Shelves {
  /** Everything. */
  readonly all: Shelf;
  /** Everything but monomials. */
  readonly functions: Shelf;
}

/** Columns tried at once in a linear combination: their Gram matrix is this wide. */
const LINEAR_WIDTH = 900;
const PAIRED = 400;
/** A column whose mean square about its mean is less than this, relative to its largest square, hardly varies. */
const LEAST_SPREAD = 1e-14;

export function buildShelves(sample: Sample, grammar: Grammar): Shelves {
  const { memory } = sample;
  const stock = stockOf(draftSprouts(sample, grammar, true), sample, grammar);
  const { kept, rows } = stock;
  const indices = (where: (draft: Draft) => boolean) => kept.flatMap((draft, k) => (where(draft) ? [k] : []));
  const shelf = (chosen: number[]): Shelf => {
    const out = memory.allocate(chosen.length * rows * 4);
    const from = stock.columns >> 2;
    chosen.forEach((at, k) => {
      memory.f32.copyWithin((out >> 2) + k * rows, from + at * rows, from + (at + 1) * rows);
    });
    const sprouts = chosen.map((k) => stock.sprouts[k]);
    return shelfOf(sprouts, out, sample);
  };
  const monomialAt = indices((draft) => draft.kind === MONOMIAL);
  const functionAt = indices((draft) => draft.kind !== MONOMIAL && draft.inner);
  // Where the monomials alone would fill the width, the functions go first.
  const linear =
    monomialAt.length > LINEAR_WIDTH - 150 ? [...functionAt, ...monomialAt] : [...monomialAt, ...functionAt];
  const paired = shelf(indices((draft) => draft.paired).slice(0, PAIRED));
  return {
    rows,
    inner: shelf(indices((draft) => draft.inner)),
    paired: { ...paired, norms: memory.allocate(paired.sprouts.length ** 2 * 4), ready: false },
    monomials: shelfOf(stock.sprouts.slice(0, monomialAt.length), stock.columns, sample),
    linear: shelf(linear.slice(0, LINEAR_WIDTH)),
  };
}

/** @param shelves those of the same sample, where they have been built */
export function buildLibrary(sample: Sample, grammar: Grammar, shelves = buildShelves(sample, grammar)): Library {
  const { sprouts, columns, rows } = stockOf(draftSprouts(sample, grammar), sample, grammar);
  const simple = shelves.monomials.sprouts.length; // the drafts begin with the monomials
  return {
    ...shelves,
    all: shelfOf(sprouts, columns, sample),
    functions: shelfOf(sprouts.slice(simple), columns + simple * rows * 4, sample),
  };
}

/** Computes the columns, and leaves out what has no value or hardly varies. */
function stockOf(drafts: readonly Draft[], sample: Sample, grammar: Grammar) {
  const { memory, n } = sample;
  const { kernel } = memory;
  const rows = (n + 3) & ~3;
  const columns = memory.allocate(drafts.length * rows * 4);
  const families = new Map<string, number>();
  const kept: Draft[] = [];
  const sprouts: Sprout[] = [];
  for (const draft of drafts) {
    const mark = memory.mark();
    const value = columnOf(draft.unit, sample, grammar);
    const largest = kernel.largest(value, n);
    if (largest < 1e30 && largest > 1e-30 && kernel.spread(value, n) >= LEAST_SPREAD * largest * largest * n) {
      const family = families.get(draft.family) ?? families.size;
      families.set(draft.family, family);
      const out = columns + kept.length * rows * 4;
      memory.f32.fill(0, (out >> 2) + n, (out >> 2) + rows);
      kernel.narrow(1 / largest, value, out, n);
      kept.push(draft);
      sprouts.push({ unit: draft.unit, family, kind: draft.kind, scale: 1 / largest });
    }
    memory.release(mark);
  }
  return { kept, sprouts, columns, rows };
}

function shelfOf(sprouts: readonly Sprout[], columns: Pointer, { memory }: Sample): Shelf {
  const families = memory.allocate(sprouts.length * 4);
  memory.viewInt(families, sprouts.length).set(sprouts.map(({ family }) => family));
  return { sprouts, columns, families };
}
