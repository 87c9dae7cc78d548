/**
 * Series in: arrays [series, time, state] or a DataFrame with a column that tells the series apart, checked once. What is
 * wrong is said with series, step, state and remedy.
 */
import { InputError, list } from "../errors.js";
import { count, type Frame, isFrame, readFrame } from "../frame.js";

/** Series as arrays [series, time, state], or a DataFrame with a row for each series and time. */
export type SeriesData = readonly (readonly ArrayLike<number>[])[] | Frame;

/** One series: a column for each state, all of one length. */
export interface Series {
  readonly columns: readonly Float64Array[];
  readonly rows: number;
  /** Its number or its name in the DataFrame, for messages. */
  readonly label: string;
}

export interface SeriesOptions {
  /** The states: their order in arrays, their columns in a DataFrame. */
  readonly states: readonly string[];
  /** Time between rows; in a DataFrame with a time column it follows from that. */
  readonly dt?: number;
  /** The column that tells the series of a DataFrame apart. */
  readonly series?: string;
  /** The column with the time of each row. */
  readonly time?: string;
}

export interface SeriesSet {
  readonly list: readonly Series[];
  readonly dt: number;
}

/** Times count as even if no step differs from the mean one by more than this part of it. */
const UNEVEN = 1e-3;

/**
 * @param least rows each series must have
 * @throws InputError for series of other states than said, too short ones, cells that are no numbers, and times that are uneven
 */
export function readSeries(data: SeriesData, options: SeriesOptions, least: number): SeriesSet {
  const { states } = options;
  if (typeof data !== "object" || data === null) {
    throw new InputError(
      "The data are no series. Give arrays [series, time, state], or a DataFrame with a column series.",
    );
  }
  const frame = !Array.isArray(data) && isFrame(data as Frame);
  const { list: read, dt = options.dt } = frame
    ? fromFrame(data as Frame, options)
    : { list: fromArrays(data as readonly (readonly ArrayLike<number>[])[], states) };
  if (!(typeof dt === "number" && dt > 0 && Number.isFinite(dt))) {
    throw new InputError(`dt, the time between two rows, must be a number above 0, not ${dt}.`);
  }
  if (read.length === 0) throw new InputError("There are no series. Give at least one.");
  for (const { rows, label } of read) {
    if (rows < least) {
      throw new InputError(
        `Series ${label} has ${count(rows, "row")}; it takes at least ${least}. Leave it out, or give a longer one.`,
      );
    }
  }
  return { list: read, dt };
}

function fromArrays(data: readonly (readonly ArrayLike<number>[])[], states: readonly string[]): Series[] {
  if (typeof data.length !== "number") {
    throw new InputError("The series are no list. Give arrays [series, time, state], such as [[[0, 1], [0.1, 1]]].");
  }
  return Array.from(data, (rows, s) => {
    const label = `${s + 1}`;
    if (typeof rows?.length !== "number" || typeof rows[0]?.length !== "number") {
      throw new InputError(`Series ${label} is no list of rows of states. Give arrays [series, time, state].`);
    }
    const columns = states.map(() => new Float64Array(rows.length));
    for (let i = 0; i < rows.length; i++) {
      if (rows[i]?.length !== states.length) {
        throw new InputError(
          `Series ${label}, row ${i + 1} has ${count(rows[i]?.length ?? 0, "value")}, but there are ` +
            `${count(states.length, "state")}: ${list(states)}.`,
        );
      }
      for (const [k, column] of columns.entries()) column[i] = checked(rows[i][k], label, i, states[k]);
    }
    return { columns, rows: rows.length, label };
  });
}

function fromFrame(data: Frame, { states, series, time }: SeriesOptions): { list: Series[]; dt?: number } {
  const table = readFrame(data);
  const cellsOf = (label: string) => {
    const column = table.columns.find((each) => each.label === label);
    if (!column) {
      throw new InputError(
        `There is no column "${label}". The columns are ${list(table.columns.map((each) => each.label))}.`,
      );
    }
    return column.cells;
  };
  if (series === undefined) {
    throw new InputError('Say which column tells the series apart: new EqlDynamics({ …, series: "series" }).');
  }
  const names = cellsOf(series);
  const places = new Map<unknown, number[]>();
  for (let i = 0; i < table.rows; i++) {
    const rows = places.get(names[i]);
    if (rows) rows.push(i);
    else places.set(names[i], [i]);
  }
  const cells = states.map(cellsOf);
  const times = time === undefined ? undefined : cellsOf(time);
  const read = [...places].map(([name, rows]): Series => {
    const label = String(name);
    const columns = cells.map((column, k) =>
      Float64Array.from(rows, (row, i) => checked(column[row], label, i, states[k])),
    );
    return { columns, rows: rows.length, label };
  });
  if (times === undefined) return { list: read };
  const steps = [...places].map(([name, rows]) =>
    evenStep(
      rows.map((row) => Number(times[row])),
      String(name),
    ),
  );
  const [dt] = steps;
  const other = steps.findIndex((step) => Math.abs(step - dt) > UNEVEN * dt);
  if (other >= 0) {
    throw new InputError(
      `The time step of series ${read[other].label} is ${steps[other]}, that of series ${read[0].label} is ${dt}. ` +
        "Give all series at the same time step.",
    );
  }
  return { list: read, dt };
}

/** The time step of a series whose rows follow each other at equal times. */
function evenStep(times: readonly number[], label: string): number {
  const step = (times[times.length - 1] - times[0]) / (times.length - 1);
  if (times.length < 2) throw new InputError(`Series ${label} has a single row. Leave it out, or give a longer one.`);
  for (let i = 1; i < times.length; i++) {
    const here = times[i] - times[i - 1];
    if (here > 0 && Math.abs(here - step) <= UNEVEN * step) continue;
    throw new InputError(
      `Series ${label}: from row ${i} to row ${i + 1} time goes on by ${here}, on average by ${step}. ` +
        "The rows must be in order and at equal time steps; interpolate them first.",
    );
  }
  return step;
}

function checked(cell: unknown, label: string, row: number, state: string): number {
  if (typeof cell === "number" && Number.isFinite(cell)) return cell;
  const what = typeof cell === "number" ? `${cell}` : `${JSON.stringify(cell)}`;
  throw new InputError(
    `Series ${label}, row ${row + 1}: the state "${state}" is ${what}, no number. Cut the series there, or fill the gap.`,
  );
}

/** Standard deviation of each state over all series. */
export function spreadOf(series: readonly Series[]): number[] {
  return series[0].columns.map((_, k) => {
    let [n, sum, square] = [0, 0, 0];
    for (const { columns, rows } of series) {
      n += rows;
      for (const v of columns[k]) sum += v;
    }
    const mean = sum / n;
    for (const { columns } of series) for (const v of columns[k]) square += (v - mean) ** 2;
    return Math.sqrt(square / n);
  });
}
