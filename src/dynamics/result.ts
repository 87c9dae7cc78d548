/** What a fit gives back, and how it looks as the last expression of a cell. */

import { count } from "../frame.js";
import { type Displayable, jupyterDisplay } from "../notebook/display.js";
import { escapeHtml, formulaInHtml } from "../notebook/html.js";
import type { Attempt } from "./fit.js";
import { type Equation, type EquationConstant, equationsOf } from "./law.js";
import type { DynamicsSettings } from "./options.js";

export interface DynamicsResult extends Displayable {
  /** The law of each state. If `ok` is false, the best attempt at one. */
  readonly law: Equation[];
  /** Names of the hidden parameters in the law. */
  readonly latentNames: string[];
  /** The latents of each series, [series, latent]; none if it was stopped too early to have any. */
  readonly latents: number[][];
  /** Do the law's paths leave nothing but noise, and is there no term by which they would come nearer? */
  readonly ok: boolean;
  /** Mean square error of the paths and of the noise alone, in squares of the states' standard deviations. */
  readonly mse: number;
  readonly floor: number;
  readonly warnings: string[];
  readonly seconds: number;
}

interface Outcome extends Attempt {
  readonly seconds: number;
  readonly stopped: boolean;
}

export function fittedResult(
  { law, polish, before, seconds, stopped }: Outcome,
  settings: DynamicsSettings,
): DynamicsResult {
  const { ok, mse, floor, errors } = polish;
  const warnings: string[] = [];
  const found = law.latents.length;
  const { expected } = settings;
  if (stopped) warnings.push("The fit was stopped: this is the best found by then.");
  if (!ok && !stopped) {
    warnings.push(
      `No law found: the best attempt's paths are off by ${Math.sqrt(mse).toPrecision(2)} standard deviations of the states, ` +
        `where noise alone makes ${Math.sqrt(floor).toPrecision(2)}.`,
    );
  }
  if (ok && expected !== undefined && expected !== found) {
    warnings.push(`${count(expected, "latent")} expected, but the series differ in ${found}.`);
  }
  const equations = equationsOf({ law, errors }, before);
  const result: DynamicsResult = {
    law: equations,
    latentNames: [...law.latents],
    latents: polish.latents.map((z) => [...z]),
    ok,
    mse,
    floor,
    warnings,
    seconds,
    [jupyterDisplay]: () => {
      const off = Number.isFinite(mse)
        ? `: rms error of its paths ${Math.sqrt(mse).toPrecision(3)}, of noise ${Math.sqrt(floor).toPrecision(3)} standard deviations`
        : "";
      const lines = [
        `${ok ? "A law" : "No law, the best attempt"}${off}; ${seconds} s.`,
        `Latents: ${law.latents.join(", ") || "none"}.`,
        ...equations.flatMap(({ left, constants }) =>
          constants.length > 0 ? [`Constants of ${left}: ${constants.map(said).join(", ")}.`] : [],
        ),
        ...warnings.map((warning) => `⚠ ${warning}`),
      ];
      const formulas = equations.map((equation) => `<p>${formulaInHtml(`$\\displaystyle ${equation.toTeX()}$`)}</p>`);
      return {
        "text/html": `${formulas.join("")}<p>${lines.map(escapeHtml).join("<br>")}</p>`,
        "text/plain": [...equations.map(({ left, expression }) => `${left} = ${expression}`), ...lines].join("\n"),
      };
    },
  };
  return result;
}

function said({ value, error, before }: EquationConstant): string {
  const plusMinus = (v: number, e: number) => `${Number(v.toPrecision(10))} ± ${Number(e.toPrecision(2))}`;
  return before ? `${value} (fitted: ${plusMinus(before.value, before.error)})` : plusMinus(value, error ?? Number.NaN);
}
