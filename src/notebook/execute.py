"""Executes one notebook by nbclient: python execute.py NOTEBOOK FOLDER EXECUTED TIMEOUT

FOLDER is where the cells run, EXECUTED the copy with outputs to write, also after a failure; TIMEOUT seconds a cell.
Says on standard output, one line of JSON each, how far it is and what failed.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

# A promise that nobody awaits may fail after the last cell has ended: it gets this moment to do so. Then the kernel says
# from which seeds it drew random numbers (src/random.ts).
LAST_MOMENT = """await new Promise((done) => setTimeout(done, 500));
console.log(JSON.stringify([...(globalThis[Symbol.for("eqlab.seeds")] ?? [])]));"""

# Seconds for the outputs that are still on their way when a cell has ended. On a busy machine nbclient's 4 are too few, and it
# would go on without them.
ON_THEIR_WAY = 60


def say(**facts):
    print(json.dumps(facts), flush=True)


def main(path, folder, executed, timeout):
    notebook = nbformat.read(path, as_version=4)
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "tslab")
    cells = len(notebook.cells)
    if kernel == "tslab":
        notebook.cells.append(nbformat.v4.new_code_cell(LAST_MOMENT, id="last-moment"))
    at = 0

    def started(cell, cell_index):
        nonlocal at
        at = cell_index
        if cell_index < cells:
            say(cell=cell_index + 1, of=cells)

    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=timeout,
        iopub_timeout=ON_THEIR_WAY,
        raise_on_iopub_timeout=True,
        on_cell_start=started,
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
    )
    failed = None
    try:
        client.execute()
    except CellExecutionError as error:
        outputs = notebook.cells[at].outputs
        traceback = [output.traceback for output in outputs if output.output_type == "error"]
        failed = {"message": "\n".join(traceback[-1]) if traceback else str(error), "cell": at}
    except Exception as error:  # a kernel that is missing, dies or takes too long
        failed = {"message": f"{type(error).__name__}: {error}", "cell": at}
    if failed and at < cells:
        failed["source"] = notebook.cells[at].source
        failed["prompt"] = sum(cell.cell_type == "code" for cell in notebook.cells[: at + 1])
    for extra in notebook.cells[cells:]:
        said = [output.text for output in extra.outputs if output.get("name") == "stdout"]
        if said and not failed:
            say(seeds=json.loads(said[-1].splitlines()[-1]))
    del notebook.cells[cells:]
    nbformat.write(notebook, executed)
    if failed:
        say(failed=failed)


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
