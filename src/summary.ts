/** A formula as plain data: in JSON on the command line, and in the answers that travel between machines. */
export function summary({ expression, complexity, mse, toTeX }: Shown) {
  return { expression, complexity, mse, tex: toTeX() };
}

interface Shown {
  readonly expression: string;
  readonly complexity: number;
  readonly mse: number;
  readonly toTeX: () => string;
}
