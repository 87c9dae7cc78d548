/**
 * Standard output and error of a cell, gathered into few messages. A message per write overruns the page: Jupyter's
 * server drops what comes faster than 1,000 messages a second.
 */

/** Text waits at most this long, ms. */
const patience = 50;

type Name = "stdout" | "stderr";

export class Streams {
  private name: Name = "stdout";
  private text = "";
  private lastSent = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly send: (name: Name, text: string) => void) {}

  /** Makes process.stdout and process.stderr write here, until other streams do so. */
  attach(): void {
    for (const name of ["stdout", "stderr"] as const) {
      const decoder = new TextDecoder();
      process[name].write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
        this.write(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
        // Writers that wait for their text to be written, as pipes do, get their answer.
        const callback = typeof encoding === "function" ? encoding : done;
        if (typeof callback === "function") process.nextTick(callback as () => void);
        return true;
      };
    }
  }

  private write(name: Name, text: string): void {
    if (name !== this.name) this.flush();
    this.name = name;
    this.text += text;
    // A loop that never yields has no timers: the clock is looked at on every write as well.
    if (performance.now() - this.lastSent >= patience) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), patience);
  }

  /** Sends what waits: before anything else goes to the page, so that the order is kept. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.text === "") return;
    this.send(this.name, this.text);
    this.text = "";
    this.lastSent = performance.now();
  }
}
