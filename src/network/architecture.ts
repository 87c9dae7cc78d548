/**
 * The wiring of the equation learner as plain data, and the layout of its weights. A hidden layer is g = h·W, and then each
 * pre-activation (for products two of them) goes through its primitive; the last layer is linear. Paper, section III-A.
 */
import { didYouMean, InputError } from "../errors.js";
import { type Gains, PRIMITIVES } from "../primitives.js";

export interface Architecture {
  readonly inputs: number;
  /** The hidden layers: the primitive of each unit, in order. */
  readonly layers: readonly (readonly string[])[];
  readonly outputs: number;
  /**
   * What a layer sees. false: the units of the layer before it, as in the paper; sums get their constants from the primitive
   * "constant". true: the units of the layer before, then the inputs, then a 1.
   */
  readonly dense: boolean;
  readonly gains: Gains;
}

const times = (count: number, name: string): string[] => new Array(count).fill(name);

/** The paper's hidden layer: 18 units. */
export const PAPER_LAYER: readonly string[] = [
  ...times(2, "constant"),
  ...times(4, "identity"),
  ...times(4, "square"),
  ...times(2, "sin"),
  ...times(2, "exp"),
  ...times(2, "sigmoid"),
  ...times(2, "product"),
];

export const ARCHITECTURE_DEFAULTS = {
  /** Hidden layers of the paper: two, but three for (x + yz)^3. */
  layers: [PAPER_LAYER, PAPER_LAYER] as readonly (readonly string[])[],
  outputs: 1,
  dense: false,
  gains: "paper" as Gains,
};

/** @throws InputError for a wiring that can't be trained */
export function architecture(given: Partial<Architecture> & Pick<Architecture, "inputs">): Architecture {
  const { inputs, layers, outputs, dense, gains } = { ...ARCHITECTURE_DEFAULTS, ...given };
  for (const [what, count] of Object.entries({ inputs, outputs })) {
    if (!Number.isInteger(count) || count < 1)
      throw new InputError(`The number of ${what} must be 1 or more, not ${count}.`);
  }
  if (gains !== "paper" && gains !== "unit") throw new InputError(`gains must be "paper" or "unit", not "${gains}".`);
  const known = Object.keys(PRIMITIVES).filter((name) => PRIMITIVES[name].trained);
  layers.forEach((layer, k) => {
    if (layer.length === 0) throw new InputError(`Hidden layer ${k + 1} has no units.`);
    for (const name of layer) {
      if (known.includes(name)) continue;
      throw new InputError(
        `Hidden layer ${k + 1}: a network can't be trained with a primitive "${name}".${didYouMean(name, known)} ` +
          `Known are ${known.join(", ")}.`,
      );
    }
  });
  return { inputs, layers, outputs, dense, gains };
}

/** Pre-activations a unit takes: none for a constant (the published code gives it one, which changes nothing), two for products. */
export const arity = (name: string): number => PRIMITIVES[name].value.length;

/** The weight matrix of a layer: `rows` (what it sees) × `columns` (its pre-activations), from `offset` on, row after row. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
}

/**
 * The layout of one replica's weights in a Float32Array: the matrices of the hidden layers, then that of the output, each row
 * after row, as in a tfjs variable of shape [rows, columns]. Replica r's weights begin at r · weightCount.
 */
export function shapes({ inputs, layers, outputs, dense }: Architecture): Shape[] {
  let units = 0;
  let offset = 0;
  return [...layers, undefined].map((layer, k) => {
    const before = k === 0 ? inputs : units;
    const rows = before + (dense ? (k === 0 ? 0 : inputs) + 1 : 0);
    const columns = layer ? layer.reduce((sum, name) => sum + arity(name), 0) : outputs;
    const shape = { rows, columns, offset };
    offset += rows * columns;
    units = layer?.length ?? 0;
    return shape;
  });
}

/** Weights of one replica. */
export const weightCount = (of: Architecture): number =>
  shapes(of).reduce((sum, { rows, columns }) => sum + rows * columns, 0);
