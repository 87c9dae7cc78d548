/**
 * The way from images and a formula's values to the formula, on one screen. What an image shows is never said.
 *
 * 1. Scaffold: the encoder learns to tell images apart, with a ReLU network in the formula's place.
 * 2. Formula: in which slots images fall, and what value two slots have, is a small table; equation learners find its formula.
 * 3. Together: the encoder and the equation learner, its mask fixed, are trained end to end.
 *
 * A way that leads nowhere shows early: in the loss of the scaffold, and in the error of the formula. Then it begins anew, with other
 * random numbers and more time for the scaffold.
 */
import { tensorFlow } from "../network/tensorflow.js";
import { beginWork } from "../notebook/cell.js";
import { openCheckpoint, type Place } from "./checkpoint.js";
import { Course } from "./course.js";
import { FORMULA } from "./formula.js";
import type { ImageSet } from "./images.js";
import { checkLearnOptions, type LearnOptions, type LearnSettings } from "./learn-options.js";
import type { Learned } from "./learned.js";

/** Beginnings before it gives up. */
const ATTEMPTS = 4;
/** A scaffold whose last epoch has a larger mean loss has not learned to tell images apart. */
const STUCK = 1.2;

/**
 * Learns to read images, and the formula of what two of them show, from nothing but the formula's values.
 * @param images to learn from; their `values` go into the formula, and nowhere else
 * @throws InputError for options that can't be used; Error if no formula was found, or it was stopped
 */
export const learnFromImages = (images: ImageSet, options: LearnOptions): Promise<Learned> =>
  learn(images, checkLearnOptions(options), toFormula);

/** The same encoder, trained for as long and begun anew by the same loss, with the ReLU network to the end: what a formula is compared with. */
export const learnBaseline = (images: ImageSet, options: LearnOptions): Promise<Learned> =>
  learn(images, checkLearnOptions(options), withoutFormula);

async function learn(
  images: ImageSet,
  settings: LearnSettings,
  way: (course: Course, place: Place) => Promise<Learned>,
): Promise<Learned> {
  await sayBackend();
  const work = beginWork("Trained");
  const signal = AbortSignal.any([settings.signal, work?.signal].filter((s): s is AbortSignal => s !== undefined));
  const checkpoint = settings.checkpoint
    ? openCheckpoint(settings.checkpoint, images, { ...settings, way: way.name })
    : undefined;
  const course = new Course(images, settings, checkpoint, signal, (progress) => {
    settings.onProgress?.(progress);
    const { stage, epoch, epochs, fraction, seconds, losses } = progress;
    const best = progress.formula ?? `${stage}, epoch ${epoch} of ${epochs}`;
    work?.report({ fraction, best, seconds, loss: losses.at(-1)?.loss });
  });
  try {
    return await way(course, course.resume());
  } catch (error) {
    course.drop();
    if (!signal.aborted) throw error;
    const next = checkpoint
      ? "The same call goes on from there."
      : "With a checkpoint, the next call would go on from there.";
    throw new Error(`Stopped after ${course.epochs} epochs. ${next}`, { cause: error });
  } finally {
    course.end();
    work?.end();
  }
}

/** Waits for tfjs, and says so if it is without its native library. */
async function sayBackend(): Promise<void> {
  const tf = tensorFlow();
  await tf.ready();
  if (tf.getBackend() === "tensorflow") return;
  const name = tf.getBackend() === "wasm" ? "WebAssembly" : "plain JavaScript";
  console.warn(
    `tfjs computes in ${name}: learning gives the same, and takes several times as long. See environment.md.`,
  );
}

async function toFormula(course: Course, start: Place): Promise<Learned> {
  let place = start;
  let closest = Number.POSITIVE_INFINITY;
  while (place.attempt < ATTEMPTS) {
    if (place.stage === "together") {
      await course.train(place);
      return course.finish(place);
    }
    const loss = await course.train(place);
    const error = loss > STUCK ? Number.POSITIVE_INFINITY : await course.findFormula(place);
    closest = Math.min(closest, error);
    if (error <= FORMULA.accept) place = course.putFormula(place);
    else place = course.restart(place);
  }
  const nearest = Number.isFinite(closest)
    ? `The nearest one left a mean error of ${closest.toPrecision(2)} steps of y on the table of slots; ${FORMULA.accept} is what a law leaves.`
    : "The images were not told apart.";
  throw new Error(
    `No formula of two latents was found in ${ATTEMPTS} attempts. ${nearest} More images, or more epochs of the scaffold, may help.`,
  );
}

async function withoutFormula(course: Course, start: Place): Promise<Learned> {
  let place = start;
  while (place.stage === "scaffold") {
    const loss = await course.train(place);
    const again = loss > STUCK && place.attempt + 1 < ATTEMPTS;
    place = again ? course.restart(place) : course.keepScaffold(place);
  }
  await course.train(place);
  return course.finish(place);
}
