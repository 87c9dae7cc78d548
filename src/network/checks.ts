/** What can be wrong with what an EqlLayer is given, in words. */
import { InputError } from "../errors.js";

/** Of a tensor: null where it isn't known yet. */
export type TensorShape = (number | null)[];

export const said = (shape: TensorShape) => `[${shape.map((size) => size ?? "rows").join(", ")}]`;

/**
 * @param given a shape of inputs, or a list of them
 * @param layer its name, inputs (undefined before it is built) and replicas
 * @throws InputError for any but [rows, inputs] and what else the layer takes
 */
export function checkedShape(
  given: TensorShape | TensorShape[],
  { name, inputs, replicas }: { readonly name: string; readonly inputs: number | undefined; readonly replicas: number },
): TensorShape {
  if (Array.isArray(given[0])) {
    if (given.length === 1) return given[0];
    throw new InputError(
      `${name} takes one tensor of inputs, not ${given.length}: tf.layers.concatenate() makes them one.`,
    );
  }
  const shape = given as TensorShape;
  const ranked =
    replicas === 1 ? shape.length >= 2 : shape.length === 2 || (shape.length === 3 && shape[1] === replicas);
  if (ranked && (inputs === undefined || shape.at(-1) === inputs)) return shape;
  const wanted = inputs ?? "inputs";
  const forms = replicas === 1 ? [`[rows, ${wanted}]`] : [`[rows, ${wanted}]`, `[rows, ${replicas}, ${wanted}]`];
  throw new InputError(`${name} takes tensors of shape ${forms.join(" or ")}; this one has ${said(shape)}.`);
}

/** @throws InputError */
export function checkNames(names: readonly string[], inputs: number): void {
  if (Array.isArray(names) && names.length === inputs && new Set(names).size === inputs) return;
  throw new InputError(
    `The layer has ${inputs} inputs: give a name for each, such as ${JSON.stringify(["x", "y", "z", "t"].slice(0, inputs))}, ` +
      `not ${JSON.stringify(names)}.`,
  );
}

/** @throws InputError */
export function checkReplica(replica: number, replicas: number, name: string): void {
  if (Number.isInteger(replica) && replica >= 0 && replica < replicas) return;
  throw new InputError(`${name} has replicas 0 to ${replicas - 1}; there is no replica ${replica}.`);
}

/** @throws InputError for weights that are not numbers */
export function checkFinite(weights: Float32Array, name: string): void {
  if (weights.every(Number.isFinite)) return;
  throw new InputError(
    `${name} has weights that are not numbers any more: its training went astray. Start anew, with a lower learning rate or ` +
      "another seed.",
  );
}
