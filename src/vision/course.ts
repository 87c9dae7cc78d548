/** A way under way: the network, its optimizer and random numbers, and what each stage does to them. */
import { tensorFlow } from "../network/tensorflow.js";
import { type Random, random } from "../random.js";
import { augment } from "./augment.js";
import type { Checkpoint, Place } from "./checkpoint.js";
import { Encoder } from "./encoder.js";
import { blankEql, dropFormula, eqlFunction, type FoundFormula, findFormula, formulaText, maskOf } from "./formula.js";
import { type ImageSet, slice } from "./images.js";
import type { EpochLoss, LearnProgress, LearnSettings } from "./learn-options.js";
import { type Learned, makeLearned } from "./learned.js";
import { FlatAdam } from "./optimizer.js";
import { mostProbable, slotProbabilities } from "./reading.js";
import { reluNetwork } from "./scaffold.js";
import { scaffoldSchedule, togetherSchedule } from "./schedule.js";
import { revive, slotTable } from "./slots.js";
import { type Network, setVariable, type Task, TRAINING, trainEpoch } from "./training.js";

/** Images by which batch norm's moments are measured. */
const MEASURED = 2000;
/** Images sorted into slots between two looks at whether to stop. */
const AT_A_TIME = 1000;
/** The slots' values and the formula learn more slowly than the encoder, once there is a formula. */
const SLOW = 0.3;
/** A scaffold that is begun anew is given so many times the epochs. */
const LONGER = 1.5;
/** Pairs by which y's mean and spread are estimated. */
const SAMPLED = 4000;

/** Independent streams of random numbers within an attempt; epochs of a stage count on from theirs. */
const STREAM = { encoder: 0, network: 1, table: 2, revival: 3, moments: 4, scaffold: 100, together: 2000 };
const streamOf = (attempt: number, stream: number) => 10_000 * (attempt + 1) + stream;

export class Course {
  private network!: Network;
  private optimizer!: FlatAdam;
  private layer: ReturnType<typeof blankEql> | undefined;
  private layers: number | undefined;
  private found: FoundFormula | undefined;
  /** Slot of each training image. */
  private slot: number[] = [];
  private losses: EpochLoss[] = [];
  private revived = 0;
  private readonly began = performance.now();
  private before = 0;
  private readonly task: Task;
  private readonly mean: number;
  private readonly spread: number;

  constructor(
    images: ImageSet,
    private readonly settings: LearnSettings,
    private readonly checkpoint: Checkpoint | undefined,
    private readonly signal: AbortSignal,
    private readonly onProgress: (progress: LearnProgress) => void,
  ) {
    const { formula, inRange, seed } = settings;
    this.task = { images, formula, inRange };
    const y = sampleValues(this.task, random(seed));
    this.mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    this.spread = Math.sqrt(y.reduce((sum, value) => sum + (value - this.mean) ** 2, 0) / y.length);
  }

  /** The place of the checkpoint, with all variables as they were; else the beginning. */
  resume(): Place {
    const known = this.checkpoint?.known;
    if (!known) return this.begin({ attempt: 0, stage: "scaffold", epoch: 0 });
    this.begin({ ...known.place, stage: "scaffold", epoch: 0 });
    this.losses = [...known.losses];
    this.before = known.seconds;
    this.revived = known.freed ?? 0;
    if (known.layers !== undefined) {
      this.layer = blankEql(known.layers);
      this.layers = known.layers;
      this.use({ ...this.network, f: eqlFunction(this.layer) });
    }
    if (known.place.stage === "together") this.optimize(this.layer ? SLOW : 1);
    this.optimizer.steps = known.steps;
    this.variables().forEach((variable, i) => {
      setVariable(variable, known.tensors[i]);
    });
    return known.place;
  }

  restart({ attempt }: Place): Place {
    return this.begin({ attempt: attempt + 1, stage: "scaffold", epoch: 0 });
  }

  /** Trains a stage to its end; returns the mean loss of its last epoch. */
  async train({ attempt, stage, epoch: first }: Place): Promise<number> {
    const { settings, task, signal } = this;
    const epochs = this.epochsOf(attempt, stage);
    const schedule =
      stage === "together"
        ? togetherSchedule(settings.resolution)
        : scaffoldSchedule(epochs, this.spread, settings.resolution);
    for (let epoch = first; epoch < epochs; epoch++) {
      const stream = streamOf(attempt, STREAM[stage] + epoch);
      const loss = await trainEpoch(this.network, this.optimizer, task, schedule, {
        epoch,
        epochs,
        random: random(settings.seed, stream),
        signal,
      });
      this.losses.push({ attempt, stage, epoch, loss });
      this.save({ attempt, stage, epoch: epoch + 1 });
      this.report(attempt, stage, epoch + 1, epochs);
    }
    return this.losses[this.losses.length - 1].loss;
  }

  /** Looks for the formula; returns its mean error on the table of slots. */
  async findFormula({ attempt }: Place): Promise<number> {
    const { settings, task, network } = this;
    const random = (stream: number) => this.random(attempt, stream);
    this.measure(attempt);
    await this.sort();
    const table = slotTable(this.slot, task, random(STREAM.table));
    const start = network.encoder.slots.dataSync() as Float32Array;
    const fitting = { resolution: settings.resolution, seed: settings.seed + attempt, signal: this.signal };
    dropFormula(this.found);
    this.found = await findFormula(table, Float32Array.from(start), fitting, (fraction) =>
      this.report(attempt, "formula", Math.round(100 * fraction), 100),
    );
    return this.found?.error ?? Number.POSITIVE_INFINITY;
  }

  /** Puts the formula that was found in the scaffold's place. */
  putFormula({ attempt }: Place): Place {
    const { layer, layers, slots } = this.found as FoundFormula;
    const { encoder } = this.network;
    [this.layer, this.layers] = [layer, layers];
    setVariable(encoder.slots, slots);
    this.revived = revive(encoder, this.slot, this.random(attempt, STREAM.revival));
    this.use({ encoder, f: eqlFunction(layer) });
    this.found = undefined;
    return this.together(attempt, SLOW);
  }

  /** Leaves the scaffold where it is. */
  keepScaffold({ attempt }: Place): Place {
    return this.together(attempt, 1);
  }

  finish({ attempt }: Place): Learned {
    this.measure(attempt);
    return makeLearned({
      ...this.network,
      formula: this.layer && formulaText(this.layer),
      restarts: attempt,
      revived: this.revived,
      losses: this.losses,
      seconds: this.seconds(),
      seed: this.settings.seed,
    });
  }

  /** Sorts the training images into slots. */
  private async sort(): Promise<void> {
    const { images } = this.task;
    const { encoder } = this.network;
    this.slot = [];
    for (let from = 0; from < images.count; from += AT_A_TIME) {
      await new Promise(setImmediate);
      this.signal.throwIfAborted();
      const some = slice(images, from, Math.min(images.count, from + AT_A_TIME));
      this.slot.push(...mostProbable(slotProbabilities(encoder, some), encoder.slots.size));
    }
  }

  private epochsOf(attempt: number, stage: Place["stage"]): number {
    const { scaffold, together } = this.settings.epochs;
    return stage === "scaffold" ? Math.round(scaffold * LONGER ** attempt) : together;
  }

  /** Epochs done. */
  get epochs(): number {
    return this.losses.length;
  }

  end(): void {
    this.optimizer?.dispose();
  }

  /** What a course leaves that came to no end. */
  drop(): void {
    this.network?.encoder.dispose();
    this.network?.f.dispose();
    dropFormula(this.found);
  }

  private begin(place: Place): Place {
    const { images } = this.task;
    this.network?.encoder.dispose();
    const encoder = new Encoder(images.height, images.width, this.random(place.attempt, STREAM.encoder));
    this.use({ encoder, f: reluNetwork(this.mean, this.spread, this.random(place.attempt, STREAM.network)) });
    this.optimize(1);
    return place;
  }

  private use(network: Network): void {
    this.network?.f.dispose();
    this.network = network;
  }

  private together(attempt: number, rate: number): Place {
    this.optimize(rate);
    return { attempt, stage: "together", epoch: 0 };
  }

  private optimize(slow: number): void {
    this.optimizer?.dispose();
    const { encoder, f } = this.network;
    this.optimizer = new FlatAdam([
      { variables: encoder.weights, rate: 1 },
      { variables: [encoder.slots, ...f.variables], rate: slow },
    ]);
  }

  /** Measures the moments of the batch norms on training images, jittered as in training. */
  private measure(attempt: number): void {
    const { images } = this.task;
    const which = Array.from({ length: Math.min(MEASURED, images.count) }, (_, i) => i);
    const pixels = augment(images, which, TRAINING.jitter, this.random(attempt, STREAM.moments));
    const batch = tensorFlow().tensor4d(pixels, [which.length, images.height, images.width, 1]);
    this.network.encoder.measure(batch);
    batch.dispose();
  }

  private save(place: Place): void {
    this.checkpoint?.save({
      place,
      losses: this.losses,
      steps: this.optimizer.steps,
      layers: this.layers,
      freed: this.revived,
      seconds: this.seconds(),
      tensors: this.variables().map((variable) => variable.dataSync() as Float32Array),
    });
  }

  private variables() {
    const { encoder, f } = this.network;
    const mask = this.layer ? maskOf(this.layer) : [];
    return [...encoder.weights, encoder.slots, ...f.variables, ...mask, ...this.optimizer.tensors];
  }

  private random(attempt: number, stream: number): Random {
    return random(this.settings.seed, streamOf(attempt, stream));
  }

  private seconds(): number {
    return this.before + (performance.now() - this.began) / 1000;
  }

  private report(attempt: number, stage: LearnProgress["stage"], epoch: number, epochs: number): void {
    const { scaffold, together } = this.settings.epochs;
    const done = stage === "together" ? scaffold + epoch : stage === "formula" ? scaffold : Math.min(scaffold, epoch);
    this.onProgress({
      stage,
      epoch,
      epochs,
      fraction: done / (scaffold + together),
      restarts: attempt,
      losses: [...this.losses],
      formula: stage === "together" && this.layer ? formulaText(this.layer) : undefined,
      seconds: this.seconds(),
    });
  }
}

/** Values of the formula in the training range, for pairs by chance. */
function sampleValues({ images, formula, inRange }: Task, { below }: Random): number[] {
  const y: number[] = [];
  for (let n = 0; n < SAMPLED; n++) {
    const value = formula(images.values[below(images.count)], images.values[below(images.count)]);
    if (inRange(value)) y.push(value);
  }
  return y;
}
