/** The records that TypeScript (plan.ts, trainer.ts) fills in, field by field in this order, 4 bytes each but for float64. */

// @ts-ignore: decorator
@unmanaged
export class Net {
  /** Hidden layers; their records lie at `first`, that of the output behind them. */
  layers: i32;
  first: usize;
  inputs: i32;
  outputs: i32;
  dense: i32;
  /** One replica's weights, transposed: room for the way back. */
  transposed: usize;
}

// @ts-ignore: decorator
@unmanaged
export class Layer {
  /** What it sees, and its pre-activations. */
  rows: i32;
  columns: i32;
  /** Rows that are units of the layer before; the rest are inputs and a 1. */
  before: i32;
  /** Runs of units, and where their records are. */
  runs: i32;
  firstRun: usize;
  /** Offset of the weights in bytes. */
  offset: usize;
  /** What it sees: rows × chunk. */
  seen: usize;
  /** Pre-activations; then the units' derivatives by them; then the loss's: columns × chunk. */
  g: usize;
  /** The loss's derivatives by what it sees: rows × chunk. */
  back: usize;
}

/** Units of one primitive next to each other: they are computed together. */
// @ts-ignore: decorator
@unmanaged
export class Run {
  units: usize;
  code: i32;
  /** The first unit's first pre-activation, and how many each takes. */
  column: i32;
  columns: usize;
  inner: f32;
  outer: f32;
  offset: f32;
}

// @ts-ignore: decorator
@unmanaged
export class Trainer {
  /** Squared error of the last step, weighted mean over points and outputs, before its update. */
  loss: f64;
  /** Powers of Adam's decays, for its bias. */
  power1: f64;
  power2: f64;
  points: i32;
  /** The table, chunk after chunk, as rows of the chunk: inputs, outputs, and the weight of each point in the mean. */
  x: usize;
  y: usize;
  pointWeights: usize;
  /** Numbers in each of the following, padded to a multiple of 4. */
  count: i32;
  weights: usize;
  gradient: usize;
  /** 1 for weights that may change, 0 for those that may not. */
  mask: usize;
  /** Mean squares and (Adam) means of the gradient. */
  squares: usize;
  means: usize;
  optimiser: i32;
  rate: f32;
  decay: f32;
  meanDecay: f32;
  epsilon: f32;
  penalty: i32;
  strength: f32;
  /** Of the L0.5 penalty: where its rounding begins. */
  knee: f32;
  /** Of the L0 penalty: its log α, their optimiser's state, 1 for weights that have a gate, then of this step the gates' openings z, z' and the weights times z. */
  gates: usize;
  gateSquares: usize;
  gateMeans: usize;
  gated: usize;
  openings: usize;
  slopes: usize;
  effective: usize;
  /** State of four generators. */
  random: usize;
}

/** A convolution whose places don't overlap; in a list, with one more behind the last for what that gives. */
// @ts-ignore: decorator
@unmanaged
export class Stage {
  places: i32;
  /** Of its matrix; the biases follow. */
  rows: i32;
  columns: i32;
  /** Of the matrix in the weights, in bytes. */
  offset: usize;
  /** What it sees, places × rows × chunk, and the loss's derivatives by that at one place. */
  seen: usize;
  back: usize;
}

/** Windows of series, and networks that are laws of motion. */
// @ts-ignore: decorator
@unmanaged
export class Windows {
  heads: i32;
  /** Bytes of one head's weights. */
  size: usize;
  latents: i32;
  windows: i32;
  /** Points of a window, and places where its integral is taken. */
  rows: i32;
  count: i32;
  map: i32;
  /** Time between two rows. */
  step: f32;
  /** Of the residuals, and of their squares' mean by an integral. */
  scale: f32;
  slope: f32;
  /** Chunk after chunk, four windows in each: the states' rows, and of each latent a row's first vector; for each output the targets, four by four. */
  x: usize;
  targets: usize;
  weights: usize;
  gradient: usize;
  /** Chunk after chunk the derivatives by its windows' latents, four by four, all heads together. */
  byLatents: usize;
  /** Sum of squares of each head, float64. */
  losses: usize;
  /** For the residuals of four windows. */
  room: usize;
  /** All pre-activations of a network, and room for a vector for each of them, and for each times latents + 1. */
  columns: i32;
  starts: usize;
  sums: usize;
  /** Addresses of the windows' first rows, and each state's spread in units of its rate. */
  first: usize;
  units: usize;
}
