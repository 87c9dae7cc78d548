/**
 * A formula as a person writes it: with differences, quotients, roots and signs, which the tree does not have. Every
 * printer and the complexity read this layout, so a formula looks the same, and counts the same, in all of them.
 */
import { number } from "./build.js";
import type { Expression } from "./tree.js";

export type Layout =
  /** Never negative: a sign is a node of its own. */
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negative"; readonly of: Layout }
  | { readonly kind: "sum"; readonly terms: readonly Signed[] }
  /** The factors over and under the fraction bar; with nothing over it, a 1 is written there. */
  | { readonly kind: "product"; readonly over: readonly Layout[]; readonly under: readonly Layout[] }
  | { readonly kind: "power"; readonly base: Layout; readonly exponent: Layout }
  | { readonly kind: "call"; readonly name: string; readonly argument: Layout };

export interface Signed {
  readonly negative: boolean;
  readonly body: Layout;
}

export function layout(expression: Expression): Layout {
  const { negative, body } = signed(expression);
  return negative ? { kind: "negative", of: body } : body;
}

/** p/q if a number is that fraction to its last bit and the decimals would not end: 1/3 instead of 0.3333333333333333. */
export function fraction(value: number): readonly [number, number] | undefined {
  if (String(value).length < 15) return undefined;
  for (let q = 3; q <= 12; q++) {
    const p = Math.round(value * q);
    if (p > 0 && p <= 100 && p / q === value) return [p, q];
  }
  return undefined;
}

function signed(node: Expression): Signed {
  switch (node.kind) {
    case "number":
      return { negative: node.value < 0, body: { kind: "number", value: Math.abs(node.value) } };
    case "variable":
      return plus({ kind: "name", name: node.name });
    case "sum":
      return plus({ kind: "sum", terms: positiveFirst(node.terms.map(signed)) });
    case "product":
      return signedProduct(node.factors);
    case "power":
      return plus(layoutPower(node.base, node.exponent));
    case "call":
      return plus({ kind: "call", name: node.primitive, argument: layout(node.arguments[0]) });
  }
}

function plus(body: Layout): Signed {
  return { negative: false, body };
}

/** 1 − x² rather than −x² + 1. */
function positiveFirst(terms: readonly Signed[]): readonly Signed[] {
  const first = terms.findIndex((term) => !term.negative);
  return first <= 0 ? terms : [terms[first], ...terms.slice(0, first), ...terms.slice(first + 1)];
}

function signedProduct(factors: readonly Expression[]): Signed {
  let negative = false;
  const over: Layout[] = [];
  const under: Layout[] = [];
  const visible = factors.filter((factor) => {
    if (factor.kind !== "number") return true;
    if (factor.value < 0) negative = !negative;
    return Math.abs(factor.value) !== 1;
  });
  if (visible.length === 0) return { negative, body: { kind: "number", value: 1 } };
  if (visible.length === 1 && visible[0].kind !== "number") {
    const only = signed(visible[0]);
    return { negative: negative !== only.negative, body: only.body };
  }
  for (const factor of visible) {
    const inverse = inverseOf(factor);
    if (inverse) {
      under.push(layout(inverse));
      continue;
    }
    const part = signed(factor);
    if (factor.kind !== "number" && part.negative) negative = !negative;
    const nested = part.body.kind === "product" ? part.body : undefined;
    over.push(...(nested ? nested.over : [part.body]));
    under.push(...(nested ? nested.under : []));
  }
  return { negative, body: { kind: "product", ...unitFractionBelow(over, under) } };
}

/** x/3 rather than 1/3*x. */
function unitFractionBelow(over: Layout[], under: Layout[]): { over: Layout[]; under: Layout[] } {
  const place = over.findIndex((part) => part.kind === "number" && fraction(part.value)?.[0] === 1);
  const part = over[place];
  if (over.length < 2 || part?.kind !== "number") return { over, under };
  const q = fraction(part.value)?.[1] as number;
  return { over: over.filter((_, i) => i !== place), under: [{ kind: "number", value: q }, ...under] };
}

/** 1/u if u^−p is better written below a fraction bar. */
function inverseOf(node: Expression): Expression | undefined {
  if (node.kind !== "power" || node.exponent.kind !== "number" || !(node.exponent.value < 0)) return undefined;
  const p = -node.exponent.value;
  return p === 1 ? node.base : { kind: "power", base: node.base, exponent: number(p) };
}

function layoutPower(base: Expression, exponent: Expression): Layout {
  if (exponent.kind === "number") {
    if (exponent.value === 0.5) return { kind: "call", name: "sqrt", argument: layout(base) };
    if (exponent.value === -0.5) return { kind: "product", over: [], under: [layoutPower(base, number(0.5))] };
    if (exponent.value === -1) return { kind: "product", over: [], under: [layout(base)] };
  }
  return { kind: "power", base: layout(base), exponent: layout(exponent) };
}
