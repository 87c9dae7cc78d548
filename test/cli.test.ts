import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "../src/expression/parse.js";
import { valueAt } from "./expression/random-tree.js";

const CLI = fileURLToPath(new URL("../src/cli.js", import.meta.url));
const PLANETS = fileURLToPath(new URL("../../data/planets.csv", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "eqlab-cli-"));
after(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array, name = "data.csv"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function run(...args: string[]) {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8", cwd: folder });
}

/** A call that must end with exit code 2, a message, and nothing else: no output, no file. */
function refused(args: string[], message: RegExp): void {
  const before = readdirSync(folder);
  const { status, stdout, stderr } = run(...args);
  assert.match(stderr, message, args.join(" "));
  assert.doesNotMatch(stderr, /\n\s+at /, "no stack trace");
  assert.equal(status, 2, stderr);
  assert.equal(stdout, "");
  assert.deepEqual(readdirSync(folder), before);
}

const GOOD = "x,y\n1,2\n2,4.1\n3,5.9\n4,8\n";

test("--help and --version", () => {
  const help = run("--help");
  assert.equal(help.status, 0);
  for (const option of [
    "--target",
    "--inputs",
    "--primitives",
    "--units",
    "--sigma",
    "--weights",
    "--noise",
    "--loss",
    "--outliers",
    "--seed",
    "--budget",
    "--workers",
    "--json",
  ]) {
    assert.ok(help.stdout.includes(option), option);
  }
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.deepEqual([run("--version").stdout, run("--version").status], [`${version}\n`, 0]);
});

test("calls that say too little or too much are refused", () => {
  const good = file(GOOD);
  refused([], /Say what to do[\s\S]*Usage: eqlab discover/);
  refused(["discovr", good], /no command "discovr"\. Did you mean "discover"\?/);
  refused(["discover", "--target", "y"], /Name a CSV file/);
  refused(["discover", good, "more.csv", "--target", "y"], /"more\.csv" follows/);
  refused(["discover", good, "--targt", "y"], /no option --targt\. Did you mean "--target"\?/);
  refused(["discover", good, "--target"], /--target needs a value/);
  refused(["discover", good, "--target", "y", "--json=yes"], /--json takes no value/);
  refused(["discover", good, "--target", "y", "--seed", "1", "--seed", "2"], /--seed is given twice/);
  refused(["discover", good, "--target", "y", "--seed", "one"], /--seed needs a number, not "one"/);
  refused(["discover", good, "--target", "y", "--budget", "10s"], /--budget needs a number, not "10s"/);
  refused(["discover", good, "--target", "y", "--workers", ""], /--workers needs a value/);
});

test("numbers that make no sense as a setting are refused", () => {
  const good = file(GOOD);
  refused(["discover", good, "--target", "y", "--seed", "1.5"], /seed/);
  refused(["discover", good, "--target", "y", "--budget", "-1"], /budget/);
  refused(["discover", good, "--target", "y", "--workers", "0"], /workers/);
  refused(["discover", good, "--target", "y", "--noise", "gaussian"], /noise must be "additive" or "relative"/);
  refused(["discover", good, "--target", "y", "--outliers", "drop"], /outliers must be "aside" or "keep"/);
  refused(["discover", good, "--target", "y", "--weights", "w"], /no column "w" of weights/);
  refused(["discover", good, "--target", "y", "--primitives", "default,sine"], /"sine"[\s\S]*sin/);
});

test("files that are no table are refused", () => {
  refused(["discover", "missing.csv", "--target", "y"], /no file missing\.csv/);
  refused(["discover", folder, "--target", "y"], /is a folder/);
  refused(["discover", file(new Uint8Array([1, 0, 2, 0])), "--target", "y"], /binary, not text/);
  refused(["discover", file(""), "--target", "y"], /is empty/);
  refused(["discover", file("x,y\n"), "--target", "y"], /holds no rows/);
  refused(["discover", file("x,y\n1,2\n"), "--target", "y"], /only 1 row/);
  refused(["discover", file("x,y\n1,2\n3\n"), "--target", "y"], /Line 3 .*1 cell, .*2 columns/);
  refused(["discover", file("x,x,y\n1,2,3\n"), "--target", "y"], /Two columns .* are called "x"/);
});

test("bad cells are named by column, row, line and remedy", () => {
  const withCell = (cell: string) => ["discover", file(`x,y\n1,2\n2,${cell}\n3,4\n4,5\n`), "--target", "y", "--json"];
  refused(withCell("abc"), /Column "y", row 2 \(line 3\): "abc" is text, not a number\. Correct the cell/);
  refused(withCell("NaN"), /Column "y", row 2 \(line 3\): "NaN"/);
  refused(withCell("1e999"), /Column "y", row 2 \(line 3\): Infinity is no finite number/);
  refused(withCell(""), /Column "y", row 2 \(line 3\): the cell is empty/);
});

test("columns that do not exist are refused with the nearest", () => {
  const good = file(GOOD);
  refused(["discover", good], /Say which column .*target.*"x", "y"/);
  refused(["discover", PLANETS, "--target", "period_dys"], /no column "period_dys".*mean "period_days"/);
  refused(["discover", good, "--target", "y", "--inputs", "x,z"], /no column "z"/);
  refused(["discover", good, "--target", "y", "--inputs", "y"], /target "y" is also named among the inputs/);
  refused(["discover", good, "--target", "y", "--units", "x"], /--units needs columns with their units, such as m=kg/);
  refused(["discover", good, "--target", "y", "--units", "x=parsnip"], /The unit of "x", "parsnip", is not understood/);
  refused(["discover", good, "--target", "y", "--sigma", "dy"], /no column "dy" of measurement errors/);
});

test("the law of the planets, as one JSON object, within two seconds", () => {
  // The other tests run at the same time: the fastest of a few calls says how long it takes.
  const calls = Array.from({ length: 3 }, () => {
    const start = performance.now();
    const call = run("discover", PLANETS, "--target", "period_days", "--seed", "1", "--json");
    return { ...call, seconds: (performance.now() - start) / 1000 };
  });
  const { status, stdout, stderr, seconds } = calls.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  assert.equal(status, 0, stderr);
  const result = JSON.parse(stdout);
  assert.deepEqual(Object.keys(result), ["best", "front", "verdict", "warnings", "seconds"]);
  for (const candidate of [result.best, ...result.front]) {
    assert.deepEqual(Object.keys(candidate), ["expression", "complexity", "mse", "tex"]);
  }
  const law = parse(result.best.expression);
  const ratio = valueAt(law, { axis_au: 4 }) / valueAt(law, { axis_au: 1 });
  assert.ok(Math.abs(ratio - 8) < 1e-12, `the exponent is 1.5 exactly in ${result.best.expression}`);
  assert.ok(Math.abs(valueAt(law, { axis_au: 1 }) / 365.25 - 1) < 0.01, result.best.expression);
  assert.match(stderr, /Warning: The column "planet" is left out/);
  assert.match(result.warnings[0], /"planet"/);
  assert.ok(result.seconds > 0 && result.seconds < seconds);
  assert.ok(seconds < 2, `it took ${seconds.toFixed(1)} s`);
});

test("the readable result has the law, the verdict and the front in columns", () => {
  const { status, stdout, stderr } = run("discover", PLANETS, "--target", "period_days", "--seed", "1");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^period_days = .*axis_au\^1\.5\n/);
  assert.match(stdout, /\nVerdict: (exact|law|approximation) \(/);
  const front = stdout.split("\n\n").find((part) => part.startsWith("From the simplest")) ?? "";
  const [header, ...rows] = front.split("\n").slice(1);
  assert.ok(rows.length > 0);
  for (const row of rows) {
    assert.match(row, /^[* ] \d+ +\d\.\d+e[+-]\d+ +\S+$/);
    assert.equal(row.search(/\S+$/), header.indexOf("formula"), "columns are aligned");
  }
  assert.equal(rows.filter((row) => row.startsWith("*")).length, 1, "the best is marked");
});

test("columns named like constants or with spaces are renamed, and that is said", () => {
  const path = file("e,orbital period (yr)\n1,3\n2,6\n3,9\n4,12\n");
  const { status, stdout, stderr } = run("discover", path, "--target", "orbital period (yr)", "--json");
  assert.equal(status, 0, stderr);
  assert.equal(JSON.parse(stdout).best.expression, "3*e_");
  assert.match(stderr, /Warning: The column "e" is called e_ in formulas/);
});

test("a constant target gives the constant", () => {
  const { status, stdout, stderr } = run("discover", file("x,y\n1,7.5\n2,7.5\n3,7.5\n"), "--target", "y", "--json");
  assert.equal(status, 0, stderr);
  assert.equal(JSON.parse(stdout).best.expression, "7.5");
});

test("Ctrl-C ends the search with exit code 130 and the best so far", {
  skip: process.platform === "win32",
}, async () => {
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const [a, b, c] = [1, 2, 3].map((k) => Math.abs(Math.sin(i * k * 1.7)) + 0.5);
    return [a, b, c, Math.tanh(a * b) ** c + Math.abs(Math.sin(7 * c + a * a)) / (b + Math.sqrt(a))].join(",");
  });
  const path = file(`a,b,c,y\n${rows.join("\n")}\n`);
  const child = spawn(process.execPath, [CLI, "discover", path, "--target", "y", "--primitives", "all", "--json"]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  setTimeout(() => child.kill("SIGINT"), 1500);
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 130, stderr);
  assert.match(stderr, /Stopped/);
  if (stdout !== "") assert.ok(JSON.parse(stdout).best.expression.length > 0);
});

test("the paper's training on the command line: its penalty, restarts and layers", () => {
  const rows = Array.from({ length: 16 }, (_, i) => (2 * i - 15) / 16);
  const squares = file(`x,t\n${rows.map((u) => `${u},${u * u}\n`).join("")}`, "squares.csv");
  const asked = ["discover", squares, "--target", "t", "--method", "paper", "--restarts", "4", "--layers", "1"];
  const { status, stdout, stderr } = run(...asked, "--sparsity", "L0.5", "--json");
  assert.equal(status, 0, stderr);
  const { best, verdict } = JSON.parse(stdout);
  assert.deepEqual([best.expression, verdict], ["x^2", "exact"]);
  refused([...asked, "--sparsity", "L1"], /sparsity must be "L0\.5" or "L0"/);
  refused(["discover", squares, "--target", "t", "--restarts", "4"], /restarts belongs to the paper's method/);
  refused(["discover", squares, "--target", "t", "--method", "paper", "--restarts", "0"], /whole number from 1 on/);
});

test("units on the command line: constants come with theirs", () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${1 + i / 4},${4.905 * (1 + i / 4) ** 2}`);
  const { status, stdout } = run(
    "discover",
    file(`t,y\n${rows.join("\n")}\n`, "fall.csv"),
    "--target",
    "y",
    "--units",
    "t=s, y=cm",
  );
  assert.equal(status, 0);
  assert.match(stdout, /^y = 4\.905\*t\^2$/m);
  assert.match(stdout, /^Constants with a unit: 4\.905 cm\/s\^2$/m);
});
