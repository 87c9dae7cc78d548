/**
 * `npm run bench -- digits`: the training step of src/vision beside the same network in eager PyTorch, turn by turn in one run:
 * 128 images, each with 8 partners, on one thread and on all. Turning and shifting the images is ours alone and counted apart.
 */
import { tensorFlow } from "../../src/network/tensorflow.js";
import { random } from "../../src/random.js";
import { augment } from "../../src/vision/augment.js";
import { Encoder } from "../../src/vision/encoder.js";
import { slice } from "../../src/vision/images.js";
import { mnist } from "../../src/vision/mnist.js";
import { FlatAdam } from "../../src/vision/optimizer.js";
import { pairUp } from "../../src/vision/pairs.js";
import { reluNetwork } from "../../src/vision/scaffold.js";
import { step, TRAINING } from "../../src/vision/training.js";
import { startPyTorch, withThreads } from "./pytorch.js";

/** Turns, and steps in each. */
const TURNS = 7;
const STEPS = 15;

/** Milliseconds: the median, and the least, which is what a machine does that does nothing else. */
interface Times {
  readonly median: number;
  readonly least: number;
}

interface Measured {
  readonly threads: number;
  readonly eqlab: Times;
  /** Turning and shifting the images of a step. */
  readonly augmentation: Times;
  readonly pytorch?: Times;
}

async function measure(threads: number): Promise<Measured> {
  const tf = tensorFlow();
  const images = slice((await mnist()).train, 0, TRAINING.batch);
  const which = Array.from({ length: images.count }, (_, i) => i);
  const pairs = pairUp(
    images.values,
    TRAINING.partners,
    (a, b) => a + b,
    (y) => y < 15,
  );
  const encoder = new Encoder(28, 28, random(1));
  const f = reluNetwork(7.5, 3.6, random(1));
  const optimizer = new FlatAdam([{ variables: [...encoder.weights, encoder.slots, ...f.variables], rate: 1 }]);
  const setting = { learningRate: 1e-3, sigma: 0.5, usage: 0.5, clamp: false };
  const numbers = random(2);
  const times = { eqlab: [] as number[], augmentation: [] as number[], pytorch: [] as number[] };
  const rival = startPyTorch<{ times: number[] }>("digits.py");
  const task = { images: images.count, ...pairs, steps: STEPS };
  for (let turn = 0; turn < TURNS; turn++) {
    const ours = Array.from({ length: STEPS }, () => {
      const begun = performance.now();
      const pixels = augment(images, which, TRAINING.jitter, numbers);
      const changed = performance.now();
      const batch = tf.tensor4d(pixels, [images.count, 28, 28, 1]);
      step({ encoder, f }, optimizer, batch, pairs, setting, numbers);
      batch.dispose();
      return [changed - begun, performance.now() - changed];
    });
    const theirs = await rival?.ask(task);
    if (turn === 0) continue; // to warm up
    times.augmentation.push(...ours.map(([change]) => change));
    times.eqlab.push(...ours.map(([, step]) => step));
    times.pytorch.push(...(theirs?.times ?? []));
  }
  rival?.stop();
  return {
    threads,
    eqlab: summary(times.eqlab),
    augmentation: summary(times.augmentation),
    ...(rival && { pytorch: summary(times.pytorch) }),
  };
}

function summary(values: readonly number[]): Times {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0] };
}

function report(lines: readonly Measured[]): string {
  const ms = (time?: Times) => (time ? `${time.median.toFixed(1)} (${time.least.toFixed(1)})` : "not there");
  const ratio = ({ eqlab, pytorch }: Measured) =>
    pytorch ? `${(pytorch.median / eqlab.median).toFixed(2)} (${(pytorch.least / eqlab.least).toFixed(2)})` : "";
  return [
    "Medians, and in parentheses the least.\n",
    "| threads | eqlab, ms a step | PyTorch, ms a step | PyTorch : eqlab | turning and shifting the images, ms |",
    "|---|---|---|---|---|",
    ...lines.map((line) => {
      const { threads, eqlab, pytorch, augmentation } = line;
      return `| ${threads} | ${ms(eqlab)} | ${ms(pytorch)} | ${ratio(line)} | ${ms(augmentation)} |`;
    }),
  ].join("\n");
}

await withThreads(measure, report);
