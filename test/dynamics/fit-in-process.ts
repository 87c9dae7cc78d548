/** A fit with a checkpoint in a process of its own, for tests that kill it: prints what it found. */
import { oscillator, withNoise } from "../../src/dynamics/generate.js";
import { EqlDynamics } from "../../src/dynamics/learner.js";

const { series, dt } = oscillator({ count: 12, steps: 120, seed: 8 });
const learner = new EqlDynamics({ states: ["x", "v"], dt });
const { law, latents, ok, mse } = await learner.fit(withNoise(series, 0.01), { checkpoint: process.argv[2] });
process.stdout.write(
  JSON.stringify({ law: law.map(({ expression, constants }) => ({ expression, constants })), latents, ok, mse }),
);
