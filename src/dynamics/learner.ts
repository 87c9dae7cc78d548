/** Laws of motion with hidden parameters: the learner as a notebook sees it, on one screen. */
import { readFileSync, writeFileSync } from "node:fs";
import { InputError } from "../errors.js";
import { beginWork, type LongWork } from "../notebook/cell.js";
import { random } from "../random.js";
import { openSteps, unrecorded } from "./checkpoint.js";
import { median } from "./common.js";
import { trainedEncoder } from "./fast-latents.js";
import { structuresFor } from "./find.js";
import { fitted, type Source } from "./fit.js";
import { Follower, partsFor } from "./follow.js";
import { inferred } from "./infer.js";
import { closed, type Equation, equationsOf, type Law } from "./law.js";
import { networkStructures } from "./network.js";
import { checkDynamics, type DynamicsOptions, type DynamicsProgress, type DynamicsSettings } from "./options.js";
import { type Polished, polished } from "./polish.js";
import { type DynamicsResult, fittedResult } from "./result.js";
import { readSeries, type SeriesData } from "./series.js";
import { type Survey, survey } from "./survey.js";

/** What a fit can be given. */
export interface DynamicsFitOptions {
  /** Ends the fit with the best so far. */
  signal?: AbortSignal;
  /** A file to go on from after an interruption; begun if it isn't there. */
  checkpoint?: string;
  onProgress?: (progress: DynamicsProgress) => void;
}

/** What `infer` and `polish` can be given. */
export interface StopOptions {
  /** Ends it with the best so far, which then doesn't count as right. */
  signal?: AbortSignal;
}

/** The latents of series, [series, latent], and their standard errors. */
export interface Inferred {
  readonly latents: number[][];
  readonly errors: number[][];
  /**
   * The states on each series' first row, [series, state], as the law's path through all rows has them: nearer to the truth than
   * what was observed there, and known for states that were not observed. From here `simulate` follows the series.
   */
  readonly starts: number[][];
  /** Does the law follow these series to within their noise? */
  readonly ok: boolean;
  /** Mean square error of the law's paths, and that of the noise, in squares of the states' spread. */
  readonly mse: number;
  readonly floor: number;
}

/** A series must have so many rows: for the derivatives and for a window. */
const LEAST_ROWS = 34;
/** Fewer series teach an encoder nothing: what the search doesn't find, the network isn't asked for. */
const LEAST_TRAINED = 10;

export class EqlDynamics {
  private readonly settings: DynamicsSettings;
  private known: { law: Law; typical: number[]; dt: number } | undefined;

  /** @throws InputError that names the option and what it may be */
  constructor(options: DynamicsOptions) {
    this.settings = checkDynamics(options);
  }

  /**
   * Finds the law of the states and the latents of each series.
   * @param data arrays [series, time, state] or a DataFrame
   * @returns the law, with `ok` false where its paths leave more than noise
   * @throws InputError for series that can't be used
   */
  async fit(data: SeriesData, { signal, checkpoint, onProgress }: DynamicsFitOptions = {}): Promise<DynamicsResult> {
    const started = performance.now();
    const seconds = () => Math.round(performance.now() - started) / 1000;
    return stoppable("Searched", signal, async (stop, work) => {
      const seen = this.read(data);
      const report = (fraction: number, best: string) => {
        const progress = { fraction, best, seconds: seconds() };
        onProgress?.(progress);
        work?.report(progress);
      };
      const { form, primitives, seed, nameOf, method, expected = 1 } = this.settings;
      const step = checkpoint ? openSteps(checkpoint, this.settings, seen.set, stop) : unrecorded;
      const scene = { form, primitives, seed, signal: stop, step };
      const ways: Record<typeof method, () => Source> = {
        search: () => (state) => structuresFor(scene, seen, state),
        network: () => networkStructures(scene, seen, expected, report),
      };
      let attempt = await fitted(scene, seen, ways[method](), nameOf, report);
      const trainable = seen.set.list.length >= LEAST_TRAINED;
      if (method === "search" && trainable && !attempt.polish.ok && !stop.aborted) {
        const other = await fitted(scene, seen, ways.network(), nameOf, report);
        if (other.polish.ok || other.polish.mse < attempt.polish.mse) attempt = other;
      }
      const { law, polish } = attempt;
      const typical = law.latents.map((_, k) => median(polish.latents.map((z) => z[k])));
      this.known = { law, typical, dt: seen.set.dt };
      return fittedResult({ ...attempt, seconds: seconds(), stopped: stop.aborted }, this.settings);
    });
  }

  /** The latents of series under the law found, each with its standard error. */
  async infer(data: SeriesData, { signal }: StopOptions = {}): Promise<Inferred> {
    const { law, typical } = this.found();
    const seen = this.read(data);
    return stoppable("Fitted", signal, async (stop) =>
      plain(await inferred(law, seen, Float64Array.from(typical), { whole: true, signal: stop })),
    );
  }

  /** Fits the law's constants anew to series, by multiple shooting on every observation. */
  async polish(data: SeriesData, { signal }: StopOptions = {}): Promise<DynamicsResult> {
    const started = performance.now();
    const { law, typical, dt } = this.found();
    const seen = this.read(data);
    return stoppable("Fitted", signal, async (stop) => {
      const { latents } = await inferred(law, seen, Float64Array.from(typical), { signal: stop });
      const polish = await polished(law, seen.set.list, latents, seen, { whole: true, signal: stop });
      const better = { ...law, values: polish.values };
      this.known = { law: better, typical, dt };
      const seconds = Math.round(performance.now() - started) / 1000;
      const before = { law: better, errors: polish.errors };
      const outcome = { law: better, polish, before, seconds, stopped: stop.aborted };
      return fittedResult(outcome, this.settings);
    });
  }

  /**
   * An encoder, trained on series and the latents the law gives them: a first guess at the latents of more series like these,
   * in a fraction of the time that `infer` takes, and without its precision.
   * @returns a function from series, at least as long, to latents [series, latent]
   */
  async encoder(data: SeriesData): Promise<(series: SeriesData) => number[][]> {
    const { law, typical } = this.found();
    const seen = this.read(data);
    const { latents } = await inferred(law, seen, Float64Array.from(typical));
    const { list } = seen.set;
    const known = latents.map((z) => [...z]);
    const trained = trainedEncoder(list, seen.spread, known, random(this.settings.seed));
    return (series) => trained.encode(this.read(series).set.list);
  }

  /**
   * Follows the law from an initial state.
   * @param start the states at the beginning
   * @param latents the hidden parameters, in the law's order
   * @returns steps + 1 rows of states, the first the initial one
   * @throws InputError where the law has no value on the way
   */
  simulate(start: readonly number[], latents: readonly number[], steps: number): number[][] {
    const { law, dt } = this.found();
    const { form, states } = law;
    const count = states.length;
    if (start.length !== count || latents.length !== law.latents.length) {
      throw new InputError(
        `The law has the states ${states.join(", ")} and the latents ${law.latents.join(", ") || "(none)"}: ` +
          `give ${count} and ${law.latents.length} numbers, not ${start.length} and ${latents.length}.`,
      );
    }
    const equations = closed(law);
    const parts = partsFor(equations, states, law.latents, { form, dt }, [{ start, parameters: latents }], steps);
    const path = new Follower(equations, states, law.latents, form, dt, parts).follow(start, latents, steps, false);
    if (!path)
      throw new InputError("The law has no value on the way: a state grows without end, or leaves its domain.");
    return Array.from({ length: steps + 1 }, (_, i) => [...path.rows.subarray(i * count, (i + 1) * count)]);
  }

  /** Writes the law found to a file. */
  save(file: string): void {
    const { law, typical, dt } = this.found();
    const plainLaw = { ...law, values: [...law.values] };
    writeFileSync(
      file,
      JSON.stringify({ kind: FILE_KIND, options: this.settings.options, law: plainLaw, typical, dt }),
    );
  }

  /** @throws InputError for a file that `save` did not write */
  static load(file: string): EqlDynamics {
    const saved = JSON.parse(readFileSync(file, "utf8"));
    if (saved?.kind !== FILE_KIND) throw new InputError(`${file} is no law of motion saved by EqlDynamics.`);
    const { options, law, typical, dt } = saved;
    const learner = new EqlDynamics(options);
    learner.known = { law: { ...law, values: Float64Array.from(law.values) }, typical, dt };
    return learner;
  }

  /** The equations found; empty before `fit`. */
  get law(): Equation[] {
    if (!this.known) return [];
    const { law } = this.known;
    const unknown = { law, errors: law.values.map(() => Number.NaN) };
    return equationsOf(unknown, unknown);
  }

  private found() {
    if (!this.known) throw new InputError("There is no law yet: call fit(series) first, or load one.");
    return this.known;
  }

  private read(data: SeriesData): Survey {
    const { states, rates } = this.settings;
    return survey(readSeries(data, this.settings.options, LEAST_ROWS), states, rates);
  }
}

/** Does work that the signal ends, or Stop in a notebook's cell. */
async function stoppable<T>(
  deed: string,
  signal: AbortSignal | undefined,
  task: (stop: AbortSignal, work: LongWork | undefined) => Promise<T>,
): Promise<T> {
  const work = beginWork(deed);
  try {
    return await task(AbortSignal.any([signal, work?.signal].filter((each) => each !== undefined)), work);
  } finally {
    work?.end();
  }
}

const FILE_KIND = "eqlab law of motion 1";

function plain({ latents, latentErrors, starts, ok, mse, floor }: Polished): Inferred {
  const lists = (rows: readonly Float64Array[]) => rows.map((row) => [...row]);
  return { latents: lists(latents), errors: lists(latentErrors), starts: lists(starts), ok, mse, floor };
}
