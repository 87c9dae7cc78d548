/** The way to Redis: its address read and checked, a password never said, and plain words when nobody answers. */
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { InputError } from "../errors.js";

/** Milliseconds to wait for a server's first answer. */
const PATIENCE = 5_000;
/** Milliseconds between attempts to come back to a server that went away, at first and at most. */
const RETRY = { first: 100, most: 2_000 };

export interface Address {
  /** For ioredis and BullMQ. */
  readonly options: {
    readonly host: string;
    readonly port: number;
    readonly username?: string;
    readonly password?: string;
    readonly db?: number;
    readonly tls?: object;
    readonly maxRetriesPerRequest: null;
    readonly retryStrategy: (times: number) => number;
  };
  /** For messages: without user and password. */
  readonly shown: string;
}

/**
 * @param url redis://[user:password@]host[:port][/database], or rediss:// for TLS
 * @throws InputError for anything else; it never repeats the address, which may hold a password
 */
export function readAddress(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !["redis:", "rediss:"].includes(parsed.protocol) || parsed.hostname === "") {
    throw new InputError(
      "The address of Redis must look like redis://host:6379, redis://user:password@host:6379/0, or rediss://… for TLS.",
    );
  }
  const { protocol, hostname, port, username, password, pathname } = parsed;
  const database = pathname.replace(/^\//, "");
  if (!/^\d*$/.test(database)) {
    throw new InputError(`The database of Redis is a number, as in redis://host:6379/0, not "${database}".`);
  }
  const options: Address["options"] = {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(database && { db: Number(database) }),
    ...(protocol === "rediss:" && { tls: {} }),
    maxRetriesPerRequest: null, // commands wait for a server that is being restarted
    retryStrategy: (times) => Math.min(RETRY.first * times, RETRY.most),
  };
  return { options, shown: `${protocol}//${hostname}:${options.port}${database && `/${database}`}` };
}

/**
 * A connection that has been answered once; from then on it comes back by itself whenever the server does.
 * @throws InputError where nobody answers, or the server refuses
 */
export async function connect({ options, shown }: Address): Promise<Redis> {
  const redis = new Redis({ ...options, lazyConnect: true });
  let last = "no answer";
  redis.on("error", (error: Error) => {
    last = error.message;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(last)), PATIENCE);
  });
  try {
    // A server that is still reading its file, or asks for a password, shows it by the first command.
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    const reason = (error as Error).message === "Connection is closed." ? last : (error as Error).message;
    const remedy = /NOAUTH|WRONGPASS|NOPERM/.test(reason)
      ? "Give user and password in the address: redis://user:password@host."
      : "Start one there (redis-server), or check the address.";
    throw new InputError(`No Redis can be used at ${shown} (${reason}). ${remedy}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Queues are named by version: workers of another one would find other digits. */
export function queueNamed(kind: "jobs" | "tables"): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  return `eqlab-${version}-${kind}`;
}
