/**
 * Table I of the paper once more: its functions, trained with both penalties, so many trials each; beside its own success
 * per trial that of what is read off as published, of what the polish makes of it, and of the search on as many tables.
 */
import { discover } from "../../src/discover.js";
import type { Sparsity } from "../../src/network/trainer.js";
import { stopWorkers } from "../../src/parallel/pool.js";
import type { Candidate } from "../../src/result.js";
import { aligned } from "./report.js";
import { dataOf, judge, type Law, type LawData, lawsOf } from "./suites.js";

/** The paper's success per trial (its Table I, L0.5 and L0), where we know it. */
const PAPER: Readonly<Record<string, Readonly<Record<Sparsity, number>>>> = {
  x: { "L0.5": 1, L0: 1 },
  x2: { "L0.5": 0.6, L0: 0.75 },
  x3: { "L0.5": 0.3, L0: 0.05 },
  sin2pix: { "L0.5": 0.45, L0: 0.85 },
  xy: { "L0.5": 0.8, L0: 1 },
  sig10: { "L0.5": 0.3, L0: 0.55 },
  xy_z: { "L0.5": 0.05, L0: 0.95 },
  gauss: { "L0.5": 0.05, L0: 0.15 },
  x2_sin: { "L0.5": 0.2, L0: 0.8 },
  x2_y_2z: { "L0.5": 0.6, L0: 0.9 },
};
const PENALTIES: readonly Sparsity[] = ["L0.5", "L0"];
/** Hidden layers; two, unless said here. */
const LAYERS: Readonly<Record<string, number>> = { cubic3: 3 };
/** Nodes that a formula as read off may have beyond twice the law's: coefficients that are not quite 1, a small constant. */
const LEFT_OVER = 4;
/** Laws worked on at once: while one's formulas are written out, workers train the other's. */
const AT_ONCE = 2;

export interface TableOneLine {
  readonly law: string;
  readonly formula: string;
  /** Success per trial. */
  readonly rates: Readonly<
    Record<Sparsity, { readonly paper?: number; readonly published: number; readonly polished: number }>
  >;
  readonly search: number;
}

export interface TableOne {
  readonly trials: number;
  readonly lines: readonly TableOneLine[];
  /** Seconds of the training, both penalties, with its polish; and of the search. */
  readonly training: number;
  readonly search: number;
}

export async function tableOne(
  trials: number,
  { seed, workers }: { seed: number; workers: number },
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<TableOne> {
  const laws = lawsOf().get("paper") ?? [];
  const rates = new Map<string, { published: number; polished: number }>();
  const begun = performance.now();
  const trainings = laws.flatMap((law) => PENALTIES.map((sparsity) => ({ law, sparsity })));
  await inParallel(trainings, async ({ law, sparsity }) => {
    const data = dataOf(law, seed);
    const layers = LAYERS[law.id] ?? 2;
    const options = {
      target: "target",
      method: "paper",
      sparsity,
      restarts: trials,
      layers,
      seed,
      workers,
      signal,
    } as const;
    const { restarts = [], seconds } = await discover({ ...data.inputs, target: data.target }, options);
    signal.throwIfAborted();
    const good = restarts.map(({ published, polished }) => success(law, data, published, polished));
    const rate = (which: "published" | "polished") => good.filter((trial) => trial[which]).length / trials;
    const both = { published: rate("published"), polished: rate("polished") };
    rates.set(`${law.id} ${sparsity}`, both);
    say(`${law.id}, ${sparsity}: ${both.published} as read off, ${both.polished} polished, ${seconds.toFixed(1)} s`);
  });
  const trained = performance.now();
  const found = new Map<string, number>();
  await inParallel(laws, async (law) => {
    let exact = 0;
    for (let k = 0; k < trials; k++) {
      const data = dataOf(law, seed + k);
      const { best } = await discover({ ...data.inputs, target: data.target }, { target: "target", workers, signal });
      signal.throwIfAborted();
      if (judge(law, data, best.predict(data.testInputs), best.complexity).exact) exact++;
    }
    found.set(law.id, exact / trials);
    say(`${law.id}, search: ${exact / trials}`);
  });
  await stopWorkers();
  const lines = laws.map(({ id, formula }) => ({
    law: id,
    formula,
    rates: Object.fromEntries(
      PENALTIES.map((sparsity) => [sparsity, { paper: PAPER[id]?.[sparsity], ...rates.get(`${id} ${sparsity}`) }]),
    ) as unknown as TableOneLine["rates"],
    search: found.get(id) ?? 0,
  }));
  return { trials, lines, training: (trained - begun) / 1000, search: (performance.now() - trained) / 1000 };
}

/**
 * As read off a formula is right when it has the law's form: it is short enough, and exact once its constants are fitted, which
 * the polish does. Its own constants are as good as the last steps of the training left them.
 */
function success(law: Law, data: LawData, published: Candidate, polished: Candidate | undefined) {
  const exact = polished ? judge(law, data, polished.predict(data.testInputs), polished.complexity).exact : false;
  return { polished: exact, published: exact && published.complexity <= 2 * law.nodes + LEFT_OVER };
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export function tableOneParts({ trials, lines, training, search }: TableOne): string[] {
  const text = (rate: number | undefined) => (rate === undefined ? "–" : rate.toFixed(2));
  const mean = (of: (line: TableOneLine) => number) => lines.reduce((sum, line) => sum + of(line), 0) / lines.length;
  const cells = lines.map(({ formula, rates, search: rate }) => [
    `\`${formula}\``,
    ...PENALTIES.flatMap((p) => [text(rates[p].paper), text(rates[p].published), text(rates[p].polished)]),
    text(rate),
  ]);
  const means = PENALTIES.flatMap((p) => [
    "",
    text(mean(({ rates }) => rates[p].published)),
    text(mean(({ rates }) => rates[p].polished)),
  ]);
  return [
    "## Table I of the paper",
    `Success per trial of ${trials}, each on 256 rows in [−1, 1]. Paper: as published (– where it gives none that we know); read ` +
      "off: the same training here, the formula off the weights has the law's form; polished: the search's fit, prune and snap " +
      `make it exact, judged on [−2, 2]. Search: \`discover\` on as many tables. The training took ${training.toFixed(0)} s, the ` +
      `search ${search.toFixed(0)} s.`,
    aligned(
      ["function", ...PENALTIES.flatMap((p) => [`${p} paper`, "read off", "polished"]), "search"],
      [...cells, ["mean", ...means, text(mean(({ search: rate }) => rate))]],
    ),
  ];
}
