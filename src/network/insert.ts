/** A formula given as text, put into a wiring; where it doesn't fit, what would. */
import { didYouMean, InputError, list } from "../errors.js";
import { variables } from "../expression/build.js";
import { parse } from "../expression/parse.js";
import { PRIMITIVES } from "../primitives.js";
import { canonical } from "../search/canonical.js";
import type { Grammar } from "../search/grammar.js";
import { type Affine, input, single } from "../search/network.js";
import { NotInGrammar, networkOf } from "../search/read.js";
import type { Architecture } from "./architecture.js";
import { place } from "./place.js";
import { grammarOf } from "./readoff.js";

/** Units of a primitive that advice adds to every layer. */
const SPARE = 8;

/**
 * @param formulas one for each output
 * @param names of the inputs
 * @returns the weights of one replica
 * @throws InputError for what can't be read, and for what has no place: with what would have
 */
export function inserted(formulas: readonly string[], names: readonly string[], of: Architecture): Float32Array {
  if (formulas.length !== of.outputs) {
    throw new InputError(`The layer has ${of.outputs} outputs: give a formula for each, not ${formulas.length}.`);
  }
  const weights = attempt(formulas, names, of);
  if (weights) return weights;
  throw new InputError(
    `${formulas.map((f) => `"${f}"`).join(", ")}: no place in this layer. ${advice(formulas, names, of)}`,
  );
}

/** @throws NotInGrammar, InputError */
function attempt(formulas: readonly string[], names: readonly string[], of: Architecture): Float32Array | undefined {
  const grammar = grammarOf(of);
  const roots = formulas.map((text) => read(text, names, grammar));
  return roots.includes(undefined) ? undefined : place(roots as Affine[], of, grammar);
}

/** The network of a formula; undefined where the grammar has no such function. */
function read(text: string, names: readonly string[], grammar: Grammar): Affine | undefined {
  const tree = parsed(text);
  const unknown = variables(tree).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `"${text}": the layer has no input "${unknown}".${didYouMean(unknown, names)} Its inputs are ${list(names)}.`,
    );
  }
  const given = Object.fromEntries(names.map((name, i) => [name, single(input(i))]));
  try {
    return canonical(networkOf(tree, given, grammar), grammar);
  } catch (error) {
    if (error instanceof NotInGrammar) return undefined;
    throw error;
  }
}

function parsed(text: string) {
  try {
    return parse(text);
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}

/** The least change of the wiring with which the formulas would fit. */
function advice(formulas: readonly string[], names: readonly string[], of: Architecture): string {
  const fits = (changed: Partial<Architecture>) => attempt(formulas, names, { ...of, ...changed }) !== undefined;
  const deeper = (by: number) => [...of.layers, ...new Array(by).fill(of.layers[of.layers.length - 1])];
  const wider = (layers: Architecture["layers"], times: number) =>
    layers.map((layer) => layer.flatMap((name) => new Array(times).fill(name)));
  if (!of.dense && fits({ dense: true }))
    return "It would have one with dense: true, where every layer sees the inputs and a 1.";
  const most = of.layers.length;
  for (const by of [1, 2, 3]) {
    if (fits({ layers: deeper(by) })) return `It would have one with ${most + by} hidden layers; there are ${most}.`;
  }
  for (const times of [2, 4]) {
    if (fits({ layers: wider(of.layers, times) })) {
      return `It would have one with ${times} times as many units of each primitive in every hidden layer.`;
    }
  }
  const trained = Object.keys(PRIMITIVES).filter((name) => PRIMITIVES[name].trained);
  for (const name of trained) {
    const layers = of.layers.map((layer) => [...layer, ...new Array(SPARE).fill(name)]);
    if (fits({ layers }))
      return `It would have one with ${of.layers.flat().includes(name) ? "more " : ""}units of the primitive "${name}".`;
  }
  const all = deeper(3).map((layer) => [
    ...wider([layer], 4)[0],
    ...trained.flatMap((name) => new Array(SPARE).fill(name)),
  ]);
  const spacious = fits({ layers: all, dense: true });
  return spacious
    ? "It needs more hidden layers and primitives that the layer doesn't have."
    : `No layer of the primitives ${list(trained)} has one.`;
}
