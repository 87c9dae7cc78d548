/** One line of progress on a terminal, written over by the next; `progress()` wipes it out. Silent in files and pipes. */
export function progress(text = ""): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}
