"""Presses Stop in the middle of a search, as JupyterLab does, and prints what came back, one line of JSON a request."""

import json
import os
import threading
import time

from jupyter_client.manager import start_new_kernel

HARD = """
import { discover } from "./dist/src/index.js";
const column = (k: number) => Array.from({ length: 256 }, (_, i) => Math.cos(k * i * i + i));
const [x, z, u, v, w] = [1, 2, 3, 4, 5].map(column);
const y = x.map((a, i) => Math.sin(7 * Math.exp(a * z[i])) + Math.abs(u[i] - v[i]) * Math.cos(9 * w[i] * w[i] - a));
"""
SEARCH = """
const found = await discover({ x, z, u, v, w, y }, { target: "y", primitives: "all", workers: 1 });
console.log("warned: " + found.warnings[0]);
"""

manager, client = start_new_kernel(kernel_name="tslab")


def execute(code, seconds=None):
    """Runs a cell; with `seconds`, presses Stop so long after the cell first shows something, on however slow a machine."""
    messages = []
    stopped = []

    def stop():
        stopped.append(time.monotonic())
        manager.interrupt_kernel()

    def hear(message):
        messages.append(message)
        shown = [one for one in messages if one["msg_type"] == "display_data"]
        if seconds and len(shown) == 1 and message is shown[0]:
            threading.Timer(seconds, stop).start()

    reply = client.execute_interactive(code, timeout=300, output_hook=hear, allow_stdin=False, stop_on_error=False)
    late = time.monotonic() - stopped[0] if stopped else None
    outputs = [{"type": message["msg_type"], **message["content"]} for message in messages]
    print(json.dumps({"reply": reply["content"], "late": late, "outputs": outputs}))


def left(process):
    """Whether a process is still there, a moment after it should have ended."""
    for _ in range(50):
        try:
            os.kill(process, 0)
        except OSError:
            return False
        time.sleep(0.1)
    return True


try:
    execute(HARD)
    execute(SEARCH, 0.3)
    time.sleep(0.3)
    execute("found.best.expression.length > 0")
    # A restart while the search's worker threads are at it, as JupyterLab's button does.
    kernel = manager.provisioner.pid
    client.execute(SEARCH.replace("found", "again"))
    time.sleep(2)
    manager.restart_kernel()
    print(json.dumps({"left": left(kernel)}))
finally:
    manager.shutdown_kernel()
