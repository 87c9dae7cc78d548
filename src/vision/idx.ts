/**
 * The IDX format, in which MNIST and its likes come: two zero bytes, the type of the numbers, the number of dimensions, each
 * dimension as four bytes (big-endian), then the numbers, the last dimension fastest. A file may be gzipped.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { InputError } from "../errors.js";

/** Numbers in 0 … 255 and the shape they have. */
export interface IdxArray {
  readonly shape: number[];
  /** As many as the product of the shape, the last dimension fastest. */
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file of unsigned bytes, plain or gzipped.
 * @param sha256 what the hash of the unpacked file has to be, in hexadecimal
 * @throws InputError for a file that is missing, cut off, of another format or with another hash
 */
export function readIdx(path: string, sha256?: string): IdxArray {
  return parseIdx(unpack(readBytes(path), path), path, sha256);
}

/** The same for the bytes of an unpacked file; `path` is its name in messages. */
export function parseIdx(bytes: Uint8Array, path: string, sha256?: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0) {
    throw new InputError(
      `${path} is no IDX file: it should begin with two zero bytes, and begins ${beginning(bytes)}.`,
    );
  }
  const [type, dimensions] = [bytes[2], bytes[3]];
  if (type !== UNSIGNED_BYTE) {
    throw new InputError(`${path} holds numbers of type 0x${hex(type)}; unsigned bytes (0x08) are what can be read.`);
  }
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) throw cutOff(path, `a header of ${header} bytes`, bytes.length);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = header + shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) throw cutOff(path, `${expected} bytes for ${shape.join(" × ")} numbers`, bytes.length);
  if (sha256 !== undefined) {
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== sha256) {
      throw new InputError(
        `${path} is another file than was asked for: expected SHA-256 ${sha256}, found ${found}. Fetch it anew.`,
      );
    }
  }
  return { shape, data: bytes.subarray(header) };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`${path} can't be read (${(error as Error).message}).`);
  }
}

function unpack(bytes: Uint8Array, path: string): Uint8Array {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!gzipped) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new InputError(
      `${path} can't be unpacked (${(error as Error).message}): ${bytes.length} bytes of it are there. Fetch it anew.`,
    );
  }
}

function cutOff(path: string, expected: string, found: number): InputError {
  return new InputError(`${path} is cut off or too long: expected ${expected}, found ${found} bytes. Fetch it anew.`);
}

const hex = (byte: number) => byte.toString(16).padStart(2, "0");

function beginning(bytes: Uint8Array): string {
  return bytes.length === 0 ? "with nothing" : Array.from(bytes.subarray(0, 4), hex).join(" ");
}
