/** What runs in a worker thread: one job after another, on the workbench of the job's problem. */
import type { Candidate } from "../search/candidates.js";
import { Workbench } from "../search/workbench.js";
import type { Task } from "./pool.js";

/** Workbenches kept: a search within a search has two. */
const KEPT = 2;
const workbenches = new Map<string, Workbench>();

export default function run({ session, problem, job }: Task): Candidate[] {
  let workbench = workbenches.get(session);
  if (!workbench) {
    workbench = new Workbench(problem);
    workbenches.set(session, workbench);
    for (const oldest of workbenches.keys()) if (workbenches.size > KEPT) workbenches.delete(oldest);
  }
  return workbench.run(job);
}
