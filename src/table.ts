/** One column of a table. */
export interface Column {
  /** The identifier that stands for it in formulas: letters, digits and underscores, no name of a function or constant. */
  readonly name: string;
  /** The name as in the user's own table. */
  readonly label: string;
  readonly values: Float64Array;
}

/** A table of measurements, checked: columns of equal length, all numbers finite. */
export interface Table {
  readonly inputs: readonly Column[];
  readonly target: Column;
  readonly rows: number;
  /** What was renamed or left out on the way in, in a scientist's words. */
  readonly warnings: readonly string[];
}
