"""A rival as a process of its own: `rivals.py pyoperon|gplearn`, one JSON object a line in and out.

In comes a table {columns, target, test, operators, workers, seed}; out goes, about every second, what the rival has so far:
{formula, predicted, seconds}, the predictions for the test table. "on" lets it go on, anything else ends the search.
"""
import json
import signal
import sys
import time
import warnings

import numpy as np

SLICE = 1  # seconds between looks at the result

# eqlab's primitives by the rivals' names. A sigmoid is a tanh, scaled; what has no name is covered by a product or a power.
OPERON = {"square": "square", "sin": "sin", "exp": "exp", "sigmoid": "tanh", "cos": "cos", "tanh": "tanh", "log": "log",
          "asin": "asin", "sqrt": "sqrt", "inverse": "div", "division": "div", "power": "pow"}
GPLEARN = {"sin": "sin", "cos": "cos", "log": "log", "sqrt": "sqrt", "inverse": "inv", "division": "div"}

# gplearn asks of a function of one's own that it is finite everywhere.
CLOSED = {
    "square": lambda u: u * u,
    "cube": lambda u: u * u * u,
    "exp": lambda u: np.exp(np.minimum(u, 100)),
    "sigmoid": lambda u: 1 / (1 + np.exp(np.clip(-u, -100, 100))),
    "tanh": lambda u: np.tanh(u),
    "asin": lambda u: np.arcsin(np.clip(u, -1, 1)),
    "power": lambda u, v: np.maximum(np.abs(u), 1e-3) ** np.clip(v, -10, 10),
}

INFIX = {
    "add": "({}+{})", "sub": "({}-{})", "mul": "({}*{})", "div": "({}/({}))", "inv": "(1/({}))", "square": "(({})^2)",
    "cube": "(({})^3)", "power": "(({})^({}))", "sigmoid": "(1/(1+exp(-({}))))",
}


class Operon:
    """The settings of its authors' example (two objectives, 10 steps of fitting constants), else its defaults."""

    def start(self, x, y, task):
        from pyoperon.sklearn import SymbolicRegressor

        symbols = ["add", "sub", "mul", "constant", "variable", *(OPERON[o] for o in task["operators"] if o in OPERON)]
        self.seed = task["seed"]
        self.names = task["names"]
        self.model = SymbolicRegressor(
            allowed_symbols=",".join(dict.fromkeys(symbols)),
            objectives=["r2", "length"],
            optimizer_iterations=10,
            uncertainty=[1e-6 * float(np.std(y))],  # the choice from its front wants to know the noise: there is none
            max_time=SLICE,
            n_threads=task["workers"],
            warm_start=True,
        )

    def work(self, x, y):
        self.model.set_params(random_state=self.seed).fit(x, y)
        self.seed += 1000

    def formula(self):
        # Six decimals: what its fit left of 0 and 1 does not count against its size.
        return self.model.get_model_string(self.model.model_, precision=6, names=self.names)


class Gplearn:
    """Its defaults; generations until the time is over."""

    def start(self, x, y, task):
        from gplearn.functions import make_function
        from gplearn.genetic import SymbolicRegressor

        own = [make_function(function=CLOSED[o], name=o, arity=2 if o == "power" else 1, wrap=False)
               for o in task["operators"] if o in CLOSED]
        known = [GPLEARN[o] for o in task["operators"] if o in GPLEARN]
        self.names = task["names"]
        self.generations = 0
        self.model = SymbolicRegressor(function_set=["add", "sub", "mul", *known, *own], warm_start=True,
                                       random_state=task["seed"])

    def work(self, x, y):
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end:
            self.generations += 1
            self.model.set_params(generations=self.generations).fit(x, y)

    def formula(self):
        nodes = iter(self.model._program.program)

        def text():
            node = next(nodes)
            if isinstance(node, (int, np.integer)):
                return self.names[node]
            if isinstance(node, float):
                return f"({node!r})" if node < 0 else repr(float(node))
            return INFIX.get(node.name, f"{node.name}({{}})").format(*(text() for _ in range(node.arity)))

        return text()


def say(message):
    print(json.dumps(message), flush=True)


def main(rival):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us ends us
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    say({"ready": True})
    for line in sys.stdin:
        task = json.loads(line)
        x, y = np.array(task["columns"]).T, np.array(task["target"])
        test = np.array(task["test"]).T
        rival.start(x, y, task)
        seconds, word = 0.0, "on"
        while word == "on":
            begun = time.perf_counter()
            rival.work(x, y)
            seconds += time.perf_counter() - begun
            predicted = np.asarray(rival.model.predict(test), dtype=float)
            say({
                "formula": rival.formula(),
                "predicted": [float(p) if np.isfinite(p) else None for p in predicted],
                "seconds": seconds,
            })
            word = sys.stdin.readline().strip()


main({"pyoperon": Operon, "gplearn": Gplearn}[sys.argv[1]]())
