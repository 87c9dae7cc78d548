import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { parseIdx, readIdx } from "../../src/vision/idx.js";
import { imageSet, slice } from "../../src/vision/images.js";

const folder = mkdtempSync(join(tmpdir(), "eqlab-idx-"));
after(() => rmSync(folder, { recursive: true }));

/** Two images of 2 × 3 pixels. */
const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]);
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test("a file is read plain and gzipped", () => {
  for (const path of [file("plain", images), file("packed.gz", gzipSync(images))]) {
    const { shape, data } = readIdx(path, hash(images));
    assert.deepEqual(shape, [2, 2, 3]);
    assert.deepEqual(Array.from(data), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  }
});

test("a set has images and what they show; a slice of it is one as well", () => {
  const set = imageSet(parseIdx(images, "images"), parseIdx(labels, "labels"));
  assert.deepEqual(set.values, [7, 9]);
  const second = slice(set, 1, 2);
  assert.equal(second.count, 1);
  assert.deepEqual(Array.from(second.pixels), [7, 8, 9, 10, 11, 12]);
  assert.deepEqual(second.values, [9]);
});

test("images and labels that don't belong together are refused", () => {
  assert.throws(() => imageSet(parseIdx(labels, "labels"), parseIdx(labels, "labels")), /3 dimensions.*not 2/);
  const one = parseIdx(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 1, 7]), "labels");
  assert.throws(() => imageSet(parseIdx(images, "images"), one), /2 images need 2 labels, not 1/);
});

test("a wrong file is refused with what was expected and found", () => {
  const refused = (name: string, bytes: Uint8Array, message: RegExp, sha256?: string) =>
    assert.throws(() => readIdx(file(name, bytes), sha256), { name: "InputError", message });
  refused("empty", new Uint8Array(0), /no IDX file.*begins with nothing/);
  refused("text", Buffer.from("<html>"), /no IDX file.*begins 3c 68 74 6d/);
  refused("floats", Uint8Array.from([0, 0, 0x0d, 1, 0, 0, 0, 0]), /type 0x0d/);
  refused("header", images.subarray(0, 9), /expected a header of 16 bytes, found 9/);
  refused("short", images.subarray(0, 27), /expected 28 bytes for 2 × 2 × 3 numbers, found 27/);
  refused("long", Buffer.concat([images, images]), /expected 28 bytes.*found 56/);
  refused("cut.gz", gzipSync(images).subarray(0, 30), /can't be unpacked.*30 bytes/);
  refused("other", images, /expected SHA-256 0{64}, found [0-9a-f]{64}/, "0".repeat(64));
  assert.throws(() => readIdx(join(folder, "nowhere")), { name: "InputError", message: /nowhere can't be read/ });
});
