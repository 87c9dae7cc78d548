/**
 * The robust loss: errors are taken to follow Student's t with 4 degrees of freedom, whose wide tails let a few rows lie far from
 * the law. A row at r standard deviations then counts for 5/(4 + r²) of a row of the normal law (iteratively reweighted least
 * squares; Lange, Little & Taylor 1989), and the description is that of the same likelihood.
 */
import { best } from "./choose.js";
import type { Rows } from "./finalists.js";
import type { Doubt, Found } from "./kinds.js";
import { noiseKinds, rowWeights } from "./noise.js";
import type { Settings } from "./options.js";

const FREEDOM = 4;
/** ln of what Student's density is divided by: Γ(ν/2)·√(νπ)/Γ((ν+1)/2) for ν = 4. */
const LOG_NORMALISER = Math.log((Math.sqrt(FREEDOM * Math.PI) * 1) / 1.329340388179137);
/** Rows of less trust lie more than 5 standard deviations from the law. */
export const DOUBTED = (FREEDOM + 1) / (FREEDOM + 25);
/** Rows that say what a row between them would be. */
const NEIGHBOURS = 6;
/** Steps to the scale of the errors: a fixed point, within some percent after a few of them. */
const STEPS = 30;

/** Searches at most. */
const SEARCHES = 3;

/** What a row counts for at so many standard deviations. */
const trustAt = (z: number): number => (FREEDOM + 1) / (FREEDOM + z * z);

/** The most likely scale of residuals that follow Student's t: s² is the mean of r² by trust. */
export function scaleOf(residuals: Float64Array, least: number): number {
  const sizes = residuals.map(Math.abs).sort();
  // From the median, which no wild row moves.
  let scale = Math.max(sizes[sizes.length >> 1], least);
  for (let step = 0; step < STEPS; step++) {
    const square = residuals.reduce((sum, r) => sum + trustAt(r / scale) * r * r, 0) / residuals.length;
    scale = Math.max(Math.sqrt(square), least);
  }
  return scale;
}

export const trustOf = (residuals: Float64Array, scale: number): Float64Array =>
  residuals.map((r) => trustAt(r / scale));

/** What residuals cost to say, in nats, up to the n/2·ln 2πe (n/2·ln 2π where the scale is given) that all descriptions leave out. */
export function surprise(residuals: Float64Array, scale: number, given: boolean): number {
  const common = 0.5 * Math.log(2 * Math.PI) + (given ? 0 : 0.5);
  const each = Math.log(scale) + LOG_NORMALISER - common;
  return residuals.reduce((sum, r) => sum + each + ((FREEDOM + 1) / 2) * Math.log(1 + (r / scale) ** 2 / FREEDOM), 0);
}

/** The median target of the rows nearest to each row, in the order of the inputs' ranks: what to compare a row to before there is a law. */
export function neighbourMedians({ inputs, target }: Rows): Float64Array {
  const n = target.length;
  const ranks = inputs.map((column) => {
    const order = Array.from(column, (_, row) => row).sort((a, b) => column[a] - column[b]);
    const rank = new Float64Array(n);
    // Equal values have equal ranks.
    order.forEach((row, place) => {
      const before = order[place - 1];
      rank[row] = place > 0 && column[row] === column[before] ? rank[before] : place;
    });
    return rank;
  });
  const count = Math.min(NEIGHBOURS, n - 1);
  return target.map((_, row) => {
    const nearest = new Int32Array(count);
    const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    for (let other = 0; other < n; other++) {
      if (other === row) continue;
      let distance = 0;
      for (const rank of ranks) distance += (rank[other] - rank[row]) ** 2;
      let k = count - 1;
      if (!(distance < distances[k])) continue;
      for (; k > 0 && distance < distances[k - 1]; k--) {
        distances[k] = distances[k - 1];
        nearest[k] = nearest[k - 1];
      }
      distances[k] = distance;
      nearest[k] = other;
    }
    const values = Float64Array.from(nearest, (other) => target[other]).sort();
    return (values[(count - 1) >> 1] + values[count >> 1]) / 2;
  });
}

/** Searches with the trust in rows that their neighbours give, and again with what the law found gives while that makes it shorter. */
export async function robustly(
  rows: Rows,
  searchWith: (doubt: Doubt) => Promise<Found>,
  { signal, noise }: Settings,
): Promise<Found> {
  const about = neighbourMedians(rows);
  const weights = rowWeights(noiseKinds(about, rows, noise)[0], about, rows);
  const residuals = rows.target.map((y, i) => (y - about[i]) * (weights ? weights[i] : 1));
  const spread = scaleOf(residuals, Number.MIN_VALUE);
  let doubt = { about, trust: trustOf(residuals, spread) };
  let found = await searchWith(doubt);
  for (let again = 0; again < SEARCHES - 1 && found.finalists.length > 0 && !signal.aborted; again++) {
    const { trust = doubt.trust } = best(found.finalists);
    if (!trust.some((v, i) => v < DOUBTED !== doubt.trust[i] < DOUBTED)) break;
    doubt = { about, trust };
    const next = await searchWith(doubt);
    if (next.finalists.length === 0 || best(next.finalists).length >= best(found.finalists).length) break;
    found = next;
  }
  return found;
}
