/**
 * What units are worth: eqlab on the laws whose columns have them, told and not told, in turn, on tables without noise and with
 * normal noise of a share of the target's standard deviation.
 */
import { discover } from "../../src/discover.js";
import { random } from "../../src/random.js";
import { variance } from "../../src/search/sample.js";
import type { Terms } from "./race.js";
import { aligned } from "./report.js";
import { median } from "./scaling.js";
import { dataOf, judge, type Law } from "./suites.js";

const NOISE = [0, 0.01, 0.1];
/** Stream of the noise, apart from those of the inputs. */
const STREAM = 1;

interface Try {
  readonly right: boolean;
  readonly seconds: number;
}

/** One law at one level of noise. */
export interface UnitsLine {
  readonly id: string;
  readonly noise: number;
  readonly told: Try;
  readonly untold: Try;
}

export async function unitsTold(
  laws: readonly Law[],
  { seed, workers, seconds: budget }: Terms,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<UnitsLine[]> {
  const lines: UnitsLine[] = [];
  for (const noise of NOISE) {
    for (const [place, law] of laws.entries()) {
      const data = dataOf(law, seed);
      const { normal } = random(seed, STREAM + place);
      const deviation = noise * Math.sqrt(variance(Float64Array.from(data.target)));
      const table = { ...data.inputs, target: data.target.map((y) => y + deviation * normal()) };
      const find = async (units: Law["units"]): Promise<Try> => {
        const begun = performance.now();
        const { primitives } = law;
        const { best } = await discover(table, { target: "target", primitives, units, budget, seed, workers, signal });
        const seconds = (performance.now() - begun) / 1000;
        signal.throwIfAborted();
        return { right: judge(law, data, best.predict(data.testInputs), best.complexity, noise).exact, seconds };
      };
      const first = place % 2 === 0 ? await find(law.units) : undefined;
      const untold = await find(undefined);
      const told = first ?? (await find(law.units));
      lines.push({ id: law.id, noise, told, untold });
      const brief = ({ right, seconds }: Try) => `${right ? "✓" : "✗"} ${seconds.toPrecision(2)} s`;
      say(`units, ${law.id}, noise ${100 * noise}%: told ${brief(told)}, not told ${brief(untold)}`);
    }
  }
  return lines;
}

export function unitsParts(lines: readonly UnitsLine[]): string[] {
  const rows = NOISE.flatMap((noise) => {
    const of = lines.filter((line) => line.noise === noise);
    return (["untold", "told"] as const).map((how) => {
      const tries = of.map((line) => line[how]);
      const missed = of.filter((line) => !line[how].right).map(({ id }) => id);
      return [
        `${100 * noise}%`,
        how === "told" ? "yes" : "no",
        `${of.length - missed.length} of ${of.length}`,
        median(tries.map(({ seconds }) => seconds)).toFixed(2),
        missed.join(", "),
      ];
    });
  });
  return [
    "## With units and without",
    "Feynman's laws of the list above whose columns have units, in turn. With noise a law is right where its squared error on the range doubled " +
      "outwards, relative to the target's variance, is below that of the noise, and the formula is not too long.",
    aligned(["noise", "units told", "right", "median s", "not right"], rows),
  ];
}
