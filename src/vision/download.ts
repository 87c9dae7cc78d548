/** A file from the network: what has come stays beside it as `.part`, and a download that was cut off goes on from there. */
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InputError } from "../errors.js";

/**
 * Fetches `address` into the file `path`, unless the file is there.
 * @param check throws if the whole file is not what it should be; then it is removed
 * @throws InputError if the address doesn't answer, or the check fails
 */
export async function download(
  address: string,
  path: string,
  check: (path: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const begun = existsSync(part) ? statSync(part).size : 0;
  const response = await ask(address, begun, signal);
  // A server that knows no ranges sends the whole file (200); one that has no more than we have says so (416).
  if (response.status !== 416) {
    if (!response.ok || !response.body) {
      throw new InputError(
        `${address} can't be fetched: the server answers ${response.status} ${response.statusText}.`,
      );
    }
    const flags = response.status === 206 ? "a" : "w";
    try {
      await pipeline(Readable.fromWeb(response.body), createWriteStream(part, { flags }), { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw new InputError(
        `The download of ${address} was cut off after ${statSync(part).size} bytes (${(error as Error).message}). ` +
          "The next one goes on from there.",
      );
    }
  }
  try {
    check(part);
  } catch (error) {
    rmSync(part);
    throw error;
  }
  renameSync(part, path);
}

async function ask(address: string, begun: number, signal?: AbortSignal): Promise<Response> {
  try {
    // The file as it is stored: a length that counts unpacked bytes could not be gone on from.
    const headers = { "accept-encoding": "identity", ...(begun > 0 && { range: `bytes=${begun}-` }) };
    return await fetch(address, { headers, signal });
  } catch (error) {
    signal?.throwIfAborted();
    const { cause } = error as Error;
    throw new InputError(`${address} can't be reached (${cause instanceof Error ? cause.message : error}).`);
  }
}
