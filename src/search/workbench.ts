/**
 * The workbench: one table prepared for the search, and the jobs that are done on it. A job is a pure function of the
 * table and itself, so it gives the same digits in any worker, in any order.
 */
import type { NamedFormula } from "../custom.js";
import { type Restart, restart } from "../network/restart.js";
import { random } from "../random.js";
import type { Dimensions } from "../units/read.js";
import { type Candidate, fitBatch, fitSums, fitted } from "./candidates.js";
import { FINAL, Fitter } from "./fit.js";
import { makeGrammar } from "./grammar.js";
import { addModulated, addPair, addSprout } from "./grow/add.js";
import { changePower, replaceFactor, swapFunction } from "./grow/exchange.js";
import { lookAt, type Move } from "./grow/growth.js";
import { growInside } from "./grow/inside.js";
import { joinTerms } from "./grow/join.js";
import { multiplyLink, multiplyRoot } from "./grow/multiply.js";
import { removeOne } from "./grow/remove.js";
import { reuseUnit } from "./grow/reuse.js";
import { Memory } from "./kernel/memory.js";
import { buildLibrary, buildShelves, type Library, type Shelves } from "./library.js";
import { mutate } from "./mutate.js";
import { type Affine, copyAffine, size } from "./network.js";
import { prune, shortened } from "./prune.js";
import { makeSample } from "./sample.js";
import { peeled, peels } from "./start/peel.js";
import { powerLaws } from "./start/power.js";
import { fewSprouts, polynomials } from "./start/pursuit.js";
import { firstTerms, rationals } from "./start/rational.js";

/** What a search works on: scaled columns. The first `searchRows` rows are searched, all of them decide at the end. */
export interface Problem {
  /** One column for each input; shared memory, so that workers need no copies. */
  readonly inputs: readonly Float64Array[];
  /** What was taken off each input, in its units here: input + shift is the user's, but for its scale. */
  readonly shifts: readonly number[];
  /** The user's unit of each input: with its shift, the input here times this is the user's. */
  readonly scales: readonly number[];
  readonly target: Float64Array;
  /** Row weights, 1/σ up to a common factor; undefined where all rows count alike. */
  readonly weights?: Float64Array;
  readonly searchRows: number;
  readonly primitives: readonly (string | NamedFormula)[];
  /** Dimensions of the columns, where units were given. */
  readonly dimensions?: Dimensions;
  /** The user's unit of the target: the target here times this is the user's. */
  readonly targetScale: number;
  /** Relative mean square of the rounding of the target's digits. */
  readonly resolution: number;
}

export type Job =
  | { readonly kind: "start"; readonly start: string }
  | { readonly kind: "expand"; readonly root: Affine }
  | { readonly kind: "shorten"; readonly root: Affine; readonly part: number }
  | { readonly kind: "prune"; readonly root: Affine; readonly error: number }
  | { readonly kind: "mutate"; readonly seed: number; readonly batch: number; readonly parents: readonly Affine[] }
  | { readonly kind: "finish"; readonly root: Affine }
  | ({ readonly kind: "train" } & Restart);

/** Runs jobs and gives their results in the order of the jobs. */
export type Runner = (jobs: readonly Job[]) => Promise<Candidate[][]>;

/** The moves of growth, in the order in which their candidates are fitted. */
const MOVES: readonly Move[] = [
  addSprout,
  addPair,
  addModulated,
  replaceFactor,
  growInside,
  multiplyLink,
  multiplyRoot,
  reuseUnit,
  swapFunction,
  joinTerms,
  function* remove({ root, places }) {
    yield* removeOne(root, places);
  },
  changePower,
];
const MUTANTS = 64;
/** Jobs into which the shortening of one network is divided. */
export const SHORTEN_PARTS = 4;

export class Workbench {
  readonly fitter: Fitter;
  private few: Shelves | undefined;
  private every: Library | undefined;
  private whole: Fitter | undefined;

  constructor(readonly problem: Problem) {
    this.fitter = this.fitterOf(problem.searchRows, Memory.borrow());
  }

  private fitterOf(rows: number, memory: Memory): Fitter {
    const { inputs, target, weights, primitives } = this.problem;
    const cut = (column: Float64Array) => column.subarray(0, rows);
    return new Fitter(
      makeSample(memory, inputs.map(cut), cut(target), weights && cut(weights)),
      makeGrammar(primitives),
    );
  }

  /** The table's sprouts; their columns lie below the scratch stack, so they are there before a job that needs them marks it. */
  private shelved(): Shelves {
    this.few ??= buildShelves(this.fitter.sample, this.fitter.grammar);
    return this.few;
  }

  private stocked(): Library {
    this.every ??= buildLibrary(this.fitter.sample, this.fitter.grammar, this.shelved());
    return this.every;
  }

  /** Fits to all rows of the problem. */
  get finalFitter(): Fitter {
    const { target, searchRows } = this.problem;
    this.whole ??= target.length === searchRows ? this.fitter : this.fitterOf(target.length, Memory.borrow());
    return this.whole;
  }

  /** Gives its memory to the next workbench; no job can be done on it any more. */
  close(): void {
    this.fitter.sample.memory.giveBack();
    if (this.whole && this.whole !== this.fitter) this.whole.sample.memory.giveBack();
  }

  private get peels() {
    const { target, searchRows, targetScale } = this.problem;
    const rows = target.subarray(0, searchRows);
    const sign = rows.every((y) => y > 0) ? 1 : rows.every((y) => y < 0) ? -1 : 0;
    return peels(this.fitter.grammar, targetScale, sign);
  }

  /** The starts there are: cheap ones first, then those of which each is a search of its own. */
  starts(): string[][] {
    const { inverse, products } = this.fitter.grammar;
    const rational = inverse && products ? Array.from({ length: firstTerms }, (_, k) => `rational ${k}`) : [];
    return [
      ["power laws", "polynomials", "few sprouts"],
      [...this.peels.map((_, k) => `peel ${k}`), ...rational],
    ];
  }

  run(job: Job): Candidate[] {
    const { memory } = this.fitter.sample;
    if (job.kind === "start") this.shelved();
    if (job.kind === "expand") this.stocked();
    const mark = memory.mark();
    try {
      return this.perform(job);
    } finally {
      memory.release(mark);
    }
  }

  private perform(job: Job): Candidate[] {
    const { fitter, problem } = this;
    switch (job.kind) {
      case "start":
        return this.start(job.start);
      case "expand":
        return fitBatch(this.grown(copyAffine(job.root)), fitter);
      case "shorten":
        return shortened(job.root, fitter, { part: job.part, of: SHORTEN_PARTS });
      case "prune":
        return prune(job, fitter, problem.resolution).slice(1);
      case "mutate": {
        const stream = random(job.seed, job.batch);
        const mutants = Array.from({ length: MUTANTS }, () =>
          mutate(job.parents, problem.inputs.length, fitter.grammar, stream),
        );
        return fitBatch(mutants, fitter);
      }
      case "train":
        return restart(job, problem, this.finalFitter);
      case "finish": {
        const candidate = fitted(copyAffine(job.root), this.finalFitter, FINAL, Number.POSITIVE_INFINITY);
        return candidate ? prune(candidate, this.finalFitter, problem.resolution, { steps: 40, tolerance: 1e-4 }) : [];
      }
    }
  }

  private *grown(root: Affine): Generator<Affine> {
    const growth = lookAt(root, size(root), this.fitter, this.stocked());
    if (!(growth.tangent.norm > 0)) return;
    for (const move of MOVES) yield* move(growth);
  }

  private start(name: string): Candidate[] {
    const { fitter, problem } = this;
    const shelves = this.shelved();
    if (name === "power laws") return fitBatch(powerLaws(fitter, problem.shifts), fitter);
    if (name === "polynomials") return fitSums(polynomials(fitter, shelves), fitter);
    if (name === "few sprouts") return fitBatch(fewSprouts(fitter, shelves), fitter);
    const [kind, index] = name.split(" ");
    if (kind === "peel") return fitBatch(peeled(this.peels[Number(index)], fitter, shelves), fitter);
    return fitBatch(rationals(Number(index), fitter, shelves), fitter);
  }
}
