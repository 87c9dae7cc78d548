/**
 * What travels through Redis, and its check on arrival. Anyone who can write to the server can write a job, so a message is
 * believed only as far as its schema goes: numbers, names, and formulas that the expression parser reads. Nothing is
 * evaluated as code.
 */
import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import { unitOf } from "../custom.js";
import { PRIMITIVES } from "../primitives.js";
import type { Candidate } from "../search/candidates.js";
import type { Affine, Link } from "../search/network.js";
import type { Job, Problem } from "../search/workbench.js";
import { candidatesOf, type Findings, findingsOf, jobOf, strippedOf } from "./packing.js";

/** Bytes of a message at most, a table's columns included. */
export const LARGEST_MESSAGE = 64 * 2 ** 20;
/** Units of a network at most: far above what the search looks at. */
const LARGEST_NETWORK = 2_000;

/** A column as base64 of its 8-byte little-endian numbers: all digits, in 11 characters each. */
export function packed(column: Float64Array): string {
  return Buffer.from(Float64Array.from(column).buffer).toString("base64");
}

function unpacked(text: string, context: z.RefinementCtx): Float64Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === 0 || bytes.length % 8 !== 0) {
    context.addIssue({ code: "custom", message: "a column must be whole 8-byte numbers" });
    return z.NEVER;
  }
  const column = new Float64Array(new SharedArrayBuffer(bytes.length)); // worker threads need no copies
  new Uint8Array(column.buffer).set(bytes);
  return column;
}

const column = z.string().transform(unpacked);

/** Numbers that say much the same again and again, as networks do, deflated: an eighth of their JSON. */
const deflated = (numbers: Float64Array): string =>
  deflateRawSync(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), { level: 1 }).toString(
    "base64",
  );

const inflated = z.string().transform((text, context) => {
  try {
    const bytes = inflateRawSync(Buffer.from(text, "base64"), { maxOutputLength: LARGEST_MESSAGE });
    return new Float64Array(Uint8Array.from(bytes).buffer);
  } catch {
    context.addIssue({ code: "custom", message: "numbers must be deflated, and whole" });
    return z.NEVER;
  }
});

/** A primitive's name, or one of the user's own. */
export const primitive = z.union([
  z.string().refine((name) => name in PRIMITIVES, "no known primitive"),
  z.strictObject({ name: z.string().regex(/^[A-Za-z]\w*$/), formula: z.string().max(1_000) }).refine((custom) => {
    try {
      unitOf(custom);
      return true;
    } catch {
      return false;
    }
  }, "a formula that can't be read"),
]);

/** Unknown ones are null on the way. */
const dimension = z
  .strictObject({ powers: z.array(z.number()), units: z.record(z.string(), z.number()) })
  .nullable()
  .transform((known) => known ?? undefined);

const problemFields = {
  inputs: z.array(column).min(1).max(1_000),
  shifts: z.array(z.number()),
  scales: z.array(z.number().positive()),
  target: column,
  weights: column.optional(),
  searchRows: z.int().positive(),
  primitives: z.array(primitive).min(1).max(100),
  dimensions: z.strictObject({ inputs: z.array(dimension), target: dimension }).optional(),
  targetScale: z.number().positive(),
  resolution: z.number().nonnegative(),
} satisfies Record<keyof Problem, z.ZodType>;

const problem = z.strictObject(problemFields).refine(({ inputs, shifts, scales, target, weights, searchRows }) => {
  const rows = target.length;
  const columns = [...inputs, ...(weights ? [weights] : [])];
  const one = [shifts, scales].every(({ length }) => length === inputs.length);
  return columns.every(({ length }) => length === rows) && one && searchRows <= rows;
}, "columns of different lengths");

// Annotated, because a type that contains itself can't be inferred; `z.infer` of the rest must agree with the search's types.
const link: z.ZodType<Link> = z.strictObject({
  weight: z.number(),
  get unit() {
    return z.strictObject({
      kind: z.enum(["input", "function", "product"]),
      index: z.int().nonnegative(),
      factors: z.array(z.strictObject({ input: affine, power: z.number(), free: z.boolean() })),
    });
  },
});
const affine: z.ZodType<Affine> = z.strictObject({
  bias: z.number(),
  biased: z.boolean(),
  links: z.array(z.lazy(() => link)),
});
const network = affine.refine((root) => unitsOf(root) <= LARGEST_NETWORK, "too large a network");

const job = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("start"), start: z.string().max(100) }),
  z.strictObject({ kind: z.literal("expand"), root: network }),
  z.strictObject({ kind: z.literal("shorten"), root: network, part: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal("prune"), root: network, error: z.number() }),
  z.strictObject({ kind: z.literal("mutate"), seed: z.int(), batch: z.int(), parents: z.array(network).max(1_000) }),
  z.strictObject({ kind: z.literal("finish"), root: network }),
  z.strictObject({
    kind: z.literal("train"),
    sparsity: z.enum(["L0.5", "L0"]),
    layers: z.array(z.array(z.string().max(100)).min(1).max(1_000)).max(20),
    seed: z.int(),
    restart: z.int().nonnegative(),
    units: z.strictObject({ inputs: z.array(z.number()), target: z.number() }),
  }),
]);

/** A job on its way to a worker: the problem goes once, under its hash, and the job's networks beside it. */
const request = z.strictObject({
  problem: z.string().regex(/^[0-9a-f]{64}$/),
  job: z.looseObject({ kind: z.string() }),
  networks: inflated,
});
const candidates = z.array(z.strictObject({ root: network, error: z.number() })).max(100_000);
/** What a worker has found. */
const reply = z.strictObject({ networks: inflated, errors: inflated }) satisfies z.ZodType<Findings>;

export type Request = z.input<typeof request>;
export type Reply = z.input<typeof reply>;

export function packRequest(problem: string, job: Job): Request {
  const { job: stripped, networks } = strippedOf(job);
  return { problem, job: { ...stripped }, networks: deflated(networks) };
}

export function packCandidates(found: readonly Candidate[]): Reply {
  const { networks, errors } = findingsOf(found);
  return { networks: deflated(networks), errors: deflated(errors) };
}

/** A problem as text, and the hash it is known by. */
export function packProblem(of: Problem): { text: string; hash: string } {
  const { inputs, target, weights, ...rest } = of;
  const { dimensions } = rest;
  const text = JSON.stringify({
    ...rest,
    ...(dimensions && { dimensions: { inputs: [...dimensions.inputs], target: dimensions.target ?? null } }),
    inputs: inputs.map(packed),
    target: packed(target),
    ...(weights && { weights: packed(weights) }),
  });
  return { text, hash: createHash("sha256").update(text).digest("hex") };
}

/** @throws Error that says what is wrong with a message */
export const readProblem = (text: string): Problem => checked(problem, JSON.parse(limited(text)));
export function readCandidates(message: unknown): Candidate[] {
  const findings = checked(reply, message);
  return checked(
    candidates,
    rebuilt(() => candidatesOf(findings)),
  );
}
export function readRequest(message: unknown): { problem: string; job: Job } {
  const { problem, job: stripped, networks } = checked(request, message);
  const whole = rebuilt(() => jobOf({ job: stripped as unknown as Job, networks }));
  return { problem, job: checked(job, whole) };
}

function rebuilt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`A message that eqlab did not write: ${(error as Error).message}`);
  }
}

export function checked<T>(schema: z.ZodType<T>, message: unknown): T {
  const { success, data, error } = schema.safeParse(message);
  if (!success) throw new Error(`A message that eqlab did not write: ${z.prettifyError(error)}`);
  return data;
}

export function limited(text: string): string {
  if (text.length <= LARGEST_MESSAGE) return text;
  throw new Error(`A message of ${text.length} bytes; at most ${LARGEST_MESSAGE} are read.`);
}

function unitsOf(of: Affine): number {
  return of.links.reduce(
    (count, { unit }) => count + 1 + unit.factors.reduce((inner, factor) => inner + unitsOf(factor.input), 0),
    0,
  );
}
