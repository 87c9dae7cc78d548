/**
 * The value of a formula in MathML, read as a person reads it: rows of signs and factors, a fraction bar, an index, an exponent.
 * It knows nothing of eqlab's trees, and refuses what could be read in two ways.
 */

type Node = string | { readonly tag: string; readonly parts: readonly Node[] };

/** A piece of a row: a value, an operator, or a function that waits for its argument. `digits`: does it begin with a digit? */
type Piece =
  | { readonly kind: "value"; readonly value: number; readonly digits?: boolean }
  | { readonly kind: "operator"; readonly sign: string }
  | { readonly kind: "function"; readonly of: (u: number) => number };

const FUNCTIONS: Readonly<Record<string, (u: number) => number>> = {
  ...{ sin: Math.sin, cos: Math.cos, tan: Math.tan, arcsin: Math.asin, arccos: Math.acos, arctan: Math.atan },
  ...{ sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, exp: Math.exp, ln: Math.log },
};

/** @param values of the variables, by their names as they are seen: ω, y1 for y with an index 1 */
export function valueOfMathML(mathml: string, values: Readonly<Record<string, number>>): number {
  const rowValue = (parts: readonly Node[]) => sum(parts.flatMap(piecesOf));

  function piecesOf(node: Node): Piece[] {
    if (typeof node === "string") throw new SyntaxError(`Text outside of an element: ${node}`);
    const { tag, parts } = node;
    const value = (of: number, digits = false): Piece[] => [{ kind: "value", value: of, digits }];
    const part = (i: number) => rowValue([parts[i]]);
    switch (tag) {
      case "mn":
        return value(Number(text(node)), true);
      case "mi":
      case "msub":
        return [named(text(node))];
      case "mo":
        // The invisible sign between a function and its argument says nothing new.
        return text(node) === "\u2061" ? [] : [{ kind: "operator", sign: text(node) }];
      case "mspace":
        return [];
      case "mrow": {
        const [first, last] = [parts[0], parts[parts.length - 1]].map(text);
        if (first === "(" && last === ")") return value(rowValue(parts.slice(1, -1)));
        if (first === "|" && last === "|") return value(Math.abs(rowValue(parts.slice(1, -1))));
        return parts.flatMap(piecesOf);
      }
      case "mfrac":
        return value(part(0) / part(1), /^[\d.]/.test(text(node)));
      case "msup":
        return value(part(0) ** part(1), /^[\d.]/.test(text(node)));
      case "msubsup":
        return piecesOf({ tag: "msup", parts: [{ tag: "msub", parts: parts.slice(0, 2) }, parts[2]] });
      case "msqrt":
        return value(Math.sqrt(rowValue(parts)));
      default:
        throw new SyntaxError(`An element <${tag}>.`);
    }
  }

  function named(name: string): Piece {
    if (name in FUNCTIONS) return { kind: "function", of: FUNCTIONS[name] };
    if (name === "/") return { kind: "operator", sign: name };
    if (name === "π") return { kind: "value", value: Math.PI };
    if (name in values) return { kind: "value", value: values[name] };
    throw new SyntaxError(`Who is ${name}?`);
  }

  return rowValue(read(mathml));
}

/** a − b + c: each term is what stands between signs. */
function sum(pieces: readonly Piece[]): number {
  let total = 0;
  let sign = 1;
  let term: Piece[] = [];
  for (const [i, piece] of pieces.entries()) {
    if (piece.kind !== "operator" || !"+−".includes(piece.sign)) {
      term.push(piece);
      continue;
    }
    if (term.length > 0) total += sign * product(term);
    else if (i > 0) throw new SyntaxError("Two signs in a row.");
    sign = piece.sign === "−" ? -1 : 1;
    term = [];
  }
  return total + sign * product(term);
}

/** Factors side by side or with a dot; a function takes the one that follows it. */
function product(pieces: readonly Piece[]): number {
  let result: number | undefined;
  let operator = "";
  let waiting: ((u: number) => number) | undefined;
  for (const piece of pieces) {
    if (piece.kind === "operator") {
      if (operator || waiting || result === undefined) throw new SyntaxError(`A stray ${piece.sign}.`);
      operator = piece.sign;
    } else if (piece.kind === "function") {
      if (waiting) throw new SyntaxError("A function without its argument.");
      waiting = piece.of;
    } else {
      if (piece.digits && result !== undefined && !operator) throw new SyntaxError("A number joins what is before it.");
      const factor = waiting ? waiting(piece.value) : piece.value;
      if (result === undefined) result = factor;
      else if (operator === "/") result /= factor;
      else if (operator === "" || operator === "⋅") result *= factor;
      else throw new SyntaxError(`An operator ${operator}.`);
      operator = "";
      waiting = undefined;
    }
  }
  if (result === undefined || operator || waiting) throw new SyntaxError("A factor is missing.");
  return result;
}

function text(node: Node): string {
  return typeof node === "string" ? node : node.parts.map(text).join("");
}

function read(xml: string): Node[] {
  const open: { tag: string; parts: Node[] }[] = [{ tag: "", parts: [] }];
  for (const [, end, tag, words] of xml.matchAll(/<(\/?)(\w+)[^>]*>|([^<]+)/g)) {
    const top = open[open.length - 1];
    if (words !== undefined) top.parts.push(words);
    else if (end) open.pop();
    else {
      const node = { tag, parts: [] };
      top.parts.push(node);
      open.push(node);
    }
  }
  const [{ parts }] = open;
  const [math] = parts;
  if (open.length !== 1 || typeof math === "string" || math.tag !== "math") throw new SyntaxError("No <math> element.");
  return [...math.parts];
}
