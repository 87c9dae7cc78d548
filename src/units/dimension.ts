/** Dimensions: what can be added to what. Powers of the base quantities, and the user's own units to say them in. */

export interface Dimension {
  /** Power of each base quantity (mass, length, time, current, temperature, luminous intensity, amount, data). */
  readonly powers: readonly number[];
  /** One way to write it in units of the user's: a power for each, such as { km: 1, h: -1 }. */
  readonly units: Readonly<Record<string, number>>;
}

/** Powers this near to each other are one. */
const SAME = 1e-9;

export const PURE: Dimension = { powers: [], units: {} };

/** a·b^p */
export function times(a: Dimension, b: Dimension, p = 1): Dimension {
  const powers = Array.from(
    { length: Math.max(a.powers.length, b.powers.length) },
    (_, k) => (a.powers[k] ?? 0) + p * (b.powers[k] ?? 0),
  );
  const units: Record<string, number> = { ...a.units };
  for (const [name, power] of Object.entries(b.units)) {
    units[name] = (units[name] ?? 0) + p * power;
    if (Math.abs(units[name]) < SAME) delete units[name];
  }
  return { powers, units };
}

export const isPure = ({ powers }: Dimension): boolean => powers.every((p) => Math.abs(p) < SAME);

export const sameDimension = (a: Dimension, b: Dimension): boolean => isPure(times(a, b, -1));

/** The dimension in the user's units: "kg m/s^2", "1/s", "J/(mol K)"; "1" for a pure number. */
export function inUnits({ units }: Dimension): string {
  const write = (sign: number) =>
    Object.entries(units)
      .filter(([, p]) => p * sign > 0)
      .map(([name, p]) => (Math.abs(p) === 1 ? name : `${name}^${decimal(Math.abs(p))}`));
  const [over, under] = [write(1), write(-1)];
  const below = under.length > 1 ? `/(${under.join(" ")})` : under.map((name) => `/${name}`).join("");
  return (over.join(" ") || "1") + below;
}

const decimal = (power: number) => String(Number(power.toFixed(4)));
