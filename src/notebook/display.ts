/**
 * Showing values on a notebook's page: a value says how it looks by a method `[Symbol.for("Jupyter.display")]()`
 * that returns a MIME bundle (the convention of Deno's kernel).
 */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { inspect } from "node:util";

/** The same thing in several forms, the page picks the richest it knows: MIME type → text, or an object for JSON types. */
export type MimeBundle = Record<string, unknown>;

/** A display on the page that can be replaced in place. */
export interface DisplayHandle {
  /** Shows `value` in its place; of a burst of updates the page gets a few a second, and always the last. */
  update(value: unknown): void;
}

/** Updates of one display come at most this often, ms. */
const pace = 250;

/** The name of the method by which a value says how it looks. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** A value that knows how to show itself in a notebook. */
export interface Displayable {
  [jupyterDisplay](): MimeBundle | Promise<MimeBundle>;
}

/** The bundle of a value that knows how to show itself (maybe a promise of one), else undefined. */
export function mimeBundle(value: unknown): MimeBundle | Promise<MimeBundle> | undefined {
  const method = (value as Partial<Displayable> | null | undefined)?.[jupyterDisplay];
  return typeof method === "function" ? method.call(value) : undefined;
}

type WriteDisplayData = (
  content: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  update: boolean,
) => void;

/** The kernel's way to the page; undefined outside a notebook, where tslab's kernel is not loaded. */
function kernel(): WriteDisplayData | undefined {
  const require = createRequire(import.meta.url);
  return require.cache[require.resolve("tslab/dist/jupyter.js")]?.exports.lastWriteDisplayData ?? undefined;
}

/** Displays with a value that the page has not seen yet. */
const unfinished = new Set<Display>();

class Display implements DisplayHandle {
  private readonly id = randomUUID();
  private latest: { value: unknown } | undefined;
  private sent = 0;
  private timer: NodeJS.Timeout | undefined;
  /** The last bundle that had to be waited for; later ones queue behind it. */
  private writing: Promise<void> | undefined;

  constructor(value: unknown) {
    this.send(value, false);
  }

  update(value: unknown): void {
    this.latest = { value };
    unfinished.add(this);
    const rest = this.sent + pace - performance.now();
    if (rest <= 0) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), rest);
  }

  flush(): Promise<void> | undefined {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { latest } = this;
    this.latest = undefined;
    if (latest) this.send(latest.value, true);
    else if (!this.writing) unfinished.delete(this);
    return this.writing;
  }

  private send(value: unknown, update: boolean): void {
    this.sent = performance.now();
    const bundle = mimeBundle(value) ?? { "text/plain": typeof value === "string" ? value : inspect(value) };
    if (!(bundle instanceof Promise) && !this.writing) {
      unfinished.delete(this);
      this.write(bundle, update);
      return;
    }
    unfinished.add(this);
    const turn = Promise.all([bundle, this.writing]).then(([data]) => {
      this.write(data, update);
      if (this.writing === turn) this.writing = undefined;
      if (!this.writing && !this.latest) unfinished.delete(this);
    });
    this.writing = turn;
  }

  private write(data: MimeBundle, update: boolean): void {
    const write = kernel();
    if (write) write({ data, metadata: {}, transient: { display_id: this.id } }, update);
    else console.log(String(data["text/plain"] ?? inspect(data)));
  }
}

/**
 * Shows `value` on the page now; outside a notebook, prints its plain text.
 * @returns a handle to replace it in place: `const bar = show(start); bar.update(later)`
 */
export function show(value: unknown): DisplayHandle {
  return new Display(value);
}

/** Sends what waits for its turn: the kernel does so at the end of a cell, when the page stops listening. */
export async function flushDisplays(): Promise<void> {
  await Promise.all([...unfinished].map((display) => display.flush()));
}
