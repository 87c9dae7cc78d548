/**
 * Straight use of a function: over the data it hardly bends, so sin(εx)/ε is a longer name of x. With ε small enough such a
 * name fits nearly anything a little better than the plain one does, and its constants run to extremes. The search is
 * therefore offered the plain name wherever a function bends little, and refuses the long one where it bends next to nothing.
 * A function that bends, but like a parabola, is in the same way a longer name of a square: cos(εx) of 1 − ε²x²/2.
 */
import { range } from "../columns.js";
import { Circuit, type UnitColumns } from "./circuit.js";
import type { Fitter } from "./fit.js";
import type { Pointer } from "./kernel/memory.js";
import { type Affine, affine, copyAffine, type Factor, factor, type Link, productOf } from "./network.js";

/**
 * How much a function's slope varies over the data, relative to the largest, or how far it is from a straight line, relative
 * to its change: below the first the plain name is offered, below the second the long one is refused.
 */
export const LITTLE = 0.02;
export const NEXT_TO_NOTHING = 1e-6;

/**
 * The network with the functions and powers that bend less than `bend` replaced by their tangents, and functions that differ as
 * little from a parabola by a square; not canonical and not fitted. Undefined where there are none.
 */
export function straightened(root: Affine, bend: number, fitter: Fitter): Affine | undefined {
  const { sample, grammar } = fitter;
  const { memory, n } = sample;
  const copy = copyAffine(root);
  const mark = memory.mark();
  const circuit = new Circuit(copy, sample, grammar);
  circuit.forward();
  let found = false;
  copy.links.forEach((link, k) => {
    visit(link, circuit.top[k]);
  });
  memory.release(mark);
  return found ? copy : undefined;

  function visit(link: Link, { unit, inputs, derivatives }: UnitColumns): void {
    for (const { links } of inputs) for (const { link: inner, unit: below } of links) visit(inner, below);
    if (unit.kind === "function" && inputs.length === 1) straightenFunction(link, inputs[0].value, derivatives[0]);
    if (unit.kind !== "product") return;
    for (const [k, { value }] of inputs.entries()) straightenPower(link, unit.factors[k], value);
  }

  function straightenFunction(link: Link, argument: Pointer, slope: Pointer): void {
    if (!(variation(slope) < bend)) {
      squareOf(link, argument, slope);
      return;
    }
    const { value, derivative } = grammar.functions[link.unit.index];
    const [{ input }] = link.unit.factors;
    const centre = middle(argument);
    const scale = derivative(centre);
    const links = input.links.map(({ weight, unit }) => ({ weight: scale * weight, unit }));
    const bias = value(centre) + scale * (input.bias - centre);
    // A bias within the tangent's own error is none.
    const needed = Math.abs(bias) > bend * Math.abs(scale) * memory.kernel.largest(argument, n);
    link.unit = productOf(factor(affine(links, needed ? bias : undefined)));
    found = true;
  }

  /** f(u) is about f(c) − f′²/2f″ + f″/2·(u − c + f′/f″)² near u = c, if its slope is a straight line. */
  function squareOf(link: Link, argument: Pointer, slope: Pointer): void {
    if (!grammar.powers.includes(2)) return;
    const [u, slopes] = [memory.view(argument, n), memory.view(slope, n)];
    const [low, high] = range(u);
    const first = slopes[u.indexOf(low)];
    const curvature = (slopes[u.indexOf(high)] - first) / (high - low);
    const most = bend * Math.abs(curvature) * (high - low);
    if (!u.every((at, i) => Math.abs(slopes[i] - first - curvature * (at - low)) < most)) return;
    const { value, derivative } = grammar.functions[link.unit.index];
    const [{ input }] = link.unit.factors;
    const centre = (low + high) / 2;
    const shift = derivative(centre) / curvature - centre;
    const square = productOf(factor(affine(input.links, input.bias + shift), 2));
    const vertex = value(centre) - derivative(centre) ** 2 / (2 * curvature);
    link.unit = productOf(factor(affine([{ weight: curvature / 2, unit: square }], vertex)));
    found = true;
  }

  /** u^p is about p·c^(p−1)·(u + c/p − c) near u = c. */
  function straightenPower(link: Link, of: Factor, base: Pointer): void {
    const { power: p, input } = of;
    if (p === 1 || p === 0 || !(Math.abs(p - 1) * variation(base) < bend)) return;
    const centre = middle(base);
    link.weight *= p * centre ** (p - 1);
    input.bias += centre / p - centre;
    input.biased = true;
    of.power = 1;
    of.free = false;
    found = true;
  }

  /** Difference of the extremes, relative to the larger. */
  function variation(column: Pointer): number {
    const [low, high] = range(memory.view(column, n));
    return (high - low) / Math.max(Math.abs(low), Math.abs(high));
  }

  function middle(column: Pointer): number {
    const [low, high] = range(memory.view(column, n));
    return (low + high) / 2;
  }
}
