import type { Tensor } from "@tensorflow/tfjs-node";
import { call, number, power, product, quotient, sum } from "./expression/build.js";
import type { Expression } from "./expression/tree.js";
import type { ColumnFunction, Kernel } from "./search/kernel/memory.js";

/**
 * The primitives: what a hidden unit of the equation learner can compute. This is the one place that knows a primitive:
 * its value, its derivative, its symbolic form, and where the search starts with it. A new primitive is one new entry.
 */
export interface Primitive {
  readonly value: (...inputs: number[]) => number;
  /** Derivative by each input. */
  readonly gradient: (...inputs: number[]) => number[];
  /** Symbolic form. */
  readonly expression: (...inputs: Expression[]) => Expression;
  /** Powers of an input that this primitive lets into products of the search. */
  readonly powers?: readonly number[];
  /** The function a unit of the search applies to its pre-activation, where the primitive is no power or product. */
  readonly unit?: UnitFunction;
  /** Does it let the search fit real exponents of positive inputs? */
  readonly freePowers?: boolean;
  /** How a network trained by gradients uses it; it can't be trained without. */
  readonly trained?: Trained;
}

/** What a unit of a trained network makes of its pre-activations g: outer·f(inner·g) + offset. */
export interface Gain {
  readonly inner: number;
  readonly outer: number;
  readonly offset: number;
}

/** The gains of the paper (its section III-A and its code), or those of slope 1 at 0. */
export type Gains = "paper" | "unit";

export interface Trained extends Readonly<Record<Gains, Gain>> {
  /** Number of f in the network's kernel. */
  readonly code: number;
  readonly op: TensorFunction;
  /** f and its derivative by each input, where the primitive itself has a pole or an edge: smoothed over SMOOTHING there. */
  readonly smoothed?: Pick<Primitive, "value" | "gradient">;
}

/** A primitive on tensors of one shape, by operations of tfjs that have a gradient; a number where it has no input. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor | number;

/** Within about this much of a pole or an edge, a trained unit's function is a smooth and finite one in its place. */
export const SMOOTHING = 0.01;

/** A function of one pre-activation, or of two, as the search needs it. */
export interface UnitFunction {
  readonly name: string;
  readonly value: (...inputs: number[]) => number;
  /** Derivative by the first input. */
  readonly derivative: (...inputs: number[]) => number;
  readonly expression: (...inputs: Expression[]) => Expression;
  /** Set for a function of two pre-activations. */
  readonly second?: SecondInput;
  /** Set for a homogeneous function: f(s·u) = s^degree·f(u) for s > 0, with all inputs of it scaled alike. */
  readonly degree?: number;
  /** The same on columns, in the kernel. Without it the two functions above are called row by row. */
  readonly column?: (kernel: Kernel) => ColumnFunction;
  /** False where a bias only rescales the output (e^(u+b) = e^b·e^u): it would be a second name for one formula. */
  readonly biased: boolean;
  /** Is f(−u) = −f(u)? */
  readonly odd?: boolean;
  /** Slopes and biases the search tries first, for an input scaled to a largest size of 1. */
  readonly starts: readonly (readonly [slope: number, bias: number])[];
  /** Fewer of them, for inputs that are products. */
  readonly coarse: readonly (readonly [slope: number, bias: number])[];
  /** Fewer still, tried inside other units. */
  readonly inner: readonly (readonly [slope: number, bias: number])[];
  /** Where it first sees an argument that it takes over from another function, scaled to [−1, 1]; two of `coarse` if not given. */
  readonly swapped?: readonly (readonly [slope: number, bias: number])[];
  /** Slopes (positive ones; the second input also takes their negatives) and biases of a sum of two inputs. */
  readonly ridge?: { readonly slopes: readonly number[]; readonly biases: readonly number[] };
  /** Positive slopes of a sum of three inputs. */
  readonly ridge3?: readonly number[];
  /** Is the function of one input, with this slope, multiplied with other sprouts where there are so many inputs? It is, if not given. */
  readonly paired?: (slope: number, inputs: number) => boolean;
  /**
   * Arguments a·x² + b·x + c, for an input scaled to a largest size of 1 and up to so many inputs: shapes that no growth in small
   * steps leads to.
   */
  readonly squares?: {
    readonly starts: readonly (readonly [a: number, b: number, c: number])[];
    readonly most: number;
  };
  /** What f(u + bias) is called; f(u − bias) is its negative. */
  readonly turned?: { readonly bias: number; readonly expression: (u: Expression) => Expression };
  /** The inverse function, where y = f(u) can be peeled to u; `defined` says for which y. */
  readonly inverse?: {
    readonly value: (y: number) => number;
    readonly derivative: (y: number) => number;
    readonly defined: (y: number) => boolean;
  };
}

/** What a function of two pre-activations has beyond one of one. */
export interface SecondInput {
  /** Derivative by the second input. */
  readonly derivative: (...inputs: number[]) => number;
  /** Is f(v, u) = f(u, v)? */
  readonly symmetric: boolean;
  /** Pre-activations the search tries first, for inputs scaled to a largest size of 1. A slope of 0 is a constant alone. */
  readonly starts: readonly (readonly [first: Start, second: Start])[];
}

/** Slope and bias of a pre-activation at its start. */
export type Start = readonly [slope: number, bias: number];

const QUARTER = Math.PI / 2;
const one = number(1);

const grid = (slopes: readonly number[], biases: readonly number[]) =>
  slopes.flatMap((slope) => biases.map((bias) => [slope, bias] as const));
/** Slopes with the steepest place at given positions of the input. */
const centred = (slopes: readonly number[], centres: readonly number[]) =>
  slopes.flatMap((slope) => centres.map((centre) => [slope, -slope * centre] as const));
/** Exponents of Gaussian bells. */
const bells = (centres: readonly number[], widths: readonly number[]) =>
  centres.flatMap((centre) => widths.map((width) => [-0.5 / width ** 2, centre / width ** 2, 0] as const));
const steps = (first: number, last: number, step: number) =>
  Array.from({ length: Math.floor((last - first) / step + 1e-9) + 1 }, (_, i) => first + i * step);
const both = (values: readonly number[]) => values.flatMap((value) => [value, -value]);

const sin: UnitFunction = {
  name: "sin",
  value: Math.sin,
  derivative: Math.cos,
  expression: (u) => call("sin", u),
  column: (kernel) => kernel.sin,
  biased: true,
  odd: true,
  starts: grid(steps(1, 32, 1), [0, QUARTER]),
  coarse: grid(steps(1.5, 15, 1.5), [0, QUARTER]),
  swapped: grid([1.5], [0, QUARTER]),
  inner: grid(steps(1, 8, 1), [0, QUARTER]),
  ridge: { slopes: steps(1.5, 12, 1.5), biases: [0, QUARTER] },
  ridge3: [2, 4, 6, 8],
  paired: (slope, inputs) => (inputs <= 3 ? slope < 20 : inputs <= 5 && slope < 14),
  squares: { starts: grid([1, 2, 3, 4, 6, 8], [0, QUARTER]).map(([slope, bias]) => [slope, 0, bias]), most: 2 },
  turned: { bias: QUARTER, expression: (u) => call("cos", u) },
};

const exp: UnitFunction = {
  name: "exp",
  value: Math.exp,
  derivative: Math.exp,
  expression: (u) => call("exp", u),
  column: (kernel) => kernel.exp,
  biased: false,
  starts: grid(both([0.5, 1, 2, 4, 8]), [0]),
  coarse: grid(both([0.5, 1, 2, 4, 8]), [0]),
  swapped: grid(both([1]), [0]),
  inner: grid(both([1, 2, 4]), [0]),
  ridge: { slopes: [1, 3], biases: [0] },
  squares: { starts: bells([-0.6, -0.3, 0.3, 0.6], [0.1, 0.2, 0.4]), most: 4 },
  inverse: { value: Math.log, derivative: (y) => 1 / y, defined: (y) => y > 0 },
};

const sigmoidValue = (u: number) => 1 / (1 + Math.exp(-u));
const sigmoid: UnitFunction = {
  name: "sigmoid",
  value: sigmoidValue,
  derivative: (u) => sigmoidValue(u) * sigmoidValue(-u),
  expression: (u) => quotient(one, sum(one, call("exp", product(number(-1), u)))),
  column: (kernel) => kernel.sigmoid,
  biased: true,
  starts: centred([2.5, 7, 20, 60], [-0.6, -0.3, 0, 0.3, 0.6]),
  coarse: centred([2.5, 7, 20, 60], [-0.6, -0.3, 0, 0.3, 0.6]),
  swapped: grid([2], [0]),
  inner: centred([2.5, 7, 20], [-0.6, 0, 0.6]),
  ridge: { slopes: [4, 15], biases: [0] },
  paired: (_, inputs) => inputs <= 3,
  inverse: {
    value: (y) => Math.log(y / (1 - y)),
    derivative: (y) => 1 / (y * (1 - y)),
    defined: (y) => y > 0 && y < 1,
  },
};

const tanh: UnitFunction = {
  name: "tanh",
  value: Math.tanh,
  derivative: (u) => 1 / Math.cosh(u) ** 2,
  expression: (u) => call("tanh", u),
  column: (kernel) => kernel.tanh,
  biased: true,
  odd: true,
  starts: centred([1, 3, 8], [-0.5, 0, 0.5]),
  coarse: centred([1, 3, 8], [-0.5, 0, 0.5]),
  swapped: grid([1], [0]),
  inner: centred([1, 3, 8], [0]),
  inverse: { value: Math.atanh, derivative: (y) => 1 / (1 - y * y), defined: (y) => Math.abs(y) < 1 },
};

const log: UnitFunction = {
  name: "log",
  value: Math.log,
  derivative: (u) => 1 / u,
  expression: (u) => call("log", u),
  column: (kernel) => kernel.log,
  biased: true,
  starts: [...grid([1], [0, 1.2, 3]), ...grid([-1], [1.2, 3])],
  coarse: [...grid([1], [0, 1.2, 3]), ...grid([-1], [1.2, 3])],
  swapped: grid(both([1]), [1.3]),
  inner: [...grid([1], [0, 1.2, 3]), ...grid([-1], [1.2, 3])],
  inverse: { value: Math.exp, derivative: Math.exp, defined: (y) => Math.abs(y) < 30 },
};

const asin: UnitFunction = {
  name: "asin",
  value: Math.asin,
  derivative: (u) => 1 / Math.sqrt(1 - u * u),
  expression: (u) => call("asin", u),
  biased: true,
  odd: true,
  // Found by peeling: its argument must stay within ±1, where growth in small steps from nothing seldom keeps it.
  starts: [],
  coarse: [],
  inner: [],
  inverse: { value: Math.sin, derivative: Math.cos, defined: (y) => Math.abs(y) <= QUARTER },
};

const gain = (inner = 1, outer = 1, offset = 0): Gain => ({ inner, outer, offset });
const trained = (
  code: number,
  op: TensorFunction,
  paper: Gain,
  unit: Gain,
  smoothed?: Trained["smoothed"],
): Trained => ({
  code,
  op,
  paper,
  unit,
  smoothed,
});
const plain = (code: number, op: TensorFunction, smoothed?: Trained["smoothed"]) =>
  trained(code, op, gain(), gain(), smoothed);

const op = (name: "square" | "sin" | "cos" | "exp" | "sigmoid" | "tanh") => (u: Tensor) => u[name]();
const cubeOp = (u: Tensor) => u.mul(u.square());
/** u² with its zero filled. */
const filled = (u: number) => u * u + SMOOTHING ** 2;
const filledOp = (u: Tensor) => u.square().add(SMOOTHING ** 2);
/** ln |u|, u ≠ 0. */
const smoothLog = { value: (u: number) => Math.log(filled(u)) / 2, gradient: (u: number) => [u / filled(u)] };
const logOp = (u: Tensor) => filledOp(u).log().div(2);
/** √|u|, with a round bottom at 0. */
const smoothSqrt = { value: (u: number) => filled(u) ** 0.25, gradient: (u: number) => [(u / 2) * filled(u) ** -0.75] };
const sqrtOp = (u: Tensor) => filledOp(u).sqrt().sqrt();
/** 1/u, through 0 at 0. */
const smoothInverse = {
  value: (u: number) => u / filled(u),
  gradient: (u: number) => [(SMOOTHING ** 2 - u * u) / filled(u) ** 2],
};
const inverseOp = (u: Tensor) => u.div(filledOp(u));
const smoothDivision = {
  value: (u: number, v: number) => u * smoothInverse.value(v),
  gradient: (u: number, v: number) => [smoothInverse.value(v), u * smoothInverse.gradient(v)[0]],
};
/** |u|^p, level beyond e^±POWER_LIMIT. */
const POWER_LIMIT = 16;
const smoothPower = {
  value: (u: number, p: number) => Math.exp(Math.max(-POWER_LIMIT, Math.min(POWER_LIMIT, p * smoothLog.value(u)))),
  gradient: (u: number, p: number) => {
    const logarithm = smoothLog.value(u);
    const value = Math.abs(p * logarithm) < POWER_LIMIT ? Math.exp(p * logarithm) : 0;
    return [value * p * smoothLog.gradient(u)[0], value * logarithm];
  },
};
const powerOp = (u: Tensor, p: Tensor) => within(p.mul(logOp(u)), POWER_LIMIT).exp();
/** u kept within ±limit. Not by clipByValue, which has no second derivative. */
const within = (u: Tensor, limit: number): Tensor => u.sub(u.sub(limit).relu()).add(u.add(limit).neg().relu());
/** asin u, straight on beyond |u| = 1 − SMOOTHING. */
const smoothAsin = {
  value: (u: number) => {
    const edge = Math.max(SMOOTHING - 1, Math.min(1 - SMOOTHING, u));
    return Math.asin(edge) + (u - edge) / Math.sqrt(1 - edge * edge);
  },
  gradient: (u: number) => [1 / Math.sqrt(1 - Math.min(Math.abs(u), 1 - SMOOTHING) ** 2)],
};

const asinOp = (u: Tensor) => {
  const edge = within(u, 1 - SMOOTHING);
  return edge.asin().add(u.sub(edge).div(edge.square().neg().add(1).sqrt()));
};

/** A power as a primitive of its own. */
const powerOf = (p: number, trained: Trained, powers: readonly number[] = [p]): Primitive => ({
  value: (u) => u ** p,
  gradient: (u) => [p * u ** (p - 1)],
  expression: (u) => power(u, number(p)),
  powers,
  trained,
});
const functionOf = (unit: UnitFunction, trained: Trained): Primitive => ({
  value: unit.value,
  gradient: (u) => [unit.derivative(u)],
  expression: unit.expression,
  unit,
  trained,
});
const TURN = 2 * Math.PI;

export const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  constant: { value: () => 1, gradient: () => [], expression: () => one, trained: plain(0, () => 1) },
  identity: { value: (u) => u, gradient: () => [1], expression: (u) => u, powers: [1], trained: plain(1, (u) => u) },
  square: powerOf(2, plain(2, op("square"))),
  sin: functionOf(sin, trained(3, op("sin"), gain(TURN), gain(TURN, 1 / TURN))),
  exp: functionOf(exp, trained(4, op("exp"), gain(1, 1 / Math.E, -1 / Math.E), gain(1, 1, -1))),
  sigmoid: functionOf(sigmoid, trained(5, op("sigmoid"), gain(20), gain(4))),
  product: {
    value: (u, v) => u * v,
    gradient: (u, v) => [v, u],
    expression: (u, v) => product(u, v),
    powers: [1, 2, 3],
    trained: trained(6, (u, v) => u.mul(v), gain(1, 10), gain()),
  },
  // A sine with a bias: the search has the one unit for both, and the printer writes whichever is shorter.
  cos: {
    value: Math.cos,
    gradient: (u) => [-Math.sin(u)],
    expression: (u) => call("cos", u),
    unit: sin,
    trained: trained(7, op("cos"), gain(TURN), gain(TURN, 1 / TURN)),
  },
  tanh: functionOf(tanh, plain(8, op("tanh"))),
  log: functionOf(log, plain(9, logOp, smoothLog)),
  asin: functionOf(asin, plain(15, asinOp, smoothAsin)),
  sqrt: powerOf(0.5, plain(10, sqrtOp, smoothSqrt)),
  cube: powerOf(3, plain(11, cubeOp)),
  inverse: powerOf(-1, plain(12, inverseOp, smoothInverse), [-1, -2]),
  division: {
    value: (u, v) => u / v,
    gradient: (u, v) => [1 / v, -u / (v * v)],
    expression: (u, v) => quotient(u, v),
    powers: [-1, -2],
    trained: plain(13, (u, v) => u.mul(inverseOp(v)), smoothDivision),
  },
  power: {
    value: (u, p) => u ** p,
    gradient: (u, p) => [p * u ** (p - 1), u ** p * Math.log(u)],
    expression: (u, p) => power(u, p),
    freePowers: true,
    trained: plain(14, powerOp, smoothPower),
  },
};

/**
 * What a trained unit computes of its pre-activations, and the derivative by each: the function that the network's kernel
 * has in float32.
 */
export function trainedUnit(name: string, gains: Gains): Pick<Primitive, "value" | "gradient"> {
  const { trained, ...primitive } = PRIMITIVES[name];
  const { inner, outer, offset } = (trained as Trained)[gains];
  const { value, gradient } = trained?.smoothed ?? primitive;
  const scaled = (g: readonly number[]) => g.map((u) => inner * u);
  return {
    value: (...g) => outer * value(...scaled(g)) + offset,
    gradient: (...g) => gradient(...scaled(g)).map((derivative) => outer * inner * derivative),
  };
}

/** The paper's primitives (section III): what a search uses unless told otherwise. */
export const DEFAULT_PRIMITIVES = ["constant", "identity", "square", "sin", "exp", "sigmoid", "product"] as const;
