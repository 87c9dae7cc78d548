/**
 * From the text of a formula back to its tree: + - * / ^ (to the right first, tighter than a minus in front), parentheses,
 * functions of FUNCTIONS, numbers, names, and the constant pi.
 */
import { call, negative, number, power, product, quotient, sum, variable } from "./build.js";
import { functionNamed } from "./functions.js";
import type { Expression } from "./tree.js";

const TOKEN = /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|[-+*/^()]))/uy;

/** Brackets, signs and exponents within each other, and words in all: more than any law has, fewer than the call stack bears. */
const DEEPEST = 200;
const LONGEST = 10_000;

interface Token {
  readonly text: string;
  readonly kind: "number" | "name" | "sign";
  /** The place of its last character's successor in the text. */
  readonly end: number;
}

/** @throws SyntaxError that shows the place in the text, or says that there is too much of it */
export function parse(text: string): Expression {
  const tokens = tokenize(text);
  let next = 0;

  const peek = () => tokens[next]?.text;
  const take = (...signs: string[]): string | undefined => {
    const token = tokens[next];
    if (token?.kind !== "sign" || !signs.includes(token.text)) return undefined;
    next++;
    return token.text;
  };
  const expect = (sign: string): void => {
    if (!take(sign)) fail(text, tokens[next - 1]?.end ?? 0, `"${sign}" is missing`);
  };

  const parseSum = (): Expression => {
    const terms = [parseProduct()];
    for (let sign = take("+", "-"); sign; sign = take("+", "-")) {
      terms.push(sign === "-" ? negative(parseProduct()) : parseProduct());
    }
    return sum(...terms);
  };

  const parseProduct = (): Expression => {
    let result = parseSigned();
    for (let sign = take("*", "/"); sign; sign = take("*", "/")) {
      const right = parseSigned();
      result = sign === "*" ? product(result, right) : quotient(result, right);
    }
    return result;
  };

  let depth = 0;
  const parseSigned = (): Expression => {
    if (++depth > DEEPEST) throw new SyntaxError(`The formula is nested more than ${DEEPEST} deep. Write it in parts.`);
    const read = () => {
      if (take("-")) return negative(parseSigned());
      if (take("+")) return parseSigned();
      const base = parseAtom();
      return take("^", "**") ? power(base, parseSigned()) : base;
    };
    const signed = read();
    depth--;
    return signed;
  };

  const parseAtom = (): Expression => {
    if (take("(")) {
      const inner = parseSum();
      expect(")");
      return inner;
    }
    const token = tokens[next];
    if (!token || token.kind === "sign")
      fail(text, tokens[next - 1]?.end ?? 0, "a number, a name or a bracket is missing");
    next++;
    if (token.kind === "number") return number(Number(token.text));
    if (peek() === "(") {
      functionNamed(token.text);
      expect("(");
      const argument = parseSum();
      expect(")");
      return call(token.text, argument);
    }
    return token.text === "pi" ? number(Math.PI) : variable(token.text);
  };

  if (tokens.length > LONGEST) {
    throw new SyntaxError(`The formula has ${tokens.length} words and signs; ${LONGEST} are read at most.`);
  }
  const result = parseSum();
  if (next < tokens.length) fail(text, tokens[next - 1].end, "an operator is missing");
  return result;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) fail(text, start, "this is not understood");
    const kind = match[1] ? "number" : match[2] ? "name" : "sign";
    tokens.push({ text: match[1] ?? match[2] ?? match[3], kind, end: TOKEN.lastIndex });
  }
  return tokens;
}

function fail(text: string, place: number, what: string): never {
  throw new SyntaxError(`In the formula "${text}", after "${text.slice(0, place)}": ${what}.`);
}
