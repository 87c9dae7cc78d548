"""The same training step in PyTorch, eager, one thread: the paper's units, smoothed L0.5 penalty or gates of L0, RMSProp.

Reads one JSON line (points, inputs, the layers' primitives, the penalty, an operation by unit or by name, how many steps), takes the
steps, answers with the milliseconds of a step, and waits for the next line.
"""

import json
import math
import sys
import time

import torch

torch.set_num_threads(1)

UNITS = {
    "identity": lambda g: g,
    "square": torch.square,
    "sin": lambda g: torch.sin(2 * math.pi * g),
    "exp": lambda g: (torch.exp(g) - 1) / math.e,
    "sigmoid": lambda g: torch.sigmoid(20 * g),
}


def layer_by_unit(g, names):
    """An operation for each unit, as the published implementations have it."""
    values, column = [], 0
    for name in names:
        if name == "constant":
            values.append(torch.ones(g.shape[0]))
        elif name == "product":
            values.append(10 * g[:, column] * g[:, column + 1])
        else:
            values.append(UNITS[name](g[:, column]))
        column += 2 if name == "product" else 0 if name == "constant" else 1
    return torch.stack(values, dim=1)


def layer_by_name(g, names):
    """Units of one name stand side by side, so each primitive is one operation for all of them."""
    values, column, at = [], 0, 0
    while at < len(names):
        name = names[at]
        count = next((k for k in range(at, len(names)) if names[k] != name), len(names)) - at
        width = 2 * count if name == "product" else 0 if name == "constant" else count
        part = g[:, column : column + width]
        if name == "constant":
            values.append(torch.ones(g.shape[0], count))
        elif name == "product":
            values.append(10 * part[:, 0::2] * part[:, 1::2])
        else:
            values.append(UNITS[name](part))
        column += width
        at += count
    return torch.cat(values, dim=1)


def smoothed(weights, a=0.05):
    """The smoothed root of every weight, summed."""
    total = 0
    for w in weights:
        size = w.abs()
        below = w**4 / (-8 * a**3) + w**2 * 3 / (4 * a) + 3 * a / 8
        total = total + torch.where(size < a, below, size).sqrt().sum()
    return total


BETA, GAMMA, ZETA = 2 / 3, -0.1, 1.1


def gated(w, log_alpha):
    """Weights times the openings of their gates, by chance."""
    u = torch.rand_like(w)
    s = torch.sigmoid((torch.log(u) - torch.log(1 - u) + log_alpha) / BETA)
    return w * torch.clamp(s * (ZETA - GAMMA) + GAMMA, 0, 1)


def open_gates(gates):
    """How many gates are not shut, in the mean."""
    return sum(torch.sigmoid(log_alpha - BETA * math.log(-GAMMA / ZETA)).sum() for log_alpha in gates)


def prepare(points, inputs, layers, sparsity, by):
    layer = {"unit": layer_by_unit, "name": layer_by_name}[by]
    torch.manual_seed(1)
    rows, weights = inputs, []
    for names in layers:
        columns = sum(2 if name == "product" else 0 if name == "constant" else 1 for name in names)
        weights.append((0.1 * torch.randn(rows, columns)).requires_grad_())
        rows = len(names)
    weights.append((0.1 * torch.randn(rows, 1)).requires_grad_())
    gates = [torch.zeros_like(w).requires_grad_() for w in weights[:-1]] if sparsity == "L0" else []
    x = 2 * torch.rand(points, inputs) - 1
    y = x[:, :1] ** 2
    optimiser = torch.optim.RMSprop(weights + gates, lr=1e-4, alpha=0.9, eps=1e-10)

    def step():
        acting = [gated(w, g) for w, g in zip(weights, gates)] if gates else weights[:-1]
        h = x
        for w, names in zip(acting, layers):
            h = layer(h @ w, names)
        price = 1e-2 * open_gates(gates) if gates else 5e-3 * smoothed(weights)
        loss = torch.nn.functional.mse_loss(h @ weights[-1], y) + price
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


steps = {}
for line in sys.stdin:
    task = json.loads(line)
    kind = [task[name] for name in ("points", "inputs", "layers", "sparsity", "by")]
    key = json.dumps(kind)
    if key not in steps:
        steps[key] = prepare(*kind)
        for _ in range(20):
            steps[key]()
    begun = time.perf_counter()
    for _ in range(task["steps"]):
        steps[key]()
    print(json.dumps({"milliseconds": (time.perf_counter() - begun) * 1000 / task["steps"]}), flush=True)
