#!/usr/bin/env node
/**
 * The command line: `eqlab discover FILE.csv --target COLUMN`. Results go to standard output, everything else to standard
 * error. Exit code 0: done; 1: a fault of eqlab; 2: bad input; 130: stopped, with the best so far.
 *
 * Each command is imported when it is asked for: an answer within two seconds leaves no time for more.
 */
import { readFileSync } from "node:fs";
import { given, HELP, machineOf, type Options, questionOf, readArguments } from "./command/arguments.js";
import { ctrlC, progressBar } from "./command/terminal.js";
import { didYouMean, InputError } from "./errors.js";

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const { options, words } = readArguments(args);
  if (options.has("version")) {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (options.has("help")) {
    process.stdout.write(HELP);
    return 0;
  }
  const [command, file, stray] = words;
  if (command === undefined) throw new InputError(`Say what to do.\n\n${HELP.trimEnd()}`);
  if (command === "sweep") return sweepFiles(words.slice(1), options);
  if (command === "worker") {
    if (file !== undefined) throw new InputError(`A worker takes no file, but "${file}" is given.`);
    const { serveCluster } = await import("./command/many.js");
    return serveCluster({ ...machineOf(options), signal: ctrlC() });
  }
  if (command !== "discover") {
    const near = didYouMean(command, ["discover", "sweep", "worker"]);
    throw new InputError(`There is no command "${command}".${near} Try eqlab --help.`);
  }
  if (file === undefined) throw new InputError("Name a CSV file: eqlab discover FILE.csv --target COLUMN.");
  if (stray !== undefined) {
    throw new InputError(
      `Only one file can be read, but "${stray}" follows ${file}. Put names with spaces in quotation marks.`,
    );
  }
  const settings = { ...questionOf(options), ...machineOf(options), checkpoint: options.get("checkpoint") };
  const { discoverFile } = await import("./command/discover.js");
  return discoverFile(file, given(settings), options.has("json"));
}

async function sweepFiles(files: readonly string[], options: Options): Promise<number> {
  const commands = await import("./command/many.js");
  const bar = await progressBar();
  const asked = {
    ...machineOf(options),
    question: questionOf(options),
    out: options.get("out"),
    json: options.has("json"),
    show: bar.show,
    signal: ctrlC(),
  };
  return commands.sweepFiles(files, asked).finally(bar.end);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const bad = error instanceof InputError;
  process.stderr.write(bad ? `eqlab: ${error.message}\n` : `eqlab has a fault: ${(error as Error)?.stack ?? error}\n`);
  process.exitCode = bad ? 2 : 1;
}
