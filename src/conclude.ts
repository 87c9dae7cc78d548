/** The conclusion: which finalist is the law, what is to be said of it, and the result as the user sees it. */
import type { Decided } from "./all-rows.js";
import { type AllRows, weightsOfAll } from "./blocks.js";
import { best as bestOf, front as frontOf, objected, rivals } from "./choose.js";
import { constantsOf } from "./constants.js";
import { InputError } from "./errors.js";
import { number } from "./expression/build.js";
import { complexity } from "./expression/complexity.js";
import { toText } from "./expression/text.js";
import type { Expression } from "./expression/tree.js";
import { extremes } from "./extremes.js";
import type { Finalist, Rows } from "./finalists.js";
import type { NoiseKind } from "./noise.js";
import { type Crossing, crossings } from "./poles.js";
import { type Candidate, makeCandidate, makeResult, type Result } from "./result.js";
import { DOUBTED } from "./robust.js";
import { FINAL_ROWS } from "./scale.js";
import type { Table } from "./table.js";
import { dimensionsOfNumbers } from "./units/check.js";
import { inUnits } from "./units/dimension.js";
import { lackOfFit, tooFewRows, unlike, verdict } from "./verdict.js";

/** With fewer rows than this for each fitted constant the user is warned. */
const FEW_ROWS_EACH = 3;

/** A description shorter by so many nats is worth a word even if there is an objection to it. */
const CLEARLY = 10;

/** Residuals this much alike, relative to the target, are those of one formula. */
const SAME = 1e-7;
/** Rows set aside that get a warning each. */
const NAMED = 5;

/** What the search has come to. */
export interface Outcome extends Decided {
  /** Why the search was stopped, if it was. */
  readonly stopped: string | undefined;
  readonly seconds: number;
}

/**
 * @throws InputError where no formula has a value on every row
 */
export function conclude({ finalists, rows, wild, all, stopped, seconds }: Outcome, table: Table): Result {
  if (finalists.length === 0) {
    throw new InputError(
      "No formula has a value on every row. Look for rows with extreme values, or give other primitives.",
    );
  }
  const offered = withoutDisguises(finalists);
  const chosen = bestOf(offered);
  const front = frontOf(offered, chosen);
  const candidates = front.map((member, k) =>
    makeCandidate(ingredients(member, front[k - 1], all ?? rows, table), table),
  );
  const best = candidates[front.indexOf(chosen)];
  const values = best.predict(Object.fromEntries(table.inputs.map(({ name }, i) => [name, rows.inputs[i]])));
  const residuals = rows.target.map((y, i) => y - values[i]);
  const { trust } = chosen;
  const trusted = (column: Float64Array) => (trust ? column.filter((_, i) => trust[i] >= DOUBTED) : column);
  const fit = {
    inputs: rows.inputs.map(trusted),
    target: trusted(rows.target),
    residuals: trusted(residuals),
    weighted: trusted(chosen.residuals),
    parameters: chosen.parameters,
  };
  // The mean alone is no law of the inputs, whatever it leaves.
  const judged = best.tree.kind === "number" && !chosen.exact ? "approximation" : verdict(fit);
  const warnings = [...table.warnings];
  if (stopped) warnings.push(`${stopped}: this is the best found by then.`);
  warnings.push(...wildRows(wild, best, table));
  if (trust) warnings.push(...doubtedRows(trust, rows.target.length === table.rows, table.target.label));
  if (table.rows > FINAL_ROWS) {
    warnings.push(
      `The law was found on ${FINAL_ROWS} of the ${table.rows} rows, chosen at random; its constants and ` +
        (all ? "errors are those of all rows." : "their errors are of these, the mean square error is of all."),
    );
  }
  if (best.tree.kind === "number") {
    warnings.push(`No law found: no input explains ${table.target.label}, and the best formula is its mean.`);
  } else if (judged === "approximation") {
    warnings.push(
      `No law found: the best approximation is ${toText(best.tree, { digits: 6 })}. ${
        tooFewRows(fit)
          ? `It has ${chosen.parameters} constants, which ${telling(rows.target)} too few to bear out.`
          : "Its residuals are alike between neighbouring rows, " +
            `${lackOfFit(fit).toFixed(1)} standard deviations more than noise would make them.`
      }`,
    );
  }
  const columns = Object.fromEntries(table.inputs.map(({ name }, i) => [name, rows.inputs[i]]));
  warnings.push(...crossings(best.tree, columns, rows.target.length).map((crossing) => poleWarning(crossing, table)));
  const regardless = objected(finalists);
  const better = regardless && regardless.lengthRegardless < chosen.lengthRegardless - CLEARLY;
  if (better && regardless.objection === "pole") {
    warnings.push(
      `${toText(regardless.expression, { digits: 6 })} describes the data better, but has a pole between rows that they don't show. ` +
        "Measure there, if it could be true.",
    );
  }
  if (better && regardless.objection === "units") {
    warnings.push(
      `In disregard of the units, ${toText(regardless.expression, { digits: 6 })} describes the data better. ` +
        "Check the units; a constant of nature that is 1 in them must be a column.",
    );
  }
  const others = rivals(offered, chosen).slice(0, 3);
  if (others.length > 0 && judged !== "approximation") {
    const named = others.map(({ expression }) => toText(expression, { digits: 6 })).join("; ");
    warnings.push(`The data can't tell the law from ${others.length > 1 ? "these" : "this"}: ${named}.`);
  }
  warnings.push(...extremes(best.tree, columns, rows.target.length, table.target.label));
  const constants = best.constants.filter(({ error }) => error !== undefined).length;
  if (judged === "law" && rows.target.length < FEW_ROWS_EACH * constants) {
    warnings.push(
      `${rows.target.length} rows for ${constants} constants are few: other formulas may follow them as well.`,
    );
  }
  return makeResult(
    {
      best,
      front: candidates,
      verdict: judged,
      noise: chosen.noise,
      setAside: wild.map((row) => row + 1),
      warnings,
      seconds,
    },
    table,
  );
}

/** The rows that could speak for a formula. */
function telling(target: Float64Array): string {
  const different = unlike(target);
  if (different === target.length) return `${different} rows are`;
  return different === 1 ? "the one row unlike all others is" : `the ${different} rows unlike the others are`;
}

/** Without longer formulas that say the same as one that breaks the units, such as sin(εx)/ε for x. */
function withoutDisguises(finalists: readonly Finalist[]): Finalist[] {
  const broken = finalists.filter(({ objection }) => objection === "units");
  const says = (a: Finalist, b: Finalist) =>
    a.noise === b.noise && a.residuals.every((r, i) => Math.abs(r - b.residuals[i]) <= SAME * Math.sqrt(a.scale));
  return finalists.filter((f) => !broken.some((b) => b !== f && b.complexity < f.complexity && says(f, b)));
}

function poleWarning({ zero, beyond }: Crossing, { inputs }: Table): string {
  const where = `${toText(zero, { digits: 6 })} = 0`;
  if (!beyond) return `Among the data the law has a pole, where ${where}.`;
  const label = inputs.find(({ name }) => name === beyond.input)?.label;
  const others = inputs.length > 1 ? " for some values of the other inputs" : "";
  return (
    `Beyond the data the law ends or has a pole, where ${where}: ` +
    `at ${label} = ${Number(beyond.at.toPrecision(4))}${others}. Don't extrapolate across it.`
  );
}

/** @param whole are these all rows of the table, in its order? */
function doubtedRows(trust: Float64Array, whole: boolean, target: string): string[] {
  const doubted = [...trust.keys()].filter((row) => trust[row] < DOUBTED);
  if (doubted.length === 0) return [];
  const named = doubted.slice(0, NAMED).map((row) => row + 1);
  const some = doubted.length > NAMED ? `, such as ${named.join(", ")},` : ` (${named.join(", ")})`;
  const which = doubted.length === 1 ? `1 row${some} lies` : `${doubted.length} rows${some} lie`;
  return [
    `${whole ? which : `${doubted.length} of the ${trust.length} rows that decided lie`} more than 5 standard deviations ` +
      `from the law and hardly count: check their ${target}.`,
  ];
}

function wildRows(rows: readonly number[], best: Candidate, { inputs, target }: Table): string[] {
  const warnings = rows.slice(0, NAMED).map((row) => {
    const [value] = best.predict([Object.fromEntries(inputs.map(({ name, values }) => [name, values[row]]))]);
    return (
      `Row ${row + 1} is set aside: its ${target.label} is ${target.values[row]}, where the law of the other rows says ` +
      `${Number(value.toPrecision(4))}. Check it; the option outliers: "keep" keeps it in.`
    );
  });
  const more = rows.length - NAMED;
  if (more > 0) warnings.push(`${more} more rows are set aside for the same reason: setAside has their numbers.`);
  return warnings;
}

/** What a candidate is made of; `simpler` is the one before it on the front. */
function ingredients(member: Finalist, simpler: Finalist | undefined, data: Rows | AllRows, table: Table) {
  const { expression: tree, complexity, weights, snapped, noise, error } = member;
  const { inputs, target } = "rows" in data ? data.rows : data;
  const columns = Object.fromEntries(table.inputs.map(({ name }, i) => [name, inputs[i]]));
  const meanSquare = noise === "given" ? undefined : error;
  const steps = simpler ? complexity - simpler.complexity : 0;
  const some = (from: number, to: number) => weights?.subarray(from, to);
  const weigh = "rows" in data ? weightsOfAll(member, columns, data) : some;
  return {
    tree,
    complexity,
    score: simpler && steps > 0 ? (0.5 * Math.log(simpler.error / error)) / steps : 0,
    constants: () =>
      constantsOf(
        tree,
        snapped,
        { columns, rows: target.length, weights: weigh, meanSquare },
        unitsOfNumbers(tree, table),
      ),
  };
}

/** The unit of each number of a formula that has one, in those of the columns. */
function unitsOfNumbers(tree: Expression, { inputs, dimensions }: Table): Map<Expression, string> {
  if (!dimensions) return new Map();
  const of = (name: string) => dimensions.inputs[inputs.findIndex((input) => input.name === name)];
  const found = dimensionsOfNumbers(tree, dimensions.target, of);
  return new Map([...found].map(([node, dimension]) => [node, inUnits(dimension)]));
}

/** A formula as a trained network has it: its constants are not fitted, and have no errors. */
export function asReadOff(tree: Expression, table: Table): Candidate {
  return makeCandidate({ tree, complexity: complexity(tree), score: 0, constants: () => [] }, table);
}

/** The result for a target that is the same on all rows. */
export function constantResult(table: Table, seconds: number): Result {
  const [value] = table.target.values;
  const tree = number(value);
  const best = makeCandidate({ tree, complexity: 1, score: 0, constants: () => [{ value }] }, table);
  const noise: NoiseKind = "additive";
  return makeResult(
    { best, front: [best], verdict: "exact", noise, setAside: [], warnings: [...table.warnings], seconds },
    table,
  );
}
