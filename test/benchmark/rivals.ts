/** The rivals from PyPI: each a Python process that is given one table after the other and judged as it goes. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { complexity } from "../../src/expression/complexity.js";
import { parse } from "../../src/expression/parse.js";
import { primitivesOf } from "./eqlab.js";
import type { Method } from "./race.js";
import { judge } from "./suites.js";
import { tidy } from "./tidy.js";

export const RIVALS = ["pyoperon", "gplearn"] as const;

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const PYTHON = path(
  process.platform === "win32" ? ".cache/bench-venv/Scripts/python.exe" : ".cache/bench-venv/bin/python",
);

interface Answer {
  readonly formula: string;
  /** null where the formula has no value. */
  readonly predicted: (number | null)[];
  readonly seconds: number;
}

/** @returns the rival; undefined where set-up could not install it */
export async function startRival(name: (typeof RIVALS)[number], signal: AbortSignal): Promise<Method | undefined> {
  if (!existsSync(PYTHON)) return undefined;
  const child = spawn(PYTHON, [path("test/benchmark/rivals.py"), name], { stdio: ["pipe", "pipe", "inherit"] });
  signal.addEventListener("abort", () => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended before it answered: its own words are above.`);
    return JSON.parse(value);
  };
  const tell = (message: string) => child.stdin.write(`${message}\n`);
  await answer().catch(() => undefined);
  if (hasEnded(child)) return undefined;

  return {
    name,
    async find(law, data, { seconds, seed, workers }) {
      const names = Object.keys(data.inputs);
      tell(
        JSON.stringify({
          names,
          columns: Object.values(data.inputs),
          target: data.target,
          test: Object.values(data.testInputs),
          operators: primitivesOf(law),
          workers,
          seed,
        }),
      );
      for (;;) {
        const { formula, predicted, seconds: taken }: Answer = await answer();
        const judgement = judge(
          law,
          data,
          predicted.map((value) => value ?? Number.NaN),
          sizeOf(formula),
        );
        if (judgement.exact || taken >= seconds) {
          tell("next");
          return { ...judgement, formula, seconds: taken };
        }
        tell("on");
      }
    },
    stop: () => child.kill(),
  };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Rivals' formulas are tidied and then counted by the same rule as eqlab's. */
function sizeOf(formula: string): number {
  return complexity(tidy(parse(formula)));
}
