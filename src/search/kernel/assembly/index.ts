/**
 * The arithmetic of the search on columns: a column is `n` float64 (or, in the library of sprouts, float32) numbers in
 * this module's memory, named by its address. TypeScript says what is to be computed, tree by tree; here it is computed,
 * two or four lanes at a time.
 *
 * Sums are taken in one fixed order and the functions are our own polynomials, so that the same data give the same
 * digits on every machine. Coefficients are plain Taylor series: on the reduced ranges below the first term left out is
 * under 1e-17 of the value.
 */

export * from "./evidence";
export * from "./functions";
export * from "./linear";
export * from "./pick";
export * from "./screen";
export * from "./sets";

/** Where memory is free from. */
export function heapBase(): usize {
  return __heap_base;
}
