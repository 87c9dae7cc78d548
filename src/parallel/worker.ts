/** What runs in a worker thread: one job after another, on the workbench of the job's problem. */
import type { Candidate } from "../search/candidates.js";
import { Workbench } from "../search/workbench.js";
import type { Task } from "./pool.js";

let current: { readonly session: string; readonly workbench: Workbench } | undefined;

export default function run({ session, problem, job }: Task): Candidate[] {
  if (current?.session !== session) current = { session, workbench: new Workbench(problem) };
  return current.workbench.run(job);
}
