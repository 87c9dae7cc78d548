/**
 * Which weights of a network with holes do anything: those from something that isn't always 0 to something that reaches an
 * output.
 */
import { PRIMITIVES } from "../primitives.js";
import { type Architecture, arity, shapes, weightCount } from "./architecture.js";

/**
 * @param weights of one replica
 * @returns 1 for every weight that does something, else 0
 */
export function alive(of: Architecture, weights: ArrayLike<number>): Uint8Array {
  const kept = Uint8Array.from({ length: weightCount(of) }, (_, i) => (weights[i] !== 0 ? 1 : 0));
  const matrices = shapes(of);

  // Forwards: what is 0 for any input has nothing to give.
  let zero: boolean[] = new Array(of.inputs).fill(false);
  matrices.forEach(({ rows, columns, offset }, k) => {
    const empty: boolean[] = new Array(columns).fill(true);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = offset + row * columns + column;
        if (zero[row]) kept[at] = 0;
        if (kept[at]) empty[column] = false;
      }
    }
    if (k === of.layers.length) return;
    zero = columnsOf(of.layers[k]).map(({ name, columns: own }) => isZero(name, own, empty, of));
  });

  // Backwards: what no output sees needs nothing.
  let needed: boolean[] = new Array(of.outputs).fill(true);
  for (let k = matrices.length - 1; k >= 0; k--) {
    const { rows, columns, offset } = matrices[k];
    const seen: boolean[] = new Array(rows).fill(false);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = offset + row * columns + column;
        if (!needed[column]) kept[at] = 0;
        if (kept[at]) seen[row] = true;
      }
    }
    if (k === 0) break;
    needed = columnsOf(of.layers[k - 1]).flatMap(({ columns: own }, unit) => own.map(() => seen[unit]));
  }
  return kept;
}

/**
 * @param weights of all replicas
 * @returns the weights, with 0 in place of those smaller than the threshold and of those that do nothing without them
 */
export function thinned(of: Architecture, weights: Float32Array, threshold: number): Float32Array {
  // Replicas that went astray are none any more, unless it is all of them.
  const left = weights.map((w) => (Math.abs(w) >= threshold && Number.isFinite(w) ? w : 0));
  const count = weightCount(of);
  for (let at = 0; at < left.length; at += count) {
    const own = left.subarray(at, at + count);
    const lives = alive(of, own);
    own.forEach((w, i) => {
      own[i] = lives[i] ? w : 0;
    });
  }
  return left;
}

/** The pre-activations of each unit of a layer, by their numbers. */
export function columnsOf(layer: readonly string[]): { readonly name: string; readonly columns: number[] }[] {
  let next = 0;
  return layer.map((name) => ({ name, columns: Array.from({ length: arity(name) }, () => next++) }));
}

/** Is the unit 0 because pre-activations of it are? */
function isZero(name: string, columns: readonly number[], empty: readonly boolean[], { gains }: Architecture): boolean {
  const { trained, value } = PRIMITIVES[name];
  const gain = trained?.[gains];
  if (!gain || columns.length === 0) return false;
  const f = trained.smoothed?.value ?? value;
  // Any other pre-activation may have any value: two of them tell.
  return [0.7, -1.3].every(
    (other) => gain.outer * f(...columns.map((c) => (empty[c] ? 0 : other))) + gain.offset === 0,
  );
}
