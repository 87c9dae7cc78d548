/**
 * The size of a formula: its nodes as a person counts them in the printed text.
 *
 * A number (also a fraction such as 2/3, and with its sign), a name, each of + − * / ^ and each function name count 1;
 * a minus in front, parentheses and a coefficient of ±1 are free. So x^p is 3, a/b 3, 1/x 3, sqrt(x) 2,
 * -2*x+y 5, 1/(1+exp(-x)) 6.
 */
import { type Layout, layout } from "./layout.js";
import type { Expression } from "./tree.js";

export function complexity(expression: Expression): number {
  return count(layout(expression));
}

function count(node: Layout): number {
  switch (node.kind) {
    case "number":
    case "name":
      return 1;
    case "negative":
      return count(node.of);
    case "sum":
      return total(node.terms.map((term) => term.body)) + node.terms.length - 1;
    case "product": {
      const one = node.over.length === 0 ? 1 : 0;
      return total(node.over) + total(node.under) + one + (node.over.length + node.under.length + one - 1);
    }
    case "power":
      return count(node.base) + 1 + count(node.exponent);
    case "call":
      return 1 + count(node.argument);
  }
}

function total(nodes: readonly Layout[]): number {
  return nodes.reduce((sum, node) => sum + count(node), 0);
}
