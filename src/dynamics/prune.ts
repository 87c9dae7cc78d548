/** Laws without one of the terms that stand inside functions and products, with their constants merged as far as they can be. */
import { call, power, product, sum, variable, variables } from "../expression/build.js";
import type { Expression } from "../expression/tree.js";
import { gauged } from "./gauge.js";
import { closed, type Law } from "./law.js";
import { opened, ordered, substituted } from "./opened.js";

/** Each law that is left if one term inside goes: sin(θ·(a + b·v²)) makes sin(a·θ) and sin(b·θ·v²). */
export function withoutInnerTerms(law: Law): Law[] {
  const whole = closed(law);
  return law.equations.flatMap((_, state) => {
    const equation = whole[state];
    const terms = equation.kind === "sum" ? equation.terms : [equation];
    return terms.flatMap((term, t) =>
      shorter(term).map((simpler) => lawOf(law, state, sum(...terms.map((other, k) => (k === t ? simpler : other))))),
    );
  });
}

function lawOf(law: Law, state: number, equation: Expression): Law {
  const open = opened(equation);
  const own = (name: string) => `less${state}${name}`;
  const tree = substituted(open.tree, new Map(open.names.map((name) => [name, variable(own(name))])));
  const equations = law.equations.map((other, k) =>
    k === state ? ordered(tree, [...law.latents, ...law.states]) : other,
  );
  const used = new Set(equations.flatMap((other) => variables(other)));
  const kept = law.constants.flatMap((name, k) => (used.has(name) ? [{ name, value: law.values[k] }] : []));
  return gauged({
    ...law,
    equations,
    constants: [...kept.map(({ name }) => name), ...open.names.map(own)],
    values: Float64Array.from([...kept.map(({ value }) => value), ...open.values]),
  });
}

/** The formula without one term of one sum in it. */
function shorter(node: Expression): Expression[] {
  switch (node.kind) {
    case "number":
    case "variable":
      return [];
    case "sum":
      return node.terms.flatMap((term, t) => {
        const others = node.terms.filter((_, k) => k !== t);
        return [sum(...others), ...shorter(term).map((simpler) => sum(...others, simpler))];
      });
    case "product":
      return node.factors.flatMap((factor, f) =>
        shorter(factor).map((simpler) => product(...node.factors.map((other, k) => (k === f ? simpler : other)))),
      );
    case "power":
      return shorter(node.base).map((base) => power(base, node.exponent));
    case "call":
      return shorter(node.arguments[0]).map((argument) => call(node.primitive, argument));
  }
}
