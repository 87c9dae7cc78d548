/** EqlLayer as its user sees it. */
import type { layers, serialization } from "@tensorflow/tfjs-node";
import type { Displayable } from "../notebook/display.js";
import type { Drawing, DrawOptions } from "./draw.js";
import type { PruneData, Pruned } from "./handover.js";
import type { Schedule } from "./penalty.js";
import type { EqlLayerOptions } from "./settings.js";

/** An equation learner as a layer of tfjs. */
export interface EqlLayer extends layers.Layer, Displayable {
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
   * Fits what is left of the weights to given rows, in float64, and takes out one after the other as long as the description of
   * the rows gets shorter: the search's own fit and pruning. Call `mask` before it.
   * @param data what goes into the layer and what should come out, such as an encoder's output for the training rows
   * @param options names of the inputs, for the formulas (x1, x2, … if not given); which replica (0)
   * @throws InputError for rows that don't fit the layer
   */
  prune(data: PruneData, options?: { names?: readonly string[]; replica?: number }): Pruned;
  /**
   * The network as a drawing, with the weights that are left. As the last expression of a cell the layer draws itself.
   * @param options names of inputs and outputs, a title; which replica (0)
   */
  draw(options?: DrawOptions & { replica?: number }): Drawing;
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
