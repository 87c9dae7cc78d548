"""Presses Stop in the middle of a search, as JupyterLab does, and prints what came back, one line of JSON a request."""

import json
import threading
import time

from jupyter_client.manager import start_new_kernel

HARD = """
import { discover } from "./dist/src/index.js";
const x = Array.from({ length: 256 }, (_, i) => Math.cos(i * i)), z = x.map((_, i) => Math.sin(3 * i * i + i));
const y = x.map((v, i) => Math.sin(7 * Math.exp(v * z[i])) + Math.abs(v - z[i]) * Math.cos(9 * v * v));
"""
SEARCH = """
const found = await discover({ x, z, y }, { target: "y", primitives: "all" });
console.log("warned: " + found.warnings[0]);
"""

manager, client = start_new_kernel(kernel_name="tslab")


def execute(code, seconds=None):
    messages = []
    stopped = []

    def stop():
        stopped.append(time.monotonic())
        manager.interrupt_kernel()

    if seconds:
        threading.Timer(seconds, stop).start()
    reply = client.execute_interactive(code, timeout=120, output_hook=messages.append, allow_stdin=False, stop_on_error=False)
    late = time.monotonic() - stopped[0] if stopped else None
    outputs = [{"type": message["msg_type"], **message["content"]} for message in messages]
    print(json.dumps({"reply": reply["content"], "late": late, "outputs": outputs}))


try:
    execute(HARD)
    execute(SEARCH, 6)
    time.sleep(0.3)
    execute("found.best.expression.length > 0")
finally:
    manager.shutdown_kernel()
