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
import type { Affine, Factor, Link, Unit } from "./network.js";
import type { Sample } from "./sample.js";
import { apply, combine, powersProduct, raised } from "./values.js";

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
  /** Values of the inputs. */
  readonly columns: Pointer[];
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
  /** Values of the links' units. */
  readonly columns: Pointer[];
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
      return { unit, moved: false, value, derivatives: [], adjoint: 0, inputs: [], columns: [], powerParameters: [] };
    }
    const known = this.parameters.length;
    const laid: UnitColumns = {
      unit,
      moved: false,
      value: memory.column(n),
      derivatives: unit.kind === "function" ? unit.factors.map(() => memory.column(n)) : [],
      adjoint: memory.column(n),
      inputs: [],
      columns: [],
      powerParameters: [],
    };
    const fixed = this.fixedArgument(unit);
    for (const [k, factor] of unit.factors.entries()) {
      const input = this.layAffine(factor.input, unit.kind === "product" || k === fixed);
      laid.inputs.push(input);
      laid.columns.push(input.value);
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
      columns: [],
    };
    this.affines.push(laid);
    const fixed = gauged ? fixedLink(of) : -1;
    of.links.forEach((link, k) => {
      const parameter = k === fixed ? -1 : this.parameters.push(weightOf(link)) - 1;
      const unit = this.layUnit(link.unit);
      laid.links.push({ link, unit, parameter });
      laid.columns.push(unit.value);
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
    for (const input of of.inputs) this.forwardAffine(input);
    const { sample } = this;
    if (unit.kind === "function") apply(this.grammar.functions[unit.index], of.columns, value, of.derivatives, sample);
    else powersProduct(unit.factors, of.columns, value, this.spare, sample);
  }

  private forwardAffine({ affine, links, columns, moved, value }: AffineColumns): void {
    if (this.ran && !moved) return;
    for (const { unit } of links) this.forwardUnit(unit);
    combine(affine, columns, value, this.sample);
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
        kernel.multiply(out, raised(inputs[k].value, power - 1, this.spare, this.sample), out, n);
      }
      for (let j = 0; j < inputs.length; j++) {
        if (j === k) continue;
        kernel.multiply(out, raised(inputs[j].value, unit.factors[j].power, this.spare2, this.sample), out, n);
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
