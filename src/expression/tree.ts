/**
 * The expression tree: what a formula is once the search has found it. Everything a person or another program sees of
 * a law (value, derivative, size, text, TeX, JavaScript, Python) is computed from this tree.
 *
 * Differences, quotients and signs have no kinds of their own: a − b is a sum with a term −1·b, a / b a product with a
 * factor b^−1. The printers put them back.
 */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "sum"; readonly terms: readonly Expression[] }
  | { readonly kind: "product"; readonly factors: readonly Expression[] }
  | { readonly kind: "power"; readonly base: Expression; readonly exponent: Expression }
  | { readonly kind: "call"; readonly primitive: string; readonly arguments: readonly Expression[] };
