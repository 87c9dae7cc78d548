/** A whole table as one job: what travels to the worker that searches it, and what comes back. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { parseCsv } from "../csv.js";
import { discover } from "../discover.js";
import { InputError } from "../errors.js";
import type { DiscoverOptions, Progress } from "../options.js";
import { summary } from "../summary.js";
import { checked, LARGEST_MESSAGE, primitive } from "./messages.js";

/** Options of `discover` about the machine are the worker's own. */
type MachineOption = "workers" | "cluster" | "signal" | "checkpoint" | "onProgress";

/** The others belong to the question. */
const options = z.strictObject({
  target: z.string(),
  inputs: z.array(z.string()).optional(),
  primitives: z.array(z.union([primitive, z.enum(["default", "all"])])).optional(),
  units: z.record(z.string(), z.string()).optional(),
  sigma: z.union([z.string(), z.number()]).optional(),
  weights: z.string().optional(),
  noise: z.enum(["additive", "relative"]).optional(),
  loss: z.enum(["squares", "robust"]).optional(),
  outliers: z.enum(["aside", "keep"]).optional(),
  seed: z.int().optional(),
  method: z.enum(["search", "paper"]).optional(),
  sparsity: z.enum(["L0.5", "L0"]).optional(),
  restarts: z.int().positive().optional(),
  layers: z.int().positive().optional(),
  budget: z.number().positive().optional(),
} satisfies Record<Exclude<keyof DiscoverOptions, MachineOption>, z.ZodType>);

const request = z.strictObject({ file: z.string(), csv: z.string().max(LARGEST_MESSAGE), options });

const formula = z.strictObject({
  expression: z.string(),
  complexity: z.int().positive(),
  mse: z.number().nonnegative(),
  tex: z.string(),
});
const found = z.strictObject({
  best: formula,
  front: z.array(formula),
  verdict: z.enum(["exact", "law", "approximation"]),
  warnings: z.array(z.string()),
  seconds: z.number(),
});
const reply = z.union([found, z.strictObject({ refused: z.string() })]);

export type TableRequest = z.infer<typeof request>;
/** What was found, or why the table or the options can't be used. */
export type TableReply = z.infer<typeof reply>;
export type TableOptions = z.infer<typeof options>;

/** @throws Error that says what is wrong with a message */
export const readTableRequest = (message: unknown): TableRequest => checked(request, message);
export const readTableReply = (message: unknown): TableReply => checked(reply, message);

/** The name of a request: the same table with the same question has the same one. */
export function keyOf({ csv, options }: TableRequest): string {
  return createHash("sha256")
    .update(JSON.stringify([csv, options]))
    .digest("hex")
    .slice(0, 32);
}

interface Machine {
  readonly workers?: number;
  readonly cluster?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Searches a table; the answer to its request. */
export async function answer({ file, csv, options }: TableRequest, machine: Machine): Promise<TableReply> {
  try {
    const asked: DiscoverOptions = { ...options, ...machine };
    const { best, front, verdict, warnings, seconds } = await discover(parseCsv(csv, file), asked);
    return { best: summary(best), front: front.map(summary), verdict, warnings, seconds };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
}
