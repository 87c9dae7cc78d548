/** The derivative of a formula by one of its variables, as a formula. */
import { call, number, power, product, sum } from "./build.js";
import { functionNamed } from "./functions.js";
import type { Expression } from "./tree.js";

export function differentiate(expression: Expression, by: string): Expression {
  const d = (node: Expression): Expression => {
    switch (node.kind) {
      case "number":
        return number(0);
      case "variable":
        return number(node.name === by ? 1 : 0);
      case "sum":
        return sum(...node.terms.map(d));
      case "product":
        return sum(
          ...node.factors.map((factor, i) =>
            product(...node.factors.slice(0, i), d(factor), ...node.factors.slice(i + 1)),
          ),
        );
      case "power":
        return derivativeOfPower(node.base, node.exponent, d);
      case "call": {
        const [u] = node.arguments;
        return product(d(u), functionNamed(node.primitive).derivative(u));
      }
    }
  };
  return d(expression);
}

function derivativeOfPower(u: Expression, p: Expression, d: (node: Expression) => Expression): Expression {
  const [du, dp] = [d(u), d(p)];
  const byBase = isZero(du) ? du : product(p, du, power(u, sum(p, number(-1))));
  const byExponent = isZero(dp) ? dp : product(power(u, p), call("log", u), dp);
  return sum(byBase, byExponent);
}

function isZero(node: Expression): boolean {
  return node.kind === "number" && node.value === 0;
}
