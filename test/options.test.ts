import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError } from "../src/errors.js";
import { checkOptions, type DiscoverOptions } from "../src/options.js";
import { DEFAULT_PRIMITIVES, PRIMITIVES } from "../src/primitives.js";

const check = (options: object) => checkOptions({ target: "y", ...options } as DiscoverOptions);

test("what is not said has a default", () => {
  const settings = check({});
  assert.equal(settings.seed, 1);
  assert.ok(settings.workers >= 1);
  assert.equal(settings.signal.aborted, false);
  assert.equal(settings.stopped(), undefined);
  assert.deepEqual(new Set(settings.primitives), new Set([...DEFAULT_PRIMITIVES, "power"]));
});

test("default and all stand for several primitives, and no name comes twice", () => {
  assert.deepEqual(check({ primitives: "all" }).primitives, Object.keys(PRIMITIVES));
  assert.deepEqual(
    new Set(check({ primitives: ["default", "cos", "sin"] }).primitives),
    new Set([...check({}).primitives, "cos"]),
  );
  assert.deepEqual(check({ primitives: ["sin", "sin"] }).primitives, ["sin"]);
});

test("sigma is a column or a number", () => {
  assert.deepEqual([check({ sigma: "dy" }).sigma, check({ sigma: "dy" }).sigmaValue], ["dy", undefined]);
  assert.deepEqual([check({ sigma: 0.1 }).sigma, check({ sigma: 0.1 }).sigmaValue], [undefined, 0.1]);
});

test("options that make no sense are refused, with the name of the option and what it may be", () => {
  const refused: [object, RegExp][] = [
    [{ tarjet: "y" }, /no option "tarjet"\. Did you mean "target"\?/],
    [{ primitives: ["sine"] }, /no primitive "sine"\. Did you mean "sin"\?.*cos/],
    [{ primitives: "alle" }, /no primitive "alle"\. Did you mean "all"\?/],
    [{ primitives: [] }, /at least one primitive/],
    [{ seed: 1.5 }, /seed must be a whole number, not 1\.5/],
    [{ seed: "one" }, /seed must be a whole number, not one/],
    [{ seed: Number.NaN }, /seed must be a whole number, not NaN/],
    [{ budget: -1 }, /budget must be a number of seconds above 0, not -1/],
    [{ budget: 0 }, /budget must be a number of seconds above 0, not 0/],
    [{ budget: Number.NaN }, /budget must be a number of seconds above 0, not NaN/],
    [{ budget: "soon" }, /budget must be a number of seconds above 0, not soon/],
    [{ budget: "10" }, /budget must be a number of seconds above 0, not 10/],
    [{ inputs: "x" }, /inputs must be a list of columns, such as \["x"\], not "x"/],
    [{ outliers: "drop" }, /outliers must be "aside" or "keep", not "drop"/],
    [{ loss: "huber" }, /loss must be "squares" or "robust", not "huber"/],
    [{ noise: "gaussian" }, /noise must be "additive" or "relative", not "gaussian"/],
    [{ weights: 2 }, /weights must be the name of a column, not 2/],
    [{ sigma: "s", weights: "w" }, /sigma says how large the errors of each row are, and so does weights/],
    [{ sigma: 0.1, noise: "relative" }, /and so does noise\. Give one of the two/],
    [{ signal: {} }, /signal must be that of an AbortController/],
    [{ onProgress: 5 }, /onProgress must be a function/],
    [{ workers: 0 }, /workers must be a whole number from 1 on, not 0/],
    [{ workers: 1.5 }, /workers must be a whole number from 1 on, not 1\.5/],
    [{ sigma: 0 }, /sigma must be a number above 0 or the name of a column, not 0/],
    [{ sigma: Number.NaN }, /sigma must be a number above 0 or the name of a column, not NaN/],
  ];
  for (const [options, message] of refused) {
    assert.throws(
      () => check(options),
      (error) => error instanceof InputError && message.test(error.message),
      JSON.stringify(options),
    );
  }
});

test("without options a call is told what is missing", () => {
  for (const nothing of [undefined, null, "y"]) {
    assert.throws(
      () => checkOptions(nothing as never),
      (error) => error instanceof InputError && /\{ target: "y" \}/.test(error.message),
    );
  }
});

test("the signal aborts the search, and that is the reason given", () => {
  const controller = new AbortController();
  const settings = check({ signal: controller.signal, budget: 1000 });
  assert.equal(settings.stopped(), undefined);
  controller.abort();
  assert.equal(settings.signal.aborted, true);
  assert.match(settings.stopped() ?? "", /was stopped/);
});

test("the budget ends after its seconds, however many", async () => {
  const short = check({ budget: 0.05 });
  const long = ["1e9", "Infinity"].map((seconds) => check({ budget: Number(seconds) }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(short.signal.aborted, true);
  assert.match(short.stopped() ?? "", /budget of 0\.05 s/);
  for (const { signal } of long) assert.equal(signal.aborted, false);
});
