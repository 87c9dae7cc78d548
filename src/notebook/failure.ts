/**
 * What went wrong in a cell, in the form in which Jupyter passes it on: the fields of its `error` message.
 */
import { inspect } from "node:util";

export interface Failure {
  /** Kind of error, such as "RangeError". */
  ename: string;
  /** The message, one line where the error has one line. */
  evalue: string;
  /** What the reader sees under the cell, line by line, coloured by ANSI codes. */
  traceback: string[];
}

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

/** The failure of a cell that was stopped by the user. */
export const interruption: Failure = {
  ename: "Interrupted",
  evalue: "the cell was stopped",
  traceback: [`${red("Interrupted")}: the cell was stopped`],
};

/** The failure behind a thrown value or the reason of a rejection; `before` says where it came from, if not from the cell itself. */
export function failureOf(reason: unknown, before?: string): Failure {
  if ((reason as NodeJS.ErrnoException | undefined)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return interruption;
  const isError = reason instanceof Error || Object.prototype.toString.call(reason) === "[object Error]";
  const { name, message, stack } = isError
    ? (reason as Error)
    : { name: "Thrown", message: inspect(reason), stack: "" };
  const traceback = [`${red(name)}: ${message}`, ...cellFrames(stack ?? "")];
  if (isError && (reason as Error).cause !== undefined) {
    traceback.push(`caused by ${inspect((reason as Error).cause, { depth: 1 })}`);
  }
  return { ename: name, evalue: message, traceback: before ? [before, ...traceback] : traceback };
}

/** The failure of a cell that the compiler refuses; `lines` are its complaints, "line 2, column 7: …". */
export function refusal(lines: readonly string[]): Failure {
  return {
    ename: "TypeScript",
    evalue: lines.join("\n"),
    traceback: lines.map((line) => `${red("TypeScript")}: ${line}`),
  };
}

/** A stack's frames down to the cell: those below are the kernel's own. */
function cellFrames(stack: string): string[] {
  const frames = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  const kernel = frames.findIndex((line) =>
    /node:(vm|internal)|[\\/]tslab[\\/]dist[\\/]|[\\/]notebook[\\/](launcher|display)\.js/.test(line),
  );
  const own = frames.slice(0, kernel < 0 ? undefined : kernel);
  // The compiler moves and merges lines, and emits no map: a wrong line number is worse than none.
  const named = own.map((line) => line.replace(/cell-(\d+):\d+:\d+/, "In [$1]").replace(" at Proxy.", " at "));
  return named.filter((line, index) => line !== named[index - 1]);
}
