/** The choice of the law among finalists by description length, its rivals, and the front from simple to exact. */
import type { Finalist } from "./finalists.js";
import { mostParameters } from "./search/description.js";
import { signature } from "./search/network.js";

/** Descriptions that differ by less, in nats, are equally good: then the simpler formula is the better one. */
const EQUAL = 2;
/** A formula whose description is longer by less than this is a rival. */
const RIVAL = 4;

/** The shortest description, or the simplest of those that are as short but for EQUAL nats. */
export function best(finalists: readonly Finalist[]): Finalist {
  const least = finalists.reduce((most, { length }) => Math.min(most, length), Number.POSITIVE_INFINITY);
  const equal = finalists.filter(({ length }) => length <= least + EQUAL);
  return equal.reduce((a, b) => (compare(b, a) < 0 ? b : a));
}

/** The shortest description, in disregard of objections, of those that are not offered because of one. */
export function objected(finalists: readonly Finalist[]): Finalist | undefined {
  const those = finalists.filter(({ objection }) => objection);
  return those.sort((a, b) => a.lengthRegardless - b.lengthRegardless)[0];
}

const compare = (a: Finalist, b: Finalist) => a.complexity - b.complexity || a.length - b.length;

/** Other formulas that the data can't tell from the chosen one, the shortest description first. */
export function rivals(finalists: readonly Finalist[], chosen: Finalist): Finalist[] {
  if (chosen.exact) return [];
  const seen = new Set([signature(chosen.root)]);
  const rms = Math.sqrt(chosen.error);
  const sameValues = (other: Finalist) =>
    other.noise === chosen.noise && other.residuals.every((r, i) => Math.abs(r - chosen.residuals[i]) < 1e-6 * rms);
  return [...finalists]
    .sort((a, b) => a.length - b.length)
    .filter((other) => {
      const key = signature(other.root);
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew && other.length < chosen.length + RIVAL && !sameValues(other);
    });
}

/** Finalists that nothing simpler matches in error, simplest first; `chosen` is always among them. */
export function front(finalists: readonly Finalist[], chosen: Finalist): Finalist[] {
  const same = finalists.filter(
    (f) =>
      f === chosen ||
      (f.noise === chosen.noise && Number.isFinite(f.length) && f.parameters <= mostParameters(f.residuals.length)),
  );
  const sorted = [...same].sort((a, b) => a.complexity - b.complexity || a.error - b.error);
  const kept: Finalist[] = [];
  let least = { error: Number.POSITIVE_INFINITY, mse: Number.POSITIVE_INFINITY };
  for (const candidate of sorted) {
    const { error, mse } = candidate;
    // Both as the noise found weighs it and as it is reported.
    const better = error < 0.99 * least.error && mse < least.mse;
    const sameSize = candidate.complexity === kept.at(-1)?.complexity;
    if (candidate !== chosen && (!better || sameSize)) continue;
    if (sameSize) kept.pop();
    kept.push(candidate);
    least = { error: Math.min(least.error, error), mse: Math.min(least.mse, mse) };
  }
  return kept;
}
