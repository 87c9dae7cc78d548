/** A thread that takes the steps of half of the heads, as often as it is asked: it ends when it is ended. */
import { workerData } from "node:worker_threads";
import { changed, deskOf, type HalfSetting, halfOf } from "./half.js";

const half = workerData as HalfSetting;
const { turns } = deskOf(half);
const step = halfOf(half);
for (let turn = 0; ; turn++) {
  changed(turns, 0, turn);
  step();
  Atomics.store(turns, 1, turn + 1);
  Atomics.notify(turns, 1);
}
