/** What runs in a worker thread: one job after another, on the workbench of the job's problem. */
import { Workbench } from "../search/workbench.js";
import { type Findings, findingsOf, jobOf, type Task } from "./packing.js";

/** Workbenches kept: that of a search, and those of two searches within it. */
const KEPT = 3;
const workbenches = new Map<string, Workbench>();

export default function run(task: Task): Findings {
  const { session, problem } = task;
  let workbench = workbenches.get(session);
  if (!workbench) {
    workbench = new Workbench(problem);
    workbenches.set(session, workbench);
    for (const [oldest, its] of workbenches) {
      if (workbenches.size <= KEPT) break;
      workbenches.delete(oldest);
      its.close();
    }
  }
  return findingsOf(workbench.run(jobOf(task)));
}
