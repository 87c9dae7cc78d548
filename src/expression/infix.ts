/**
 * A formula on one line, as programming languages write it: what text, JavaScript and Python have in common. A dialect says
 * how numbers, powers and functions look; here is where the parentheses go.
 */
import { fraction, type Layout } from "./layout.js";

export interface Dialect {
  number(value: number): string;
  /** "x^2" or "Math.pow(x, 2)". */
  readonly power: { readonly infix: string } | { readonly call: string };
  /** The name by which a function of FUNCTIONS is called. */
  function(name: string): string;
  /** What stands around + and −, and around * and /. */
  readonly spaces: readonly [string, string];
}

/** How tightly a piece holds together; a looser piece inside a tighter one gets parentheses. */
const SUM = 1;
const PRODUCT = 2;
const POWER = 3;
const CALL = 4;
const ATOM = 5;

interface Piece {
  readonly text: string;
  readonly hold: number;
}

export function infix(root: Layout, dialect: Dialect): string {
  const [aroundSum, aroundProduct] = dialect.spaces;
  const plus = `${aroundSum}+${aroundSum}`;
  const minus = `${aroundSum}-${aroundSum}`;
  const times = `${aroundProduct}*${aroundProduct}`;
  const over = `${aroundProduct}/${aroundProduct}`;

  const inside = (node: Layout, hold: number): string => {
    const piece = write(node);
    return piece.hold < hold ? `(${piece.text})` : piece.text;
  };

  const write = (node: Layout): Piece => {
    switch (node.kind) {
      case "number": {
        const parts = fraction(node.value);
        return parts
          ? { text: parts.map(dialect.number).join("/"), hold: PRODUCT }
          : { text: dialect.number(node.value), hold: ATOM };
      }
      case "name":
        return { text: node.name, hold: ATOM };
      case "negative":
        return { text: `-${inside(node.of, PRODUCT)}`, hold: SUM };
      case "sum": {
        const [first, ...rest] = node.terms;
        const start = (first.negative ? "-" : "") + inside(first.body, PRODUCT);
        return {
          text: start + rest.map((t) => (t.negative ? minus : plus) + inside(t.body, PRODUCT)).join(""),
          hold: SUM,
        };
      }
      case "product": {
        const above = node.over.map((part) => inside(part, PRODUCT)).join(times) || dialect.number(1);
        if (node.under.length === 0) return { text: above, hold: PRODUCT };
        const below =
          node.under.length === 1
            ? inside(node.under[0], POWER)
            : `(${node.under.map((part) => inside(part, PRODUCT)).join(times)})`;
        return { text: above + over + below, hold: PRODUCT };
      }
      case "power":
        return "call" in dialect.power
          ? { text: `${dialect.power.call}(${write(node.base).text}, ${write(node.exponent).text})`, hold: CALL }
          : { text: inside(node.base, ATOM) + dialect.power.infix + inside(node.exponent, ATOM), hold: POWER };
      case "call":
        return { text: `${dialect.function(node.name)}(${write(node.argument).text})`, hold: CALL };
    }
  };
  return write(root).text;
}

/** The shortest decimal that reads back as the same float64: 0.1, 6.626e-34, 1e21. */
export function shortest(value: number): string {
  const plain =
    value !== 0 && (Math.abs(value) < 1e-6 || Math.abs(value) >= 1e15) ? value.toExponential() : String(value);
  return plain.replace("e+", "e");
}
