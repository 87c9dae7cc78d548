/**
 * A network laid out for computing: a column for every unit and pre-activation, and the list of its inner parameters.
 * `forward` computes the units, `backward` the derivative of the output by every inner parameter, in reverse mode: one
 * sweep for the whole Jacobian, because rows don't depend on each other. Both leave out what no parameter moves.
 *
 * A circuit lives in scratch memory: the caller marks the memory before and releases it after.
 */
import { fixedFactor, fixedLink } from "./canonical.js";
import type { Grammar } from "./grammar.js";
import type { Pointer } from "./kernel/memory.js";
import { type Affine, affine, type Factor, type Link, type Unit } from "./network.js";
import type { Sample } from "./sample.js";

export interface UnitColumns {
  readonly unit: Unit;
  /** Does a parameter lie below? If not, the values stay what they are. */
  moved: boolean;
  /** Output of the unit. */
  readonly value: Pointer;
  /** Of a function: its derivative by each of its pre-activations. */
  readonly derivatives: readonly Pointer[];
  /** Derivative of the network's output by this unit's output. */
  readonly adjoint: Pointer;
  readonly inputs: AffineColumns[];
  /** Index of each factor's power among the parameters, −1 where it is fixed. */
  readonly powerParameters: number[];
}

export interface AffineColumns {
  readonly affine: Affine;
  moved: boolean;
  readonly value: Pointer;
  /** Derivative of the network's output by this pre-activation; valid after `backward`. */
  sensitivity: Pointer;
  readonly bias: number;
  readonly links: { readonly link: Link; readonly unit: UnitColumns; readonly parameter: number }[];
}

type Parameter = { get(): number; set(value: number): void };
const weightOf = (link: Link): Parameter => ({
  get: () => link.weight,
  set: (value) => {
    link.weight = value;
  },
});
const biasOf = (of: Affine): Parameter => ({
  get: () => of.bias,
  set: (value) => {
    of.bias = value;
  },
});
const powerOf = (factor: Factor): Parameter => ({
  get: () => factor.power,
  set: (value) => {
    factor.power = value;
  },
});

export class Circuit {
  /** Inner parameters: everything but the output's own weights and bias, which the fit solves for. */
  readonly parameters: Parameter[] = [];
  /** The units of the output's links, in their order. */
  readonly top: UnitColumns[];
  /** Pre-activations below the output, in the order of `places`. */
  readonly affines: AffineColumns[] = [];
  /** Column of the Jacobian for each parameter, one after another from here; one column apart. */
  readonly jacobian: Pointer;
  private readonly spare: Pointer;
  private readonly spare2: Pointer;
  private ran = false;
  private everywhere = false;

  constructor(
    readonly root: Affine,
    private readonly sample: Sample,
    private readonly grammar: Grammar,
  ) {
    const { memory, n } = sample;
    this.top = root.links.map((link) => this.layUnit(link.unit));
    this.jacobian = memory.allocate(this.parameters.length * n * 8);
    this.spare = memory.column(n);
    this.spare2 = memory.column(n);
  }

  private layUnit(unit: Unit): UnitColumns {
    const { memory, n, inputs } = this.sample;
    if (unit.kind === "input") {
      const value = inputs[unit.index];
      return { unit, moved: false, value, derivatives: [], adjoint: 0, inputs: [], powerParameters: [] };
    }
    const known = this.parameters.length;
    const laid: UnitColumns = {
      unit,
      moved: false,
      value: memory.column(n),
      derivatives: unit.kind === "function" ? unit.factors.map(() => memory.column(n)) : [],
      adjoint: memory.column(n),
      inputs: [],
      powerParameters: [],
    };
    const fixed = this.fixedArgument(unit);
    for (const [k, factor] of unit.factors.entries()) {
      laid.inputs.push(this.layAffine(factor.input, unit.kind === "product" || k === fixed));
      laid.powerParameters.push(factor.free ? this.parameters.push(powerOf(factor)) - 1 : -1);
    }
    laid.moved = this.parameters.length > known;
    return laid;
  }

  /** Of a homogeneous function: which argument holds a weight fixed. */
  private fixedArgument({ kind, index, factors }: Unit): number {
    return kind === "function" && this.grammar.degree(index) !== undefined ? fixedFactor(factors) : -1;
  }

  private layAffine(of: Affine, gauged: boolean): AffineColumns {
    const { memory, n } = this.sample;
    const known = this.parameters.length;
    const laid: AffineColumns = {
      affine: of,
      moved: false,
      value: memory.column(n),
      sensitivity: memory.column(n),
      bias: of.biased ? this.parameters.push(biasOf(of)) - 1 : -1,
      links: [],
    };
    this.affines.push(laid);
    const fixed = gauged ? fixedLink(of) : -1;
    of.links.forEach((link, k) => {
      const parameter = k === fixed ? -1 : this.parameters.push(weightOf(link)) - 1;
      laid.links.push({ link, unit: this.layUnit(link.unit), parameter });
    });
    laid.moved = this.parameters.length > known;
    return laid;
  }

  /** Computes the units: all of them the first time, then those that a parameter moves. */
  forward(): void {
    for (const unit of this.top) this.forwardUnit(unit);
    this.ran = true;
  }

  private forwardUnit(of: UnitColumns): void {
    const { unit, value } = of;
    if (unit.kind === "input" || (this.ran && !of.moved)) return;
    const { n } = this.sample;
    for (const input of of.inputs) this.forwardAffine(input);
    if (unit.kind === "function") {
      this.applyFunction(of);
      return;
    }
    this.raise(of.inputs[0].value, unit.factors[0].power, value);
    for (let k = 1; k < of.inputs.length; k++) {
      const power = this.raised(of.inputs[k].value, unit.factors[k].power, this.spare);
      this.sample.memory.kernel.multiply(value, power, value, n);
    }
  }

  private forwardAffine(of: AffineColumns): void {
    const { kernel } = this.sample.memory;
    const { n } = this.sample;
    const { affine, links, value } = of;
    if (this.ran && !of.moved) return;
    for (const { unit } of links) this.forwardUnit(unit);
    if (affine.bias !== 0 || links.length === 0) kernel.fill(value, affine.bias, n);
    else kernel.scale(links[0].link.weight, links[0].unit.value, value, n);
    for (let k = affine.bias !== 0 ? 0 : 1; k < links.length; k++) {
      kernel.axpy(links[k].link.weight, links[k].unit.value, value, n);
    }
  }

  private applyFunction({ unit, inputs, value: out, derivatives: [du, dv] }: UnitColumns): void {
    const { memory, n } = this.sample;
    const { column, value, derivative, second } = this.grammar.functions[unit.index];
    const [u, v] = inputs;
    if (column) {
      column(memory.kernel)(u.value, out, du, n);
      return;
    }
    const { f64 } = memory;
    for (let i = 0; i < n; i++) {
      const a = f64[(u.value >> 3) + i];
      const b = second ? f64[(v.value >> 3) + i] : 0;
      f64[(out >> 3) + i] = value(a, b);
      f64[(du >> 3) + i] = derivative(a, b);
      if (second) f64[(dv >> 3) + i] = second.derivative(a, b);
    }
  }

  /** out = x^p */
  raise(x: Pointer, p: number, out: Pointer): void {
    const { kernel } = this.sample.memory;
    const { n } = this.sample;
    if (p === 1) kernel.copy(x, out, n);
    else if (p === 2) kernel.multiply(x, x, out, n);
    else if (p === 0) kernel.fill(out, 1, n);
    else if (Number.isInteger(p) && Math.abs(p) < 32) {
      kernel.wholePower(x, Math.abs(p), out, n);
      if (p < 0) kernel.reciprocal(out, out, n);
    } else if (Math.abs(p) === 0.5) {
      kernel.squareRoot(x, out, n);
      if (p < 0) kernel.reciprocal(out, out, n);
    } else kernel.realPower(x, p, out, n);
  }

  /** x^p: x itself for p = 1, else computed into `out`. */
  private raised(x: Pointer, p: number, out: Pointer): Pointer {
    if (p === 1) return x;
    this.raise(x, p, out);
    return out;
  }

  /**
   * Fills the Jacobian's columns, unweighted, and the sensitivity of every pre-activation that a parameter moves. The
   * output's weights must be in the network, and `forward` must have run.
   * @param everywhere the sensitivity of all other pre-activations too
   */
  backward(everywhere = false): void {
    const { memory, n } = this.sample;
    this.everywhere = everywhere;
    this.top.forEach((unit, k) => {
      if (!this.reaches(unit)) return;
      memory.kernel.fill(unit.adjoint, this.root.links[k].weight, n);
      this.backwardUnit(unit);
    });
  }

  private reaches({ unit, moved }: UnitColumns): boolean {
    return unit.kind !== "input" && (moved || this.everywhere);
  }

  private column(parameter: number): Pointer {
    return this.jacobian + parameter * this.sample.n * 8;
  }

  private backwardUnit(of: UnitColumns): void {
    const { kernel } = this.sample.memory;
    const { n } = this.sample;
    const { unit, inputs, adjoint } = of;
    if (unit.kind === "function") {
      for (const [k, input] of inputs.entries()) {
        if (!input.moved && !this.everywhere) continue;
        kernel.multiply(adjoint, of.derivatives[k], input.sensitivity, n);
        this.backwardAffine(input);
      }
      return;
    }
    for (let k = 0; k < inputs.length; k++) {
      if (of.powerParameters[k] < 0) continue;
      const out = this.column(of.powerParameters[k]); // d(x^p)/dp = x^p·ln x
      kernel.log(inputs[k].value, out, this.spare, n);
      kernel.multiply(out, adjoint, out, n);
      kernel.multiply(out, of.value, out, n);
    }
    for (let k = 0; k < inputs.length; k++) {
      if (!inputs[k].moved && !this.everywhere) continue;
      const { power } = unit.factors[k];
      const out = inputs[k].sensitivity;
      if (power === 1) kernel.copy(adjoint, out, n);
      else {
        kernel.scale(power, adjoint, out, n);
        kernel.multiply(out, this.raised(inputs[k].value, power - 1, this.spare), out, n);
      }
      for (let j = 0; j < inputs.length; j++) {
        if (j === k) continue;
        kernel.multiply(out, this.raised(inputs[j].value, unit.factors[j].power, this.spare2), out, n);
      }
    }
    for (const input of inputs) if (input.moved || this.everywhere) this.backwardAffine(input);
  }

  private backwardAffine(of: AffineColumns): void {
    const { kernel } = this.sample.memory;
    const { n } = this.sample;
    if (of.bias >= 0) kernel.copy(of.sensitivity, this.column(of.bias), n);
    for (const { link, unit, parameter } of of.links) {
      if (parameter >= 0) kernel.multiply(of.sensitivity, unit.value, this.column(parameter), n);
      if (!this.reaches(unit)) continue;
      kernel.scale(link.weight, of.sensitivity, unit.adjoint, n);
      this.backwardUnit(unit);
    }
  }

  /** Values of the output with the network's own weights, to a new column. */
  output(): Pointer {
    const { memory, n } = this.sample;
    const out = memory.column(n);
    this.forward();
    memory.kernel.fill(out, this.root.bias, n);
    for (const [k, unit] of this.top.entries()) memory.kernel.axpy(this.root.links[k].weight, unit.value, out, n);
    return out;
  }
}

/** Values of one unit's output, to a new column. */
export function columnOf(unit: Unit, sample: Sample, grammar: Grammar): Pointer {
  const circuit = new Circuit(affine([{ weight: 1, unit }]), sample, grammar);
  circuit.forward();
  return circuit.top[0].value;
}
