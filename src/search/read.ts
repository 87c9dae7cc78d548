/** From a formula to a network: the way back of formula.ts. */
import { functionNamed } from "../expression/functions.js";
import type { Expression } from "../expression/tree.js";
import type { Grammar } from "./grammar.js";
import { type Affine, affine, factor, functionOf, productOf, single } from "./network.js";

const QUARTER = Math.PI / 2;

/** A part of a formula for which the grammar has nothing. */
export class NotInGrammar extends Error {
  override readonly name = "NotInGrammar";
}

/**
 * The network of a formula; not canonical, and with the units of `variables` shared, not copied.
 * @param variables the network of each variable by its name
 * @throws NotInGrammar that names the missing function or variable
 */
export function networkOf(formula: Expression, variables: Readonly<Record<string, Affine>>, grammar: Grammar): Affine {
  const read = (node: Expression): Affine => {
    switch (node.kind) {
      case "number":
        return affine([], node.value);
      case "variable":
        if (!Object.hasOwn(variables, node.name)) throw new NotInGrammar(node.name);
        return variables[node.name];
      case "sum":
        return added(node.terms.map(read));
      case "product":
        return multiplied(node.factors);
      case "power":
        return raised(node.base, node.exponent);
      case "call":
        return called(node.primitive, node.arguments[0]);
    }
  };

  const multiplied = (parts: readonly Expression[]): Affine => {
    const factors = parts.map(read);
    const coefficient = factors.filter(isConstant).reduce((product, { bias }) => product * bias, 1);
    const others = factors.filter((f) => !isConstant(f));
    if (others.length === 0) return affine([], coefficient);
    if (others.length === 1) return scaled(others[0], coefficient);
    return single(productOf(...others.map((f) => factor(f))), coefficient);
  };

  const raised = (base: Expression, exponent: Expression): Affine => {
    const p = read(exponent);
    if (isConstant(p)) {
      const logistic = p.bias === -1 ? logisticOf(base) : undefined;
      if (logistic) return logistic;
      const of = read(base);
      return isConstant(of) ? affine([], of.bias ** p.bias) : single(productOf(factor(of, p.bias)));
    }
    return called("exp", { kind: "product", factors: [exponent, logarithm(base)] }); // u^v = e^(v·ln u)
  };

  /** 1/(c + k·e^v) = sigmoid(−v − ln(k/c))/c */
  const logisticOf = (below: Expression): Affine | undefined => {
    const sigmoid = grammar.indexOf("sigmoid");
    if (sigmoid < 0 || below.kind !== "sum" || below.terms.length !== 2) return undefined;
    const constant = below.terms.find((term) => term.kind === "number");
    const other = below.terms.find((term) => term !== constant);
    if (constant?.kind !== "number" || !other) return undefined;
    const parts = other.kind === "product" ? other.factors : [other];
    const k = parts.find((part) => part.kind === "number");
    const [exponential, ...rest] = parts.filter((part) => part !== k);
    const ratio = (k?.kind === "number" ? k.value : 1) / constant.value;
    if (exponential?.kind !== "call" || exponential.primitive !== "exp" || rest.length > 0 || !(ratio > 0))
      return undefined;
    const argument = scaled(read(exponential.arguments[0]), -1);
    if (isConstant(argument)) return undefined;
    const shifted = ratio === 1 ? argument : added([argument, affine([], -Math.log(ratio))]);
    return single(functionOf(sigmoid, shifted), 1 / constant.value);
  };

  const called = (name: string, argument: Expression): Affine => {
    const of = read(argument);
    if (isConstant(of)) return affine([], functionNamed(name).value(of.bias));
    const index = grammar.indexOf(name);
    if (index >= 0) return single(functionOf(index, of));
    const sin = grammar.indexOf("sin");
    if (name === "cos" && sin >= 0) return single(functionOf(sin, added([of, affine([], QUARTER)])));
    throw new NotInGrammar(name);
  };

  return read(formula);
}

const isConstant = ({ links }: Affine): boolean => links.length === 0;

const logarithm = (of: Expression): Expression =>
  of.kind === "number" && of.value > 0
    ? { kind: "number", value: Math.log(of.value) }
    : { kind: "call", primitive: "log", arguments: [of] };

/** The sum of networks; their units are shared, not copied. Links to the same unit become one. */
export function added(parts: readonly Affine[]): Affine {
  const links = new Map<object, Affine["links"][number]>();
  let bias: number | undefined;
  for (const part of parts) {
    for (const { weight, unit } of part.links) {
      const earlier = links.get(unit);
      if (earlier) earlier.weight += weight;
      else links.set(unit, { weight, unit });
    }
    if (part.biased) bias = (bias ?? 0) + part.bias;
  }
  return affine([...links.values()], bias);
}

export function scaled(of: Affine, by: number): Affine {
  return affine(
    of.links.map(({ weight, unit }) => ({ weight: weight * by, unit })),
    of.biased ? of.bias * by : undefined,
  );
}
