/**
 * The state of learning after an epoch, in a file: one line of JSON, then the numbers of all variables in float32. It is written
 * beside the old one and put in its place, so a cut never leaves half a file.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../errors.js";
import { LAYERS } from "./encoder.js";
import type { ImageSet } from "./images.js";
import type { EpochLoss, LearnSettings, Stage } from "./learn-options.js";

/** Where on its way learning is: epochs done in a stage of an attempt. */
export interface Place {
  readonly attempt: number;
  readonly stage: Stage;
  readonly epoch: number;
}

export interface State {
  readonly place: Place;
  readonly losses: readonly EpochLoss[];
  /** Steps of the optimizer. */
  readonly steps: number;
  /** Hidden layers of the equation learner, if there is one. */
  readonly layers?: number;
  readonly freed?: number;
  readonly seconds: number;
  /** Numbers of each variable. */
  readonly tensors: readonly Float32Array[];
}

export interface Checkpoint {
  /** The state to go on from. */
  readonly known?: State;
  save(state: State): void;
}

interface Header extends Omit<State, "tensors"> {
  readonly eqlab: "vision 1";
  readonly key: string;
  readonly sizes: readonly number[];
}

/** @throws InputError for a file that is no checkpoint, or one of other images, another formula, seed or length */
export function openCheckpoint(path: string, images: ImageSet, settings: LearnSettings & { way: string }): Checkpoint {
  const key = keyOf(images, settings);
  return {
    known: existsSync(path) ? read(path, key) : undefined,
    save({ tensors, ...rest }) {
      const header: Header = { eqlab: "vision 1", key, sizes: tensors.map(({ length }) => length), ...rest };
      const numbers = tensors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(`${path}.new`, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...numbers]));
        renameSync(`${path}.new`, path);
      } catch (error) {
        throw new InputError(
          `The checkpoint ${path} can't be written (${(error as Error).message}). Name a file elsewhere.`,
        );
      }
    },
  };
}

function read(path: string, key: string): State {
  const bytes = readFileSync(path);
  const end = bytes.indexOf("\n");
  let header: Partial<Header> = {};
  try {
    header = JSON.parse(bytes.subarray(0, end).toString());
  } catch {}
  if (header.eqlab !== "vision 1") {
    throw new InputError(
      `${path} is no checkpoint of learning from images. Name another file: this one is left as it is.`,
    );
  }
  if (header.key !== key) {
    throw new InputError(
      `The checkpoint ${path} belongs to other images, another formula, other options, another seed or another encoder. Name another file or delete it.`,
    );
  }
  const { sizes, eqlab: _, key: __, ...rest } = header as Header;
  // A copy: in the file the numbers begin anywhere.
  const copy = new Uint8Array(bytes.subarray(end + 1));
  const numbers = new Float32Array(copy.buffer, 0, copy.length >> 2);
  let at = 0;
  if (numbers.length !== sizes.reduce((sum, size) => sum + size, 0)) {
    throw new InputError(`The checkpoint ${path} is cut off. Delete it.`);
  }
  const tensors = sizes.map((size) => {
    at += size;
    return numbers.slice(at - size, at);
  });
  return { ...rest, tensors };
}

/** A hash of the images, of the formula's values for some of them, and of all that changes the way. */
function keyOf({ pixels, values, height, width }: ImageSet, settings: LearnSettings & { way: string }): string {
  const { formula, inRange, resolution, epochs, seed, way } = settings;
  const y = values.slice(0, 1000).map((a, i) => formula(a, values[(7 * i + 1) % values.length]));
  const plain = { encoder: LAYERS, height, width, resolution, epochs, seed, way, y, seen: y.map(inRange) };
  return createHash("sha256").update(pixels).update(JSON.stringify(plain)).digest("hex");
}
