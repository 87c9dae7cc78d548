"""Stage A of src/dynamics in eager PyTorch: one encoder, eight equation learners side by side, the weak form, Adam.

Reads one JSON line {series, starts, steps} a turn: takes so many steps, and answers with the milliseconds of each.
"""

import math

import torch
from torch import nn
from turns import take_turns

HEADS, LENGTH, DT, STATES, LATENTS = 8, 24, 0.1, 2, 1


def layer(h, weight):
    g = h @ weight
    one, two, three, four, five, six, seven = g.unbind(-1)
    units = (one, two * two, torch.sin(2 * math.pi * three), (torch.exp(four) - 1) / math.e,
             torch.sigmoid(20 * five), 10 * six * seven)
    return torch.stack(units, -1)


def make(task):
    torch.manual_seed(1)
    series = torch.tensor(task["series"])
    rows = series.shape[1] // 25 * 25
    rms = series[:, :rows].square().mean(1).sqrt()
    seen, log_rms = (series[:, :rows] / rms[:, None]).transpose(1, 2).contiguous(), rms.log()
    filters = nn.Sequential(nn.Conv1d(STATES, 16, 5, 5), nn.ReLU(), nn.Conv1d(16, 16, 5, 5), nn.ReLU(), nn.Flatten())
    dense = nn.Sequential(nn.Linear(rows // 25 * 16 + STATES, 16), nn.ReLU(), nn.Linear(16, LATENTS),
                          nn.BatchNorm1d(LATENTS, affine=False))
    inputs = STATES + LATENTS
    sizes = [(inputs + 1, 7), (6 + inputs + 1, 7), (6 + inputs + 1, STATES)]
    heads = [nn.Parameter(0.1 * torch.randn(HEADS, *size)) for size in sizes]
    optimizer = torch.optim.Adam([*filters.parameters(), *dense.parameters(), *heads], lr=1e-3)
    n = LENGTH // 2
    simpson = torch.zeros(n + 1, LENGTH + 1)
    for j in range(1, n + 1):
        simpson[j] = simpson[j - 1]
        simpson[j, 2 * j - 2 : 2 * j + 1] += torch.tensor([1.0, 4.0, 1.0]) * DT / 3
    centre = torch.eye(n + 1) - 1 / (n + 1)
    integral = centre @ simpson
    states = centre @ torch.eye(LENGTH + 1)[::2]
    starts = torch.tensor(task["starts"])
    which = torch.arange(len(series)).repeat_interleave(starts.shape[1])
    at = starts.flatten()[:, None] + torch.arange(LENGTH + 1)
    scale = 12 / (LENGTH * DT) ** 2

    def step():
        z = dense(torch.cat([filters(seen), log_rms], 1)) / 2
        x = series[which[:, None], at]
        h = torch.cat([x, z[which][:, None].expand(-1, LENGTH + 1, -1)], -1).reshape(1, -1, inputs).expand(HEADS, -1, -1)
        one = torch.ones_like(h[..., :1])
        first = layer(torch.cat([h, one], -1), heads[0])
        second = layer(torch.cat([first, h, one], -1), heads[1])
        f = (torch.cat([second, h, one], -1) @ heads[2]).reshape(HEADS, -1, LENGTH + 1, STATES)
        u = torch.einsum("jk,wks->wjs", states, x) - torch.einsum("jk,hwks->hwjs", integral, f)
        loss = scale * (u * u).mean((1, 2, 3)).sum() + 1e-3 * sum(w.abs().sum() for w in heads)
        optimizer.zero_grad()
        loss.backward()
        for w in heads:
            w.grad *= (1 / (w.grad.flatten(1).norm(dim=1) + 1e-9)).clamp(max=1)[:, None, None]
        optimizer.step()
        return loss.item()

    return step


take_turns(make)
