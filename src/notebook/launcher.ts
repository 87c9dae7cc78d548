/**
 * The process that Jupyter starts for a TypeScript notebook:
 *
 *   node --require src/setup/preload.cjs dist/src/notebook/launcher.js {connection_file}
 *
 * It runs tslab's kernel, and mends the one thing that notebooks used as tests can't do without: a cell that fails
 * says so. tslab prints the failure as text, so that nbconvert, nbmake and JupyterLab's "Run All" go on as if all were
 * well. Compiling, completion and Shift-Tab are tslab's.
 */
import "./compiler.js"; // before tslab, which takes the compiler as it finds it
import { createRequire } from "node:module";
import { format } from "node:util";
import { type Converter, createConverter } from "tslab/dist/converter.js";
import { createExecutor } from "tslab/dist/executor.js";
import type * as Jupyter from "tslab/dist/jupyter.js";
import { type Cell, setCell } from "./cell.js";
import { flushDisplays, type MimeBundle, mimeBundle } from "./display.js";
import { type Failure, failureOf, interruption, refusal } from "./failure.js";
import { expandShorthand } from "./shorthand.js";
import { Streams } from "./stream.js";

/** After a failure, requests that arrive within this time were sent together with it ("Run All"): they are skipped. ms. */
const skipAfterFailure = 200;

// Through require: tslab's display functions read `lastWriteDisplayData` from this very object, and we assign it.
const jupyter: { -readonly [name in keyof typeof Jupyter]: (typeof Jupyter)[name] } = createRequire(import.meta.url)(
  "tslab/dist/jupyter.js",
);

type Message = Parameters<Jupyter.ZmqServer["handleExecute"]>[1];
type Socket = Parameters<Jupyter.ZmqServer["handleShellMessage"]>[0];

/** What one cell's execution has come to. */
interface Run {
  failure?: Failure;
  /** The last expression's bundle, where it knows how to show itself. */
  bundle?: MimeBundle | Promise<MimeBundle> | undefined;
}

let current: Run | undefined;
let cell: Cell | undefined;
/** A failure that nobody caught, noticed when no cell was running; the next cell reports it. */
let leftOver: Failure | undefined;
let cells = 0;

const converter = createConverter({ isBrowser: false });
const mendedConverter: Converter = {
  ...converter,
  convert(previous, source) {
    const expanded = expandShorthand(source);
    const result = converter.convert(previous, expanded);
    // Complaints name columns of the cell as it is written.
    if (result.diagnostics.length > 0 && expanded !== source) return converter.convert(previous, source);
    // Gives the cell a name in stack traces.
    if (result.output) result.output += `\n//# sourceURL=cell-${cells}`;
    // tslab overlooks the await in `await (async () => …)()`; an async wrapper too many does no harm.
    if (/\bawait\b/.test(source)) result.hasToplevelAwait = true;
    return result;
  },
};

const executor = createExecutor(
  process.cwd(),
  { node: mendedConverter, browser: mendedConverter, close: () => converter.close() },
  {
    // tslab calls this with the value of a cell's last expression.
    log(value: unknown) {
      const bundle = mimeBundle(value);
      if (bundle && current) current.bundle = bundle;
      else console.log(value);
    },
    // And this with what a cell throws, or with the compiler's complaints, one by one.
    error(first: unknown, ...rest: unknown[]) {
      if (!current) return;
      if (rest.length === 0) {
        current.failure ??= failureOf(first);
        return;
      }
      const [file, line, column, message] = rest;
      const earlier = current.failure?.evalue.split("\n") ?? [];
      current.failure = refusal([...earlier, format("%sline %d, column %d: %s", file, line, column, message)]);
    },
  },
);

async function execute(source: string): Promise<Run> {
  const run: Run = {};
  if (leftOver) {
    run.failure = leftOver;
    leftOver = undefined;
    return run;
  }
  current = run;
  cell = { stop: new AbortController(), working: 0 };
  setCell(cell);
  try {
    await executor.execute(source);
    run.bundle = await run.bundle;
    // Node reports rejections that nobody handles once the microtasks are done, that is before this resolves.
    await new Promise(setImmediate);
    await flushDisplays();
  } catch (error) {
    run.failure ??= failureOf(error);
    run.bundle = undefined;
  } finally {
    current = undefined;
    setCell(undefined);
  }
  return run;
}

/** An error outside the reach of any try: it fails the cell that runs, which stops at once, or else the next one. */
function uncaught(reason: unknown): void {
  const before = "Nobody caught this: a promise without await or catch, or a callback that throws.";
  if (current) {
    current.failure ??= failureOf(reason, before);
    executor.interrupt();
  } else {
    leftOver ??= failureOf(reason, `${before} It was left behind by an earlier cell.`);
    process.stderr.write(`${leftOver.traceback.join("\n")}\n`);
  }
}

/**
 * zeromq refuses a send while another is under way, which happens from the 513th in one turn of the event loop on, and
 * tslab then loses the message. Here it waits for its turn.
 */
function inOrder(socket: Jupyter.ZmqServer["iopub"]) {
  let last = Promise.resolve();
  let waiting = 0;
  function send(parts: Parameters<typeof socket.send>[0]): Promise<void> {
    if (waiting === 0) {
      try {
        last = socket.send(parts);
        return last;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      }
    }
    waiting++;
    last = last.then(() => socket.send(parts)).finally(() => waiting--);
    return last;
  }
  return { send, close: () => socket.close() } as typeof socket;
}

/**
 * A publisher drops what a slow reader has not taken, from 1,000 messages on, unless it is told to keep all, and that before
 * it is bound. tslab's method for it is private to the compiler only.
 */
function keepAllMessages(): void {
  type Bound = { iopub: { sendHighWaterMark: number }; bindSocket(socket: unknown, port: number): Promise<void> };
  const prototype = jupyter.ZmqServer.prototype as unknown as Bound;
  const { bindSocket } = prototype;
  prototype.bindSocket = function (this: Bound, socket, port) {
    if (socket === this.iopub) this.iopub.sendHighWaterMark = 0;
    return bindSocket.call(this, socket, port);
  };
}

class Server extends jupyter.ZmqServer {
  private queue: Promise<unknown> = Promise.resolve();
  private skipUntil = 0;

  override async init(): Promise<void> {
    await super.init();
    this.iopub = inOrder(this.iopub);
  }

  /** An error of the kernel's own, such as a completion that fails, is no cell's: it goes to the log of Jupyter. */
  override async handleShellMessage(socket: Socket, ...parts: Buffer[]): Promise<void> {
    try {
      await super.handleShellMessage(socket, ...parts);
    } catch (error) {
      log(`kernel: ${format(error)}\n`);
    }
  }

  override handleExecute(socket: Socket, message: Message): Promise<void> {
    const arrived = performance.now();
    const turn = this.queue.then(() => this.runCell(socket, message, arrived));
    this.queue = turn.catch(() => {});
    return turn;
  }

  /** In the place of tslab's own, which never publishes `execute_input` and `error`. */
  private async runCell(socket: Socket, message: Message, arrived: number): Promise<void> {
    const { code, silent, stop_on_error: stopOnError = true } = message.content as Request;
    const send = (to: unknown, type: string, content: object) => {
      const reply = message.createReply();
      reply.header.msg_type = type;
      reply.content = content;
      reply.signAndSend(this.connInfo.key, to);
    };
    if (arrived < this.skipUntil) return send(socket, "execute_reply", { status: "aborted", execution_count: cells });

    const publish = (type: string, content: object) => send(this.iopub, type, content);
    const streams = new Streams((name, text) => publish("stream", { name, text }));
    streams.attach();
    jupyter.lastWriteDisplayData = (content, update) => {
      streams.flush();
      publish(update ? "update_display_data" : "display_data", content);
    };

    cells++;
    if (!silent) publish("execute_input", { code, execution_count: cells });
    const { failure, bundle } = await execute(code);
    streams.flush();
    if (bundle) publish("display_data", { data: bundle, metadata: {}, transient: {} });
    if (failure) {
      publish("error", failure);
    }
    const stopped = failure || cell?.stop.signal.aborted;
    if (stopped && stopOnError) this.skipUntil = performance.now() + skipAfterFailure;
    send(socket, "execute_reply", { status: failure ? "error" : "ok", execution_count: cells, ...failure });
  }

  /** Leaves even if a cell's timers or worker threads would keep the process alive: Jupyter waits 5 s for it. */
  override close(): void {
    super.close();
    setTimeout(() => process.exit(0), 100).unref();
  }
}

interface Request {
  code: string;
  silent?: boolean;
  stop_on_error?: boolean;
}

const log = process.stderr.write.bind(process.stderr);
// Jupyter's log may be gone, as when its terminal was closed: no reason for cells to fail.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
const [connectionFile] = process.argv.slice(2);
if (!connectionFile) {
  log("usage: node launcher.js CONNECTION_FILE (Jupyter calls this; to open the notebooks use: npm run lab)\n");
  process.exit(2);
}
keepAllMessages();
await new Server(new jupyter.JupyterHandlerImpl(executor, false), connectionFile).init();
process.on("SIGINT", () => {
  const stopped = cell?.stop.signal.aborted;
  cell?.stop.abort();
  // Long work ends with what it has, and the cell goes on with that; whoever wants the cell to end as well says so again.
  if (current && cell?.working && !stopped) return;
  if (current) current.failure ??= interruption;
  executor.interrupt();
});
process.on("uncaughtException", uncaught);
process.on("unhandledRejection", uncaught);
