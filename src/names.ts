/**
 * Names that can stand in a formula: letters, digits and underscores that no reader of the formula (nerdamer, JavaScript,
 * Python with numpy) takes for something else.
 */
import { FUNCTIONS } from "./expression/functions.js";

const CONSTANTS = words("e E i I pi PI Pi Infinity infinity inf Inf NaN nan true false True False None null undefined");

/** Function names of nerdamer, Math and numpy that a formula could be read as calling. */
const FUNCTION_NAMES = new Set([
  ...Object.keys(FUNCTIONS),
  ...words(
    "arcsin arccos arctan atan2 asinh acosh atanh csc sec cot sinc ln log2 log10 log1p expm1 pow power square cbrt",
  ),
  ...words("min max floor ceil round trunc sign sgn mod factorial gamma_incomplete erf Math np numpy nerdamer"),
]);

const RESERVED = words(
  // JavaScript
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "finally for function if implements import in instanceof interface let new package private protected public return " +
    "static super switch this throw try typeof var void while with yield " +
    // what every JavaScript object has, which nerdamer takes for its own
    `${Object.getOwnPropertyNames(Object.prototype).join(" ")} ` +
    // Python
    "and as assert async def del elif except from global is lambda nonlocal not or pass raise",
);

const GREEK: Readonly<Record<string, string>> = {
  ...pairs(
    "αalpha βbeta γgamma δdelta εepsilon ϵepsilon ζzeta ηeta θtheta ϑtheta ιiota κkappa λlambda μmu νnu ξxi οo πpi " +
      "ρrho σsigma ςsigma τtau υupsilon φphi ϕphi χchi ψpsi ωomega",
  ),
  ...pairs("ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΥUpsilon ΦPhi ΨPsi ΩOmega"),
};

/** The letter of each name; of two forms of a letter the usual one. */
const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(GREEK)
    .reverse()
    .filter(([letter]) => !"ϵϑςϕ".includes(letter))
    .map(([letter, name]) => [name, letter]),
);

/** Why a column cannot keep its own name in a formula, in words that end a sentence; undefined if it can. */
export function objection(label: string): string | undefined {
  if (CONSTANTS.has(label)) return `"${label}" is the name of a constant`;
  if (FUNCTION_NAMES.has(label)) return `"${label}" is the name of a function`;
  if (RESERVED.has(label)) return `"${label}" is a word of JavaScript or Python`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(label)) return "names in formulas are made of letters, digits and underscores";
  return undefined;
}

/** An identifier for each label, in the same order, no two alike: plain labels keep their names, the others stay readable. */
export function identifiers(labels: readonly string[]): string[] {
  const taken = new Set(labels.filter((label) => objection(label) === undefined));
  return labels.map((label, i) => {
    if (objection(label) === undefined) return label;
    const plain = spell(label) || `column_${i + 1}`;
    const safe = objection(plain) === undefined ? plain : `${plain}_`;
    let name = safe;
    for (let n = 2; taken.has(name); n++) name = `${safe.replace(/_$/, "")}_${n}`;
    taken.add(name);
    return name;
  });
}

/** "orbital period (yr)" → orbital_period_yr, "Δv" → Delta_v, "2θ" → col_2_theta, "Größe" → Grosse. */
function spell(label: string): string {
  const spelt = Array.from(label.normalize("NFKC"), (letter) => (GREEK[letter] ? ` ${GREEK[letter]} ` : letter)).join(
    "",
  );
  const plain = spelt
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^\d/.test(plain) ? `col_${plain}` : plain;
}

/**
 * A name as figures show it, in HTML: omega_0 → ω<sub>0</sub>, x1 → x<sub>1</sub>, axis_au → axis<sub>au</sub>. What is no plain name,
 * such as "p (kPa)", stays as it is.
 */
export function nameInHtml(name: string): string {
  const [, symbol, index, rest] = /^([A-Za-z]+)(\d*)((?:_\w*)?)$/.exec(name) ?? [];
  if (symbol === undefined) return name.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const letter = (part: string) => LETTERS[part] ?? part;
  const below = [index, ...rest.split("_")].filter((part) => part !== "").map(letter);
  // A trailing underscore only keeps a column e apart from the constant.
  const above = name.endsWith("_") ? symbol : letter(symbol);
  return below.length === 0 ? above : `${above}<sub>${below.join(",")}</sub>`;
}

function words(line: string): Set<string> {
  return new Set(line.split(" "));
}

function pairs(line: string): Record<string, string> {
  return Object.fromEntries(line.split(" ").map((pair) => [pair[0], pair.slice(1)]));
}
