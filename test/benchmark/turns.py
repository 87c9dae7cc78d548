"""Turns of a benchmark: a line of JSON comes in, so many steps are taken, the milliseconds of each go out."""

import json
import os
import sys
import time

import torch


def take_turns(prepare):
    """`prepare` makes a step from the first task; the number of threads is that of OMP_NUM_THREADS."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    step = None
    for line in sys.stdin:
        task = json.loads(line)
        if step is None:
            step = prepare(task)
        times = []
        for _ in range(task["steps"]):
            begun = time.perf_counter()
            step()
            times.append((time.perf_counter() - begun) * 1000)
        print(json.dumps({"times": times}), flush=True)
