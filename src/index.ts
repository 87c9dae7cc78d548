/** The table of contents: what a cell imports from "eqlab". */
// biome-ignore-all assist/source/organizeImports: a table of contents has its own order

// From a table to a law.
export { readCsv } from "./csv.js";
export type { CustomPrimitive } from "./custom.js";
export { discover } from "./discover.js";
export { InputError } from "./errors.js";
export type { DiscoverOptions, Progress } from "./options.js";
export { stopWorkers } from "./parallel/pool.js";
export type { Candidate, Result } from "./result.js";

// Formulas as trees.
export { complexity } from "./expression/complexity.js";
export { differentiate } from "./expression/differentiate.js";
export { evaluate } from "./expression/evaluate.js";
export { toJavaScript } from "./expression/javascript.js";
export { toMathML } from "./expression/mathml.js";
export { parse } from "./expression/parse.js";
export { toPython } from "./expression/python.js";
export { toTeX } from "./expression/tex.js";
export { toText } from "./expression/text.js";
export type { Expression } from "./expression/tree.js";

// The trained network, by itself and as a layer of tfjs.
export { type Architecture, architecture, arity, shapes } from "./network/architecture.js";
export { type Drawing, type DrawOptions, drawNetwork } from "./network/draw.js";
export { EqlLayer, type EqlLayerOptions, type PruneData, type Pruned, type Schedule } from "./network/index.js";
export { type Snapshot, type Trained, type TrainOptions, train } from "./network/train.js";

// From images to a law.
export { readIdx } from "./vision/idx.js";
export { type ImageSet, imageSet, slice } from "./vision/images.js";
export type { LearnOptions, LearnProgress } from "./vision/learn-options.js";
export type { Judgement, Learned } from "./vision/learned.js";
export { learnBaseline, learnFromImages } from "./vision/learner.js";
export { mnist } from "./vision/mnist.js";

// Laws of motion with hidden parameters.
export { StepMap, type StepMapOptions } from "./dynamics/baseline.js";
export { type GeneratedSeries, kinematics, oscillator, pendulum, withNoise } from "./dynamics/generate.js";
export { latentFormula } from "./dynamics/latent-formula.js";
export { EqlDynamics, type Inferred } from "./dynamics/learner.js";
export type { DynamicsOptions } from "./dynamics/options.js";
export type { DynamicsResult } from "./dynamics/result.js";

// On the page.
export { show } from "./notebook/display.js";
export { figure } from "./notebook/figure.js";
export { tex } from "./notebook/formula.js";
export { table } from "./notebook/table.js";
