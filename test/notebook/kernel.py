"""Talks to the TypeScript kernel as JupyterLab does, and prints what came back, one line of JSON a request."""

import json
import threading
import time

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="tslab")


def execute(code, **options):
    messages = []
    reply = client.execute_interactive(code, timeout=30, output_hook=messages.append, allow_stdin=False, **options)
    outputs = [{"type": message["msg_type"], **message["content"]} for message in messages]
    print(json.dumps({"reply": reply["content"], "outputs": [one for one in outputs if one["type"] != "status"]}))


def stop_after(seconds):
    threading.Timer(seconds, manager.interrupt_kernel).start()


try:
    execute("const speed: number = 42;")
    execute("throw new RangeError('too fast')", stop_on_error=False)
    stop_after(0.5)
    execute("await new Promise((done) => setTimeout(done, 20_000))", stop_on_error=False)
    stop_after(0.5)
    execute("for (;;) {}", stop_on_error=False)
    execute("await (async () => speed + 1)()")
    print(json.dumps(client.complete("speed.toF", 9, reply=True, timeout=30)["content"]))
    print(json.dumps(client.inspect("speed", 2, reply=True, timeout=30)["content"]))
    execute("for (const name of 'abc') console.log(name); console.error('d'); console.log('e');")
    execute("import { show } from './dist/src/notebook/display.js'; const bar = show('first'); bar.update('second'); bar.update('last');")
    execute("const { red, green = 2 } = { red: 1, green: undefined }; const far = (red: number) => ({ red, speed });")
    execute("let blue = 3; ({ blue } = { blue: 4 }); JSON.stringify([{ speed, red, blue }, far(5)])")
    execute("const one = { speed }, two: string = 3;", stop_on_error=False)
    execute("setTimeout(() => { throw new TypeError('in a callback') }, 10); await new Promise((done) => setTimeout(done, 60_000))")
    execute("'sent with the one that failed'")
    time.sleep(0.3)
    execute("import { discover } from 'eqlab'; const law = await discover({ x: [1, 2, 3, 4], y: [2, 4, 6, 8] }, { target: 'y', workers: 1 });")
    for code in ["law.", "law.best.toJ", "discover({ x: [1] }, { tar"]:
        print(json.dumps(client.complete(code, len(code), reply=True, timeout=30)["content"]))
    for code in ["discover", "law.verdict", "law"]:
        print(json.dumps(client.inspect(code, len(code) - 1, reply=True, timeout=30)["content"]))
finally:
    manager.shutdown_kernel()
