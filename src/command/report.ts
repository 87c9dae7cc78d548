/** What `eqlab discover` prints: for a person, or for a program. */
import { toText } from "../expression/text.js";
import type { Candidate, Result } from "../result.js";
import { summary } from "../summary.js";

const VERDICTS: Readonly<Record<Result["verdict"], string>> = {
  exact: "it holds to rounding",
  law: "the residuals show nothing but noise",
  approximation: "structure is left in the residuals",
};

const ERRORS: Readonly<Record<Result["noise"], string>> = {
  additive: "of one size in all rows",
  relative: "in proportion to the value",
  given: "as given",
};

/** One JSON object. */
export function json({ best, front, verdict, warnings }: Result): string {
  // performance.now() counts from the start of the process: what the person waited for.
  const seconds = Math.round(performance.now()) / 1000;
  const whole = { best: summary(best), front: front.map(summary), verdict, warnings, seconds };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

export function report({ best, front, verdict, noise }: Result, file: string, target: string): string {
  const rows = front.map((candidate) => [
    `${candidate.expression === best.expression ? "* " : "  "}${candidate.complexity}`,
    candidate.mse.toExponential(3),
    toText(candidate.tree, { digits: 6 }),
  ]);
  return `${target} = ${best.expression}

Verdict: ${verdict} (${VERDICTS[verdict]})
Errors: ${noise} (${ERRORS[noise]})
${natureLine(best)}Mean square error: ${best.mse.toPrecision(4)} (in the units of ${target}, squared)

From the simplest to the most exact:
${alignedTable([["  nodes", "mse", "formula"], ...rows])}

Next: --json for programs, npm run lab for notebooks, and there
  import { discover, readCsv } from "eqlab";
  const result = await discover(readCsv(${JSON.stringify(file)}), { target: ${JSON.stringify(target)} });
  result.plot();
`;
}

/** "Constants with a unit: 9.81 m/s^2", where there are some. */
function natureLine({ constants }: Candidate): string {
  const known = constants.filter(({ unit }) => unit !== undefined);
  if (known.length === 0) return "";
  return `Constants with a unit: ${known.map(({ value, unit }) => `${Number(value.toPrecision(6))} ${unit}`).join(", ")}\n`;
}

function alignedTable(rows: readonly string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
