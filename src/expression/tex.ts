/** A formula as TeX, for people: Greek names, subscripts, fraction bars, π, and no more digits than asked for. */
import { functionNamed } from "./functions.js";
import { fraction, type Layout, layout } from "./layout.js";
import type { Expression } from "./tree.js";

const GREEK = new Set(
  (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega " +
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
  ).split(" "),
);

/**
 * @param digits the significant digits of numbers, 6 if not given; whole numbers up to 999999 are shown in full.
 *   With 17 every number reads back as the same float64.
 */
export function toTeX(expression: Expression, { digits = 6 }: { digits?: number } = {}): string {
  return write(layout(expression), digits);
}

/** omega_0 → \omega_{0}, x1 → x_{1}, axis_au → \mathrm{axis}_{\mathrm{au}}. */
export function nameInTeX(name: string): string {
  // A trailing underscore only keeps a column e apart from the constant (see table.ts); a person wants to see e.
  const [head, ...indices] = name.replace(/(?<=.)_+$/, "").split(/_+/);
  const [, symbol, index] = /^(.*?)(\d*)$/.exec(head) as RegExpExecArray;
  if (symbol === "") return `\\mathrm{${name.replaceAll("_", "\\_")}}`;
  const below = [index, ...indices].filter((part) => part !== "").map((part) => word(part, true));
  const above = word(symbol, !name.endsWith("_"));
  return below.length === 0 ? above : `${above}_{${below.join(",")}}`;
}

function word(part: string, greek: boolean): string {
  if (greek && GREEK.has(part)) return `\\${part}`;
  return part.length === 1 || /^\d+$/.test(part) ? part : `\\mathrm{${part}}`;
}

/** A number from 0 up. */
export function numberInTeX(value: number, digits: number): string {
  if (Number.isInteger(value) && value < 1e6) return String(value);
  const parts = fraction(value);
  if (parts) return `\\frac{${parts[0]}}{${parts[1]}}`;
  const multiple = multipleOfPi(value);
  if (multiple) {
    const [p, q] = multiple;
    const over = p === 1 ? "\\pi" : `${p}\\pi`;
    return q === 1 ? over : `\\frac{${over}}{${q}}`;
  }
  const rounded = Number(value.toPrecision(digits));
  const [mantissa, exponent] = rounded.toExponential().split("e").map(Number);
  if (exponent >= -3 && exponent < Math.max(6, digits)) return String(rounded);
  return mantissa === 1 ? `10^{${exponent}}` : `${mantissa}\\cdot10^{${exponent}}`;
}

/** [k, q] if the number is kπ/q to its last bits. */
function multipleOfPi(value: number): readonly [number, number] | undefined {
  for (const q of [1, 2, 3, 4, 6]) {
    const k = Math.round((value / Math.PI) * q);
    if (k > 0 && k <= 24 && Math.abs((k * Math.PI) / q - value) <= 2 ** -52 * value) return [k, q];
  }
  return undefined;
}

function write(node: Layout, digits: number): string {
  const inner = (part: Layout) => write(part, digits);
  const factors = (parts: readonly Layout[]) => juxtapose(parts.map((part) => bracketIf(isSum(part), inner(part))));
  switch (node.kind) {
    case "number":
      return numberInTeX(node.value, digits);
    case "name":
      return nameInTeX(node.name);
    case "negative":
      return `-${bracketIf(isSum(node.of), inner(node.of))}`;
    case "sum":
      return node.terms
        .map(({ negative, body }, i) => (negative ? "-" : i === 0 ? "" : "+") + bracketIf(isSum(body), inner(body)))
        .join("");
    case "product": {
      if (node.under.length === 0) return factors(node.over);
      // A lone part over or under a bar needs no brackets.
      const [over, under] = [node.over, node.under].map((parts) =>
        parts.length === 1 ? inner(parts[0]) : factors(parts),
      );
      return `\\frac{${over || "1"}}{${under}}`;
    }
    case "power": {
      const base = inner(node.base);
      // An index and an exponent stand one above the other: x_{1}^{2}.
      const simple = node.base.kind === "name" || /^\d+(\.\d+)?$/.test(base);
      return `${bracketIf(!simple, base)}^{${exponentInTeX(node.exponent, digits)}}`;
    }
    case "call": {
      const argument = inner(node.argument);
      if (node.name === "sqrt") return `\\sqrt{${argument}}`;
      if (node.name === "abs") return `\\left|${argument}\\right|`;
      return `${functionNamed(node.name).tex}\\left(${argument}\\right)`;
    }
  }
}

/** Fractions in exponents are written on one line. */
function exponentInTeX(node: Layout, digits: number): string {
  const parts = node.kind === "number" ? fraction(node.value) : undefined;
  if (parts) return parts.join("/");
  return node.kind === "negative" ? `-${exponentInTeX(node.of, digits)}` : write(node, digits);
}

function isSum(node: Layout): boolean {
  return node.kind === "sum" || node.kind === "negative";
}

function bracketIf(needed: boolean, text: string): string {
  return needed ? `\\left(${text}\\right)` : text;
}

/** Factors side by side with a thin space; a dot before a digit, which would otherwise join the number before it. */
function juxtapose(factors: readonly string[]): string {
  return factors
    .map((factor, i) => (i === 0 ? "" : /^(\d|\\frac\{\d)/.test(factor) ? "\\cdot " : "\\,") + factor)
    .join("");
}
