/** Whatever a file or a message holds: a reader gives what is written there, or says what is wrong; it never crashes or guesses. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { parseCsv, readCsv } from "../src/csv.js";
import { unitOf } from "../src/custom.js";
import { InputError } from "../src/errors.js";
import { parse } from "../src/expression/parse.js";
import { openCheckpoint } from "../src/parallel/journal.js";
import {
  packCandidates,
  packProblem,
  packRequest,
  readCandidates,
  readProblem,
  readRequest,
} from "../src/parallel/messages.js";
import { readTableReply, readTableRequest } from "../src/parallel/tables.js";
import { openResults } from "../src/results.js";
import type { Affine } from "../src/search/network.js";
import type { Problem } from "../src/search/workbench.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-readers-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "file");
const RUNS = { numRuns: 1_000 };

const bytes = fc.uint8Array({ maxLength: 400 });
/** Text of the letters that mean something to a reader of tables. */
const crooked = fc.string({ unit: fc.constantFrom(..."xy,;\t\n\r\"' #.-+eE0159NaInf\u00a0µ"), maxLength: 200 });
/** What a file may hold. */
const contents = fc.oneof(
  bytes,
  crooked.map((text) => new TextEncoder().encode(text)),
);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/), { minLength: 2, maxLength: 5 });

/** Does it give a value, or an error that a scientist can read? */
function readsOrRefuses(read: () => unknown, refusal: new (message: string) => Error): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof refusal, `${(error as Error).stack}`);
    assert.ok(error.message.length > 10, error.message);
  }
}

test("CSV: any bytes are read or refused in plain words", () => {
  fc.assert(
    fc.property(contents, (content) => {
      writeFileSync(path, content);
      readsOrRefuses(() => readCsv(path), InputError);
    }),
    RUNS,
  );
});

test("CSV: every number of a table comes back to the last digit, whatever the separator", () => {
  const tables = names.chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.tuple(...columns.map(() => finite)), { minLength: 1, maxLength: 8 }),
      separator: fc.constantFrom(",", ";", "\t"),
      end: fc.constantFrom("\n", "\r\n"),
    }),
  );
  fc.assert(
    fc.property(tables, ({ columns, rows, separator, end }) => {
      const lines = [columns, ...rows].map((cells) => cells.map(String).join(separator));
      const frame = parseCsv(lines.join(end) + end, "t.csv");
      assert.deepEqual(frame.columns, columns);
      columns.forEach((column, j) => {
        assert.deepEqual(
          Array.from(frame.column(column).values),
          rows.map((row) => Number(String(row[j]))),
        );
      });
    }),
    RUNS,
  );
});

test("formulas: any text is read or refused", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(..."xyu+-*/^()., 0123.e\"'=>"), maxLength: 60 }),
  );
  fc.assert(
    fc.property(text, (formula) => readsOrRefuses(() => parse(formula), Error)),
    RUNS,
  );
});

test("formulas: too deep and too long ones are refused in words, and what is allowed is read", () => {
  const nested = (levels: number) => [
    `${"(".repeat(levels)}x${")".repeat(levels)}`,
    `${"-".repeat(levels)}x`,
    `x${"^x".repeat(levels)}`,
    `${"sin(".repeat(levels)}x${")".repeat(levels)}`,
  ];
  for (const formula of nested(199)) parse(formula);
  for (const formula of [...nested(250), ...nested(100_000 / 8)]) {
    assert.throws(() => parse(formula), /more than 200 deep|words and signs; 10000/);
    assert.throws(() => unitOf({ name: "f", formula: formula.replaceAll("x", "u") }), InputError);
  }
  for (const sign of "+-*/") {
    assert.equal(parse(`x${`${sign}y`.repeat(1_500)}`).kind, "+-".includes(sign) ? "sum" : "product");
    assert.throws(() => parse(`x${`${sign}y`.repeat(200_000)}`), /words and signs/);
  }
});

const problem: Problem = {
  inputs: [Float64Array.of(0.1, 0.2, 0.3)],
  shifts: [0],
  scales: [1],
  target: Float64Array.of(1, 2, 4),
  weights: Float64Array.of(1, 1, 2),
  searchRows: 3,
  primitives: ["identity", { name: "lorentz", formula: "1/(1+u^2)" }],
  dimensions: { inputs: [{ powers: [1, 0, -2], units: { N: 1, m: -1 } }], target: undefined },
  targetScale: 1,
  resolution: 0,
};
const network: fc.Arbitrary<Affine> = fc.letrec<{ affine: Affine; links: Affine["links"] }>((tie) => ({
  affine: fc.record({ bias: finite, biased: fc.boolean(), links: tie("links") }),
  links: fc.oneof(
    { maxDepth: 3 },
    fc.constant<Affine["links"]>([]),
    fc.array(
      fc.record({
        weight: finite,
        unit: fc.record({
          kind: fc.constantFrom("input" as const, "function" as const, "product" as const),
          index: fc.nat(20),
          factors: fc.array(fc.record({ input: tie("affine"), power: finite, free: fc.boolean() }), { maxLength: 2 }),
        }),
      }),
      { maxLength: 3 },
    ),
  ),
})).affine;
/** A plain copy: fast-check's records have no prototype. */
const plain = <T>(value: T): T => structuredClone(value);
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

test("messages: what eqlab writes comes back the same, anything else is refused", () => {
  const { text, hash } = packProblem(problem);
  assert.deepEqual(readProblem(text), problem);
  fc.assert(
    fc.property(network.map(plain), finite, (root, error) => {
      const found = [{ root, error }];
      assert.deepEqual(readCandidates(throughJson(packCandidates(found))), found);
      for (const job of [
        { kind: "expand", root } as const,
        { kind: "mutate", seed: 1, batch: 2, parents: [root] } as const,
      ]) {
        assert.deepEqual(readRequest(throughJson(packRequest(hash, job))), { problem: hash, job });
      }
    }),
    RUNS,
  );
  fc.assert(
    fc.property(fc.jsonValue(), (message) => {
      for (const read of [
        readRequest,
        readTableRequest,
        readTableReply,
        (m: unknown) => readProblem(JSON.stringify(m)),
      ]) {
        assert.throws(() => read(message));
      }
      assert.throws(() => readCandidates(message));
    }),
    RUNS,
  );
});

test("messages: a field too many, too few, or of another kind is refused", () => {
  const { text, hash } = packProblem(problem);
  const whole = JSON.parse(text);
  for (const key of Object.keys(whole).filter((key) => !["weights", "dimensions"].includes(key))) {
    assert.throws(() => readProblem(JSON.stringify({ ...whole, [key]: undefined })), new RegExp(key));
    assert.throws(() => readProblem(JSON.stringify({ ...whole, [key]: "?" })), key);
  }
  for (const odd of [
    { more: 1 },
    { target: whole.inputs[0].slice(8) },
    { searchRows: 4 },
    { shifts: [] },
    { scales: [] },
    { scales: [0] },
    { primitives: ["eval"] },
    { primitives: [{ name: "f", formula: "process.exit()" }] },
  ]) {
    assert.throws(() => readProblem(JSON.stringify({ ...whole, ...odd })), /did not write/, JSON.stringify(odd));
  }
  const deep = Array.from({ length: 50_000 }).reduce<Affine>(
    (below) => ({
      bias: 0,
      biased: false,
      links: [{ weight: 1, unit: { kind: "function", index: 0, factors: [{ input: below, power: 1, free: false }] } }],
    }),
    { bias: 0, biased: false, links: [] },
  );
  assert.throws(() => packRequest(hash, { kind: "expand", root: deep }), RangeError);
  const { networks } = packRequest(hash, { kind: "expand", root: { bias: 0, biased: false, links: [] } });
  for (const odd of [
    { kind: "eval", code: "1" },
    { kind: "start" },
    { kind: "expand", root: {}, more: 1 },
    "expand",
    null,
  ]) {
    assert.throws(() => readRequest({ problem: hash, job: odd, networks }), /did not write/, JSON.stringify(odd));
  }
});

test("messages: networks of any numbers are read or refused", () => {
  const message = (numbers: readonly number[]) => {
    const text = deflateRawSync(new Uint8Array(Float64Array.from(numbers).buffer)).toString("base64");
    return { networks: text, errors: text };
  };
  const counts = fc.oneof(fc.constantFrom(0, 1, 2, 3, 1e9, -1, Number.NaN, 0.5), finite);
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 30 }), (numbers) => {
      readsOrRefuses(() => readCandidates(message(numbers)), Error);
    }),
    RUNS,
  );
  const endless = Array.from({ length: 100_000 }, () => [0, 0, 1, 1, 0, 0, 1, 1, 0]).flat(); // a factor in a factor, and so on
  for (const numbers of [endless, [0, 0, 1e9], [Number.NaN]]) {
    assert.throws(() => readCandidates(message(numbers)), /did not write/);
  }
  assert.throws(() => readCandidates({ networks: "x", errors: "" }), /did not write/);
});

test("checkpoints: a changed byte anywhere is found, or changes nothing", async () => {
  const signal = new AbortController().signal;
  const open = (run: () => Promise<never>) => openCheckpoint(path, [problem], { seed: 1, signal }).wrap(run);
  const results = [[{ root: { bias: 1 / 3, biased: true, links: [] }, error: 2 / 7 }]];
  rmSync(path);
  const first = open(async () => results as never);
  for (let k = 0; k < 3; k++) await first([]);
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = Uint8Array.from(whole);
      damaged[at] ^= change;
      writeFileSync(path, damaged);
      let computed = 0;
      try {
        const run = open(async () => {
          computed++;
          return results as never;
        });
        for (let k = 0; k < 3; k++) assert.deepEqual(await run([]), results);
      } catch (error) {
        assert.ok(error instanceof InputError, `${(error as Error).stack}`);
        return;
      }
      assert.ok(computed <= 1, "only a last line may be dropped");
    }),
    RUNS,
  );
});

test("results tables: any bytes are read or refused, and what is refused is left as it is", () => {
  fc.assert(
    fc.property(contents, (content) => {
      writeFileSync(path, content);
      readsOrRefuses(() => openResults(path), InputError);
      assert.deepEqual(readFileSync(path), Buffer.from(content));
    }),
    RUNS,
  );
});
