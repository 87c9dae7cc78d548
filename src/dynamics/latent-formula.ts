/** How a latent and a parameter known by other means hang together: `discover` on a table with a row for each series. */
import { discover } from "../discover.js";
import { InputError } from "../errors.js";
import type { DiscoverOptions } from "../options.js";
import type { Result } from "../result.js";

/**
 * The formula of a known parameter in the latents; or, with the two exchanged, of a latent in known parameters.
 * @param latents [series, latent], as `fit` and `infer` give them
 * @param parameter one value for each series
 * @param options `names` of the latents (z1, z2, …) and of the `parameter`; what else `discover` takes
 * @throws InputError where the numbers of series differ
 */
export async function latentFormula(
  latents: readonly (readonly number[])[],
  parameter: readonly number[],
  options: { names?: readonly string[]; parameter?: string } & Partial<Omit<DiscoverOptions, "target" | "inputs">> = {},
): Promise<Result> {
  const { names, parameter: target = "parameter", ...rest } = options;
  if (latents.length !== parameter.length) {
    throw new InputError(`There are latents of ${latents.length} series, but ${parameter.length} values of ${target}.`);
  }
  const columns = (latents[0] ?? []).map((_, k) => [names?.[k] ?? `z${k + 1}`, latents.map((z) => z[k])] as const);
  return discover({ ...Object.fromEntries(columns), [target]: [...parameter] }, { ...rest, target });
}
