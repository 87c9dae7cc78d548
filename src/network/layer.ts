/**
 * EqlLayer: the equation learner as a layer of tfjs, to be trained within larger networks by whatever trains them. All its
 * weights are one variable: an optimizer's step on one is cheap, and the fused kernel takes it as it is.
 */
import type { layers, Scalar, serialization, Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node";
import { InputError } from "../errors.js";
import { toText } from "../expression/text.js";
import { random } from "../random.js";
import { alive } from "./alive.js";
import { type Architecture, architecture, weightCount } from "./architecture.js";
import { type Elements, elementwise } from "./elementwise.js";
import { canFuse, fusedNetwork } from "./fused.js";
import { initialWeights } from "./initial.js";
import { inserted } from "./insert.js";
import { operations } from "./operations.js";
import {
  checkSchedule,
  OPEN,
  openChance,
  opening,
  priceAt,
  type Schedule,
  type Slope,
  smoothedRoot,
} from "./penalty.js";
import { formulaOf, grammarOf, networks } from "./readoff.js";
import { type EqlLayerOptions, type LayerSettings, layerSettings } from "./settings.js";
import type { TensorFlow } from "./tensorflow.js";

type Shape = (number | null)[];
type Variable = layers.Layer["weights"][number];

/** An equation learner as a layer of tfjs. */
export interface EqlLayer extends layers.Layer {
  /** The price of a weight, or its schedule; may be set between steps, such as to 0 after `mask`. */
  penalty: number | Schedule;
  /** Training steps so far: how often the loss was asked for after new data. The penalty's schedule and L0's gates follow it. */
  readonly step: number;
  /** Weights that are not taken out, of all replicas. */
  readonly weightsLeft: number;
  /**
   * Takes weights out for good: those smaller than the threshold, then those with no way from an input to an output. They get
   * no gradient any more, and a saved model keeps them out. Gates of L0 that remain stay open.
   * @param threshold smallest size of a weight that stays; 0.01
   * @returns weights that are left, of all replicas
   * @throws InputError if none would be, or for weights that are not numbers any more
   */
  mask(threshold?: number): number;
  /**
   * The formula that the weights stand for, simplified; in the layer's own inputs and float32 weights.
   * @param names of the inputs, in their order
   * @param options which output (0, if not given), which replica (0), and significant digits of the constants (6)
   * @returns text as `parse` reads it, such as "0.5*x*y+sin(6.28319*z)"
   * @throws InputError where so many weights are left that nobody could read it: `mask` first
   */
  expression(names: readonly string[], options?: { output?: number; replica?: number; digits?: number }): string;
  /**
   * Puts a formula into the wiring: the layer then computes it, with its constants as weights, and all other weights out. A
   * layer that has no inputs yet gets as many as there are names.
   * @param formula as `parse` reads it; a list of them for a layer of several outputs
   * @param names of the inputs, in their order
   * @param options which replica; all of them, if not given
   * @throws InputError where it can't be read, or doesn't fit: with what would, such as more layers or units
   */
  setExpression(formula: string | readonly string[], names: readonly string[], options?: { replica?: number }): void;
}

/** What `EqlLayer` is as a value. */
export interface EqlLayerClass {
  new (options?: EqlLayerOptions): EqlLayer;
  readonly className: string;
  fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T;
}

let unnamed = 0;

/** The class, on the tfjs that is there. It is registered, so that saved models with it can be loaded. */
export function defineEqlLayer(tf: TensorFlow): EqlLayerClass {
  class Layer extends tf.layers.Layer implements EqlLayer {
    static readonly className = "EqlLayer";
    step: number;
    private readonly settings: LayerSettings;
    private schedule: Schedule;
    private wiring: Architecture | undefined;
    private raw: Variable | undefined;
    private kept: Variable | undefined;
    private gates: Variable | undefined;
    private fused: ReturnType<typeof fusedNetwork> | undefined;
    /** Did data come through since the last step was counted? A layer that is used twice is asked for two penalties. */
    private fresh = false;

    constructor(options: EqlLayerOptions = {}) {
      super({ ...options, name: options.name ?? `eql_${++unnamed}` } as object);
      this.settings = layerSettings(options);
      this.schedule = this.settings.schedule;
      this.step = this.settings.step;
      this.addLoss(() => this.price());
    }

    /** The layer as a saved model has it. */
    static override fromConfig<T extends serialization.Serializable>(
      cls: serialization.SerializableConstructor<T>,
      { customObjects, ...options }: serialization.ConfigDict,
    ): T {
      return new cls(options);
    }

    override getConfig(): serialization.ConfigDict {
      const { layers, outputs, gains, dense, replicas, sparsity, deviations, seed, fused } = this.settings;
      const plain = {
        primitives: layers,
        outputs,
        gains,
        dense,
        replicas,
        sparsity,
        deviation: deviations,
        seed,
        fused,
      };
      const now = { penalty: this.schedule, step: this.step };
      return { ...super.getConfig(), ...(plain as object), ...(now as object) };
    }

    get penalty(): number | Schedule {
      return this.schedule;
    }
    set penalty(given: number | Schedule) {
      this.schedule = checkSchedule(given);
    }

    get weightsLeft(): number {
      return tf.tidy(() => this.parts().kept.read().sum().dataSync()[0]);
    }

    override build(inputShape: Shape | Shape[]): void {
      const shape = this.checked(inputShape);
      const inputs = shape.at(-1);
      if (typeof inputs !== "number") {
        throw new InputError(
          `${this.name}: the number of inputs must be known; the last size of ${said(shape)} isn't.`,
        );
      }
      const { replicas, sparsity, deviations, seed } = this.settings;
      this.wiring = architecture({ ...this.settings, inputs });
      const size = [replicas, weightCount(this.wiring)];
      const add = (name: string, trainable: boolean) =>
        this.addWeight(name, size, "float32", tf.initializers.zeros(), undefined, trainable);
      this.raw = add("weights", true);
      this.kept = add("kept", false);
      if (sparsity === "L0") this.gates = add("gates", true);
      this.write(initialWeights(this.wiring, deviations, replicas, seed));
      super.build(inputShape);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shape = this.checked(inputShape);
      const { replicas, outputs } = this.settings;
      return replicas === 1 ? [...shape.slice(0, -1), outputs] : [shape[0], replicas, outputs];
    }

    override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor {
      return tf.tidy(() => {
        this.invokeCallHook(inputs, kwargs);
        const [given] = Array.isArray(inputs) ? inputs : [inputs];
        const shape = this.checked(Array.isArray(inputs) ? inputs.map((each) => each.shape) : given.shape);
        this.fresh = true;
        const x = given.toFloat();
        const weights = this.effective(kwargs?.training === true);
        const { replicas, outputs } = this.settings;
        const size = shape.at(-1) as number;
        if (replicas === 1) {
          return this.network(weights, x.reshape([-1, size])).reshape([...shape.slice(0, -1), outputs] as number[]);
        }
        return this.network(weights, shape.length === 3 ? x.transpose([1, 0, 2]) : x).transpose([1, 0, 2]);
      });
    }

    mask(threshold = 0.01): number {
      const { wiring } = this.parts();
      if (!(threshold >= 0))
        throw new InputError(`The threshold of mask must be a number from 0 on, not ${threshold}.`);
      const weights = this.values();
      const count = weightCount(wiring);
      const left = weights.map((w) => (Math.abs(w) >= threshold ? w : 0));
      for (let r = 0; r < this.settings.replicas; r++) {
        const own = left.subarray(r * count, (r + 1) * count);
        alive(wiring, own).forEach((lives, i) => {
          if (!lives) own[i] = 0;
        });
      }
      if (left.every((w) => w === 0)) {
        const largest = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
        throw new InputError(
          Number.isFinite(largest)
            ? `${this.name}: mask(${threshold}) would leave no way from an input to an output. The largest weight is ` +
                `${largest.toPrecision(3)}: a lower threshold keeps more, a lower penalty larger weights.`
            : astray(this.name),
        );
      }
      this.write(left);
      return this.weightsLeft;
    }

    expression(names: readonly string[], { output = 0, replica = 0, digits = 6 } = {}): string {
      const { wiring } = this.parts();
      checkNames(names, wiring.inputs);
      const grammar = grammarOf(wiring);
      const roots = networks(wiring, this.replicaValues(replica), grammar);
      if (!roots[output]) {
        throw new InputError(`${this.name} has outputs 0 to ${roots.length - 1}; there is no output ${output}.`);
      }
      return toText(formulaOf(roots[output], names, grammar), { digits });
    }

    setExpression(
      formula: string | readonly string[],
      names: readonly string[],
      { replica }: { replica?: number } = {},
    ) {
      if (!this.built) this.build([null, names.length]);
      const { wiring } = this.parts();
      checkNames(names, wiring.inputs);
      const weights = inserted(typeof formula === "string" ? [formula] : formula, names, wiring);
      const all = this.values();
      for (let r = 0; r < this.settings.replicas; r++) {
        if (replica === undefined || this.checkedReplica(replica) === r) all.set(weights, r * weights.length);
      }
      this.write(all);
    }

    private checkedReplica(replica: number): number {
      const { replicas } = this.settings;
      if (Number.isInteger(replica) && replica >= 0 && replica < replicas) return replica;
      throw new InputError(`${this.name} has replicas 0 to ${replicas - 1}; there is no replica ${replica}.`);
    }

    /** The weights of one replica. */
    private replicaValues(replica: number): Float32Array {
      const count = weightCount(this.parts().wiring);
      const values = this.values().subarray(this.checkedReplica(replica) * count, (replica + 1) * count);
      if (!values.every(Number.isFinite)) throw new InputError(astray(this.name));
      return values;
    }

    /** The weights as the network outside training has them, of all replicas. */
    private values(): Float32Array {
      return tf.tidy(() => this.effective(false).dataSync()) as Float32Array;
    }

    /** Sets the weights of all replicas; those that are 0 are out for good. */
    private write(weights: Float32Array): void {
      const { raw, kept } = this.parts();
      const shape = raw.shape as number[];
      tf.tidy(() => {
        raw.write(tf.tensor(weights, shape));
        // Not by notEqual and a cast: plain JavaScript's backend leaves bytes behind.
        kept.write(
          tf.tensor(
            weights.map((w) => (w === 0 ? 0 : 1)),
            shape,
          ),
        );
        // A gate is even at the beginning, and what it left is no matter of chance any more.
        this.gates?.write(tf.fill(shape, this.built ? OPEN : 0));
      });
    }

    /** [replicas, weights of one] as they act: what is taken out is 0, and gates have done their work. */
    private effective(training: boolean): Tensor2D {
      const { raw, kept } = this.parts();
      const left = raw.read().mul(kept.read()) as Tensor2D;
      if (!this.gates) return left;
      const chance = training ? random(this.settings.seed, this.step) : undefined;
      const openings = (gates: Float32Array) => {
        const opened = Array.from(gates, (gate) => opening(gate, chance?.uniform()));
        return arrays(opened);
      };
      return left.mul(elementwise(tf, openings, this.gates.read()));
    }

    private network(weights: Tensor2D, x: Tensor): Tensor3D {
      const { wiring } = this.parts();
      if (!this.settings.fused || !canFuse(tf)) return operations(tf, wiring, weights, x);
      this.fused ??= fusedNetwork(tf, wiring);
      return this.fused(weights, x);
    }

    /** What this step's loss is increased by; the mean of the replicas, as their errors are averaged too. */
    private price(): Scalar {
      const price = priceAt(this.schedule, this.step);
      if (this.fresh) this.step++;
      this.fresh = false;
      if (price === 0 || this.settings.sparsity === "none") return tf.scalar(0);
      const { raw, kept } = this.parts();
      const cost = this.gates ? openChance : smoothedRoot;
      const costs = (weights: Float32Array) => arrays(Array.from(weights, cost));
      return tf.tidy(() => {
        const each = elementwise(tf, costs, (this.gates ?? raw).read());
        return each
          .mul(kept.read())
          .sum()
          .mul(price / this.settings.replicas) as Scalar;
      });
    }

    private parts() {
      const { wiring, raw, kept } = this;
      if (!wiring || !raw || !kept) {
        throw new InputError(`${this.name} has no weights yet: put it into a model, or apply it to data, before.`);
      }
      return { wiring, raw, kept };
    }

    /** @throws InputError for a shape of inputs that isn't the layer's */
    private checked(given: Shape | Shape[]): Shape {
      if (Array.isArray(given[0])) {
        if (given.length === 1) return given[0];
        throw new InputError(
          `${this.name} takes one tensor of inputs, not ${given.length}: tf.layers.concatenate() makes them one.`,
        );
      }
      const shape = given as Shape;
      const { replicas } = this.settings;
      const wanted = this.wiring?.inputs ?? "inputs";
      const forms = replicas === 1 ? [`[rows, ${wanted}]`] : [`[rows, ${wanted}]`, `[rows, ${replicas}, ${wanted}]`];
      const known = this.wiring === undefined || shape.at(-1) === this.wiring.inputs;
      const ranked =
        replicas === 1 ? shape.length >= 2 : shape.length === 2 || (shape.length === 3 && shape[1] === replicas);
      if (known && ranked) return shape;
      throw new InputError(`${this.name} takes tensors of shape ${forms.join(" or ")}; this one has ${said(shape)}.`);
    }
  }
  tf.serialization.registerClass(Layer);
  return Layer;
}

const astray = (name: string) =>
  `${name} has weights that are not numbers any more: its training went astray. Start anew, with a lower learning rate or ` +
  "another seed.";

function checkNames(names: readonly string[], inputs: number): void {
  if (Array.isArray(names) && names.length === inputs && new Set(names).size === inputs) return;
  throw new InputError(
    `The layer has ${inputs} inputs: give a name for each, such as ${JSON.stringify(["x", "y", "z", "t"].slice(0, inputs))}, ` +
      `not ${JSON.stringify(names)}.`,
  );
}

const arrays = (slopes: readonly Slope[]): Elements => ({
  value: Float32Array.from(slopes, ({ value }) => value),
  slopes: [Float32Array.from(slopes, ({ slope }) => slope)],
});

const said = (shape: Shape) => `[${shape.map((size) => size ?? "rows").join(", ")}]`;
