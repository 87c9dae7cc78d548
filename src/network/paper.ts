/**
 * The paper's method on a table: restarts of its training, dealt out to the workers; of each the formula as published, and
 * the networks that the search's fit, prune and snap make of it, from which the law is chosen as ever.
 */
import { best } from "../choose.js";
import { InputError } from "../errors.js";
import { toText } from "../expression/text.js";
import type { Expression } from "../expression/tree.js";
import { type Finalist, finalistsOf } from "../finalists.js";
import { problemsOf, rowsOf } from "../kinds.js";
import { inPaper, type Settings } from "../options.js";
import { DEFAULT_PRIMITIVES } from "../primitives.js";
import type { Candidate } from "../search/candidates.js";
import { expressible, unscaled } from "../search/formula.js";
import { makeGrammar } from "../search/grammar.js";
import { type Affine, affine } from "../search/network.js";
import { type Runner, Workbench } from "../search/workbench.js";
import type { Table } from "../table.js";
import { PAPER_LAYER } from "./architecture.js";
import { formulaOf } from "./readoff.js";

/** Restarts dealt out at once: a line of the checkpoint. */
const AT_ONCE = 8;
/** Networks of each restart that are looked at in the end: the last ones of the pruning. */
const LAST = 2;
/** Columns whose largest size is below 2 to this power, and above one over it, are trained on as they are. */
const NEAR_ONE = 3;

export interface TrainedTable {
  readonly finalists: readonly Finalist[];
  /** What each restart came to, the smallest error in training first; those without a formula (see restart.ts) are left out. */
  readonly restarts: readonly {
    readonly restart: number;
    /** The formula as the paper reads it off. */
    readonly published: Expression;
    /** What the polish makes of it. */
    readonly polished: Finalist | undefined;
  }[];
}

export async function trainTable(
  table: Table,
  order: readonly number[],
  runnerFor: (workbench: Workbench) => Runner,
  settings: Settings,
  onProgress: (fraction: number, phase: string, formula: string) => void,
): Promise<TrainedTable> {
  const { sparsity, restarts, seed, signal } = settings;
  // The paper's error counts all rows alike, unless the user says otherwise.
  const kinds = problemsOf(table, order, settings);
  const { noise, problem, scales } = kinds.find((kind) => kind.noise === "additive") ?? kinds[0];
  const workbench = new Workbench(problem);
  const run = runnerFor(workbench);
  const grammar = makeGrammar(problem.primitives);
  const names = table.inputs.map(({ name }) => name);
  const unit = (by: number) => (Math.abs(Math.log2(by)) < NEAR_ONE + 0.5 ? by : 1);
  const units = { inputs: scales.inputs.map(({ by }) => unit(by)), target: unit(scales.target) };
  const layers = new Array(settings.layers).fill(layerOf(settings.primitives));
  const found: { readonly restart: number; readonly published: Candidate; readonly rest: readonly Candidate[] }[] = [];
  const read = ({ root }: Candidate) => {
    const network = unscaled(root, scales, grammar);
    return expressible(network) ? formulaOf(network, names, grammar) : undefined;
  };
  for (let first = 0; first < restarts && !signal.aborted; first += AT_ONCE) {
    const count = Math.min(AT_ONCE, restarts - first);
    const jobs = Array.from({ length: count }, (_, k) => first + k).map((restart) => ({
      kind: "train" as const,
      sparsity,
      layers,
      seed,
      restart,
      units,
    }));
    (await run(jobs)).forEach(([published, ...rest], k) => {
      if (published) found.push({ restart: first + k, published, rest });
    });
    found.sort((a, b) => a.published.error - b.published.error || a.restart - b.restart);
    const least = found.length > 0 ? read(found[0].published) : undefined;
    onProgress((first + count) / restarts, "train", least ? toText(least, { digits: 6 }) : "");
  }
  const shifted = scales.inputs.some(({ shift }) => shift !== 0);
  const finalists = (roots: readonly Affine[]) =>
    finalistsOf(
      roots.map((root) => unscaled(root, scales, grammar)),
      noise,
      rowsOf(table, order),
      { names, grammar, shifted, dimensions: table.dimensions, signal },
    );
  const mean = await finalists([affine([], 0)]);
  const ends: {
    readonly restart: number;
    readonly published: Expression | undefined;
    readonly polished: Finalist[];
  }[] = [];
  for (const { restart, published, rest } of found) {
    const polished = await finalists(rest.slice(-LAST).map(({ root }) => root));
    ends.push({ restart, published: read(published), polished });
  }
  return {
    finalists: [...mean, ...ends.flatMap(({ polished }) => polished)],
    restarts: ends.flatMap(({ restart, published, polished }) =>
      published ? [{ restart, published, polished: polished.length > 0 ? best(polished) : undefined }] : [],
    ),
  };
}

/** The paper's hidden layer; of other primitives two units each, of the plainest four, as there. */
export function layerOf(primitives: Settings["primitives"]): readonly string[] {
  const known: readonly string[] = DEFAULT_PRIMITIVES;
  const names = primitives.map((primitive) => {
    if (typeof primitive !== "string" || !inPaper(primitive)) {
      const name = typeof primitive === "string" ? primitive : primitive.name;
      throw new InputError(`The paper's method can't use the primitive "${name}": leave it out, or leave out method.`);
    }
    return primitive;
  });
  const counts = new Map(known.map((name) => [name, PAPER_LAYER.filter((unit) => unit === name).length]));
  return names.flatMap((name) => new Array<string>(counts.get(name) ?? 2).fill(name));
}
