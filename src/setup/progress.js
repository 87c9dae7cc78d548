// Progress of a step: on a terminal one line that tells the seconds and the latest of the command's output;
// in a log a line at the start, one every now and then, and one at the end. On standard error: standard output belongs to
// what comes after set-up, such as JSON.

/** ms between refreshes, on a terminal and in a log. */
const pace = { terminal: 200, log: 15_000 };

const blank = "\r\x1b[K";

/**
 * Starts a step's line. `say` tells what is going on; `end` closes the line with a mark and a note.
 * @param {string} name
 */
export function startLine(name, out = process.stderr) {
  const begun = performance.now();
  let latest = "";
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(out.isTTY ? 0 : 1)} s`;
  const show = () => {
    const line = `  … ${name} (${seconds()}) ${latest}`.slice(0, (out.columns ?? 100) - 1);
    out.write(out.isTTY ? blank + line : `${line}\n`);
  };
  out.write(out.isTTY ? `  … ${name}` : `  … ${name}\n`);
  const timer = setInterval(show, out.isTTY ? pace.terminal : pace.log);
  return {
    say(/** @type {string} */ line) {
      latest = line;
    },
    end(/** @type {string} */ mark, /** @type {string} */ note) {
      clearInterval(timer);
      out.write(`${out.isTTY ? blank : ""}  ${mark} ${name} (${seconds()})${note && `: ${note}`}\n`);
    },
  };
}
