/** eqlab in the race, with its defaults and the suite's primitives. It is not told when it has the law: it ends by itself. */
import { discover } from "../../src/discover.js";
import { checkOptions } from "../../src/options.js";
import { stopWorkers } from "../../src/parallel/pool.js";
import type { Method } from "./race.js";
import { judge, type Law } from "./suites.js";

/** The primitives of a law by their names. */
export const primitivesOf = ({ primitives }: Pick<Law, "primitives">): string[] =>
  checkOptions({ target: "y", primitives }).primitives.filter((primitive) => typeof primitive === "string");

export function eqlab(signal: AbortSignal): Method {
  return {
    name: "eqlab",
    async find(law, { inputs, target, testInputs, testTarget }, { seconds: budget, seed, workers }) {
      const begun = performance.now();
      const { primitives } = law;
      const { best } = await discover(
        { ...inputs, target },
        { target: "target", primitives, budget, seed, workers, signal },
      );
      const seconds = (performance.now() - begun) / 1000;
      const judgement = judge(law, { testTarget }, best.predict(testInputs), best.complexity);
      return { ...judgement, formula: best.expression, seconds };
    },
    stop: stopWorkers,
  };
}
