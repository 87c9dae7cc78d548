/** The part of cli-progress that the command line uses; the package brings no types. */
declare module "cli-progress" {
  export interface Bar {
    start(total: number, value: number, payload?: object): void;
    update(value: number, payload?: object): void;
    stop(): void;
  }
  const library: { SingleBar: new (options: object) => Bar };
  export default library;
}
