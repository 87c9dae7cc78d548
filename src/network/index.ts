/**
 * EqlLayer as a cell imports it. It is a class on top of tfjs, which takes a second to load: that happens with the first use of
 * the class, not with the import of eqlab.
 */
import type { EqlLayerClass, EqlLayer as Instance } from "./interface.js";
import { defineEqlLayer } from "./layer.js";
import { tensorFlow } from "./tensorflow.js";

let defined: EqlLayerClass | undefined;
function loaded(): EqlLayerClass {
  defined ??= defineEqlLayer(tensorFlow());
  return defined;
}

export type EqlLayer = Instance;

/**
 * The equation learner as a layer of tfjs: `new EqlLayer({ outputs: 1 })` goes wherever `tf.layers.dense({ units: 1 })` can.
 * A process that only loads a saved model names it once before, as any layer of one's own:
 * `tf.serialization.registerClass(EqlLayer)`.
 */
export const EqlLayer: EqlLayerClass = new Proxy(function EqlLayer() {} as unknown as EqlLayerClass, {
  // A subclass is made as itself.
  construct: (_, args, maker) => Reflect.construct(loaded(), args, (maker as unknown) === EqlLayer ? loaded() : maker),
  get: (_, key) => Reflect.get(loaded(), key),
  has: (_, key) => Reflect.has(loaded(), key),
});

export type { Drawing, DrawOptions } from "./draw.js";
export type { PruneData, Pruned } from "./handover.js";
export type { Schedule } from "./penalty.js";
export type { EqlLayerOptions } from "./settings.js";
