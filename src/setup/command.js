// One command: run to its end with its output kept, or shown as it comes; its failure says which command, and its last words.

import { spawn } from "node:child_process";
import { environment, root } from "./paths.js";

/** A failed command's last lines that are worth reading. */
const tailLines = 12;

/** How a user ends a command. */
const signals = /** @type {const} */ (["SIGINT", "SIGTERM"]);

export class CommandError extends Error {
  /**
   * @param {string} command as one would type it
   * @param {string} cause how it ended, and the tail of its output
   */
  constructor(command, cause) {
    super(`${command}: ${cause}`);
    this.command = command;
    this.cause = cause;
  }
}

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, seconds?: number, onLine?: (line: string) => void }} Options */

/**
 * Runs a command and resolves to what it printed (both streams); throws a CommandError if it can't be started, ends with
 * another code than 0, or takes longer than `seconds`. `onLine` gets each line as it comes.
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, { cwd = root, env = environment(), seconds, onLine } = {}) {
  const typed = [program, ...args].map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    let output = "";
    let late = false;
    let interrupted = false;
    // npm works on for half a minute when it is asked to end, and the next run must not meet it at that.
    const interrupt = () => {
      interrupted = child.kill("SIGKILL");
    };
    for (const signal of signals) process.on(signal, interrupt);
    const timer = seconds && setTimeout(() => (late = child.kill("SIGKILL")), seconds * 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (onLine) for (const line of text.split(/[\r\n]+/)) if (line.trim()) onLine(line.trim());
      });
    }
    const settle = () => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, interrupt);
    };
    child.on("error", (error) => {
      settle();
      reject(new CommandError(typed, error.message));
    });
    child.on("close", (code, signal) => {
      settle();
      if (interrupted) {
        console.error("\nInterrupted. The same command goes on from here.");
        process.exit(130);
      }
      if (code === 0) return resolve(output);
      const end = late ? `stopped after ${seconds} s` : signal ? `ended by ${signal}` : `ended with code ${code}`;
      const tail = output
        .split(/[\r\n]+/)
        .filter((line) => line.trim())
        .slice(-tailLines);
      reject(new CommandError(typed, [end, ...tail].join("\n")));
    });
  });
}

/**
 * Runs a command on this very terminal and resolves to its exit code. Ctrl-C reaches it, and we wait for its end.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
export function hand(program, args, env = environment()) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env, stdio: "inherit" });
    // The terminal sends Ctrl-C to the child as well; a SIGTERM comes to us alone.
    const wait = (/** @type {NodeJS.Signals} */ signal) => signal === "SIGTERM" && child.kill(signal);
    for (const signal of signals) process.on(signal, wait);
    child.on("error", (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, wait);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}
