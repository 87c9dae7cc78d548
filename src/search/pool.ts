/** The pool: every network the search has fitted, one for each structure, and the choice of which to grow next. */
import type { Candidate } from "./candidates.js";
import { descriptionLength, EXACT } from "./description.js";
import type { Fitter } from "./fit.js";
import { type Affine, parameters, signature, size } from "./network.js";

export interface State extends Candidate {
  /** Size of the network, with what its constants of nature cost. */
  readonly size: number;
  /** Description length on the search's rows. */
  readonly length: number;
  /** log10 of the relative error: what the beam trades against size. */
  readonly misfit: number;
  expanded: boolean;
  /** Residual at some rows, scaled to norm 1: computed when it is needed. */
  residual?: Float64Array;
}

/** Networks expanded in a round. */
const WIDTH = 8;
/** Every other one is chosen with the higher price on size. */
const PRICES = [0.06, 0.25];
const SHORTLIST = 60;
/** A network whose residual is nearly that of one expanded already waits. */
const ALIKE = 0.98;
const CROWDING = 0.3;
const RESIDUAL_ROWS = 128;

export class Pool {
  readonly states: State[] = [];
  private readonly bySignature = new Map<string, number>();
  /** Residuals of all networks expanded so far. */
  private readonly seen: Float64Array[] = [];

  constructor(
    private readonly fitter: Fitter,
    private readonly resolution: number,
    /** What a network's constants of nature cost, in nodes. */
    private readonly natureNodes: (root: Affine) => number = () => 0,
  ) {}

  /** Adds a fitted network, or its better weights to the same structure; returns the state, undefined where nothing is new. */
  add({ root, error }: Candidate): State | undefined {
    const key = signature(root);
    const at = this.bySignature.get(key);
    const known = at === undefined ? undefined : this.states[at];
    if (known && !(error < known.error * 0.98)) return undefined;
    const { n, variance } = this.fitter.sample;
    const nodes = size(root) + this.natureNodes(root);
    const state: State = {
      root,
      error,
      size: nodes,
      length: descriptionLength(
        { error, parameters: parameters(root, this.fitter.grammar), size: nodes },
        n,
        variance,
        this.resolution,
      ),
      misfit: Math.log10(error / n / variance + 1e-24),
      // Slightly better weights change nothing of what it grew into.
      expanded: known?.expanded === true && !(error < known.error * 0.7),
    };
    if (at === undefined) {
      this.bySignature.set(key, this.states.length);
      this.states.push(state);
    } else this.states[at] = state;
    return state;
  }

  addAll(batches: readonly (readonly Candidate[])[]): State[] {
    return batches.flatMap((batch) => batch.flatMap((candidate) => this.add(candidate) ?? []));
  }

  /** The state of this structure. */
  find(root: Affine): State | undefined {
    const at = this.bySignature.get(signature(root));
    return at === undefined ? undefined : this.states[at];
  }

  get best(): State {
    return this.states.reduce((a, b) => (b.length < a.length ? b : a));
  }

  isExact({ error }: Pick<Candidate, "error">): boolean {
    const { n, variance } = this.fitter.sample;
    return error <= EXACT * variance * n;
  }

  /** The smallest network that leaves nothing but rounding. */
  get exact(): State | undefined {
    return this.states.reduce<State | undefined>(
      (best, state) => (this.isExact(state) && (!best || state.size < best.size) ? state : best),
      undefined,
    );
  }

  /** The networks to grow in this round, marked as expanded: those with the best balance of misfit and size, and unlike each other. */
  choose(largest: number): State[] {
    const eligible = this.states.filter((s) => !s.expanded && !this.isExact(s) && s.size <= largest);
    const value = (state: State, price: number) => state.misfit + price * state.size;
    const shortlist = new Set(
      PRICES.flatMap((price) => [...eligible].sort((a, b) => value(a, price) - value(b, price)).slice(0, SHORTLIST)),
    );
    const waiting = [...shortlist].map((state) => {
      const residual = this.residualOf(state);
      const penalty = CROWDING * this.seen.filter((other) => alike(residual, other)).length;
      return { state, residual, penalty };
    });
    const chosen: State[] = [];
    while (chosen.length < WIDTH && waiting.length > 0) {
      const price = PRICES[chosen.length % 2];
      let at = 0;
      for (let i = 1; i < waiting.length; i++) {
        if (value(waiting[i].state, price) + waiting[i].penalty < value(waiting[at].state, price) + waiting[at].penalty)
          at = i;
      }
      const [{ state, residual }] = waiting.splice(at, 1);
      for (const other of waiting) if (alike(residual, other.residual)) other.penalty += CROWDING;
      this.seen.push(residual);
      state.expanded = true;
      chosen.push(state);
    }
    return chosen;
  }

  /** Weighted residuals of a network on the search's rows. */
  residuals({ root }: State): Float64Array {
    const { memory, n, y, weights } = this.fitter.sample;
    const values = this.fitter.predict(root);
    const target = memory.view(y, n);
    const rowWeights = weights && memory.view(weights, n);
    return values.map((value, i) => (target[i] - value) * (rowWeights ? rowWeights[i] : 1));
  }

  private residualOf(state: State): Float64Array {
    if (state.residual) return state.residual;
    const { n } = this.fitter.sample;
    const all = this.residuals(state);
    const step = Math.max(1, Math.floor(n / RESIDUAL_ROWS));
    const residual = new Float64Array(Math.ceil(n / step));
    let square = 0;
    for (let k = 0; k < residual.length; k++) {
      residual[k] = all[k * step];
      square += residual[k] ** 2;
    }
    const norm = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let k = 0; k < residual.length; k++) residual[k] *= norm;
    state.residual = residual;
    return residual;
  }
}

function alike(a: Float64Array, b: Float64Array): boolean {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return Math.abs(s) > ALIKE;
}
