/**
 * EqlLayer: the equation learner as a layer of tfjs, to be trained within larger networks by whatever trains them. All its
 * weights are one variable: an optimizer's step on one is cheap, and the fused kernel takes it as it is.
 */
import type { layers, Scalar, serialization, Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node";
import { InputError } from "../errors.js";
import { toText } from "../expression/text.js";
import { jupyterDisplay, type MimeBundle } from "../notebook/display.js";
import { random } from "../random.js";
import { thinned } from "./alive.js";
import { type Architecture, architecture, weightCount } from "./architecture.js";
import { checkedShape, checkFinite, checkNames, checkReplica, said, type TensorShape } from "./checks.js";
import { type Drawing, type DrawOptions, drawNetwork } from "./draw.js";
import { elementwise } from "./elementwise.js";
import { canFuse, fusedNetwork } from "./fused.js";
import { handedOver, type PruneData, type Pruned } from "./handover.js";
import { initialWeights } from "./initial.js";
import { inserted } from "./insert.js";
import type { EqlLayer, EqlLayerClass } from "./interface.js";
import { operations } from "./operations.js";
import { checkSchedule, OPEN, openChance, opening, priceAt, type Schedule, smoothedRoot } from "./penalty.js";
import { formulaOf, grammarOf, networks } from "./readoff.js";
import { READ_OFF } from "./schedule.js";
import { type EqlLayerOptions, type LayerSettings, layerSettings, optionsOf } from "./settings.js";
import type { TensorFlow } from "./tensorflow.js";

type Variable = layers.Layer["weights"][number];

let unnamed = 0;

/** The class, on the tfjs that is there. It is registered, so that saved models with it can be loaded. */
export function defineEqlLayer(tf: TensorFlow): EqlLayerClass {
  class Layer extends tf.layers.Layer implements EqlLayer {
    static readonly className = "EqlLayer";
    step: number;
    private readonly settings: LayerSettings;
    private schedule: Schedule;
    /** What it is once it is built: its wiring, and weights of shape [replicas, weights of one]. */
    private wiring: Architecture | undefined;
    private raw: Variable | undefined;
    /** 1 for a weight that is there, 0 for one that was taken out. */
    private kept: Variable | undefined;
    /** Parameters of the gates of L0. */
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
      const now = { ...this.settings, schedule: this.schedule, step: this.step };
      return { ...super.getConfig(), ...(optionsOf(now) as object) };
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

    override build(inputShape: TensorShape | TensorShape[]): void {
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

    override computeOutputShape(inputShape: TensorShape | TensorShape[]): TensorShape {
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
        if (replicas === 1) {
          const rows = x.reshape([-1, this.parts().wiring.inputs]);
          return this.network(weights, rows).reshape([...shape.slice(0, -1), outputs] as number[]);
        }
        return this.network(weights, shape.length === 3 ? x.transpose([1, 0, 2]) : x).transpose([1, 0, 2]);
      });
    }

    mask(threshold = READ_OFF): number {
      const { wiring } = this.parts();
      if (!(threshold >= 0)) {
        throw new InputError(`The threshold of mask must be a number from 0 on, not ${threshold}.`);
      }
      const weights = this.values();
      const left = thinned(wiring, weights, threshold);
      if (left.every((w) => w === 0)) {
        checkFinite(weights, this.name);
        const largest = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
        throw new InputError(
          `${this.name}: mask(${threshold}) would leave no way from an input to an output. The largest weight is ` +
            `${largest.toPrecision(3)}: a lower threshold keeps more, a lower penalty larger weights.`,
        );
      }
      this.write(left);
      return this.weightsLeft;
    }

    expression(names: readonly string[], { output = 0, replica = 0, digits = 6 } = {}): string {
      const { wiring } = this.parts();
      checkNames(names, wiring.inputs);
      const grammar = grammarOf(wiring);
      const roots = networks(wiring, this.valuesOf(replica), grammar);
      if (!roots[output]) {
        throw new InputError(`${this.name} has outputs 0 to ${roots.length - 1}; there is no output ${output}.`);
      }
      return toText(formulaOf(roots[output], names, grammar), { digits });
    }

    prune(data: PruneData, { names, replica = 0 }: { names?: readonly string[]; replica?: number } = {}): Pruned {
      const { wiring } = this.parts();
      const called = names ?? Array.from({ length: wiring.inputs }, (_, i) => `x${i + 1}`);
      checkNames(called, wiring.inputs);
      const { weights, ...found } = handedOver(wiring, this.valuesOf(replica), data, called);
      this.replace(weights, replica);
      return { ...found, weightsLeft: this.weightsLeft };
    }

    setExpression(
      formula: string | readonly string[],
      names: readonly string[],
      options: { replica?: number } = {},
    ): void {
      if (!this.built) this.build([null, names.length]);
      const { wiring } = this.parts();
      checkNames(names, wiring.inputs);
      this.replace(inserted(typeof formula === "string" ? [formula] : formula, names, wiring), options.replica);
    }

    draw({ replica = 0, ...options }: DrawOptions & { replica?: number } = {}): Drawing {
      return drawNetwork(this.parts().wiring, this.valuesOf(replica), { title: this.name, ...options });
    }

    [jupyterDisplay](): MimeBundle | Promise<MimeBundle> {
      return this.draw()[jupyterDisplay]();
    }

    /** The weights as the network outside training has them, of all replicas. */
    private values(): Float32Array {
      return tf.tidy(() => this.effective(false).dataSync()) as Float32Array;
    }

    private valuesOf(replica: number): Float32Array {
      checkReplica(replica, this.settings.replicas, this.name);
      const count = weightCount(this.parts().wiring);
      const values = this.values().subarray(replica * count, (replica + 1) * count);
      checkFinite(values, this.name);
      return values;
    }

    /** Sets the weights of one replica, or of each. */
    private replace(weights: Float32Array, replica: number | undefined): void {
      const { replicas } = this.settings;
      if (replica !== undefined) checkReplica(replica, replicas, this.name);
      const all = this.values();
      for (let r = 0; r < replicas; r++)
        if (replica === undefined || r === replica) all.set(weights, r * weights.length);
      this.write(all);
    }

    /** Sets the weights of all replicas; those that are 0 are out for good. */
    private write(weights: Float32Array): void {
      const { raw, kept } = this.parts();
      const shape = raw.shape as number[];
      // Not by notEqual and a cast: plain JavaScript's backend leaves bytes behind.
      const there = weights.map((w) => (w === 0 ? 0 : 1));
      tf.tidy(() => {
        raw.write(tf.tensor(weights, shape));
        kept.write(tf.tensor(there, shape));
        // A gate is even at the beginning, and what it left is no matter of chance any more.
        this.gates?.write(tf.fill(shape, this.built ? OPEN : 0));
      });
    }

    /** The weights as they act: what is taken out is 0, and gates have done their work. */
    private effective(training: boolean): Tensor2D {
      const { raw, kept } = this.parts();
      const left = raw.read().mul(kept.read()) as Tensor2D;
      if (!this.gates) return left;
      const chance = training ? random(this.settings.seed, this.step) : undefined;
      return left.mul(elementwise(tf, (gate) => opening(gate, chance?.uniform()), this.gates.read()));
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
      return tf.tidy(() => {
        const each = elementwise(tf, this.gates ? openChance : smoothedRoot, (this.gates ?? raw).read());
        return each
          .mul(kept.read())
          .sum()
          .mul(price / this.settings.replicas) as Scalar;
      });
    }

    private parts() {
      const { wiring, raw, kept } = this;
      if (wiring && raw && kept) return { wiring, raw, kept };
      throw new InputError(`${this.name} has no weights yet: put it into a model, or apply it to data, before.`);
    }

    private checked(shape: TensorShape | TensorShape[]): TensorShape {
      return checkedShape(shape, { name: this.name, inputs: this.wiring?.inputs, replicas: this.settings.replicas });
    }
  }
  tf.serialization.registerClass(Layer);
  return Layer;
}
