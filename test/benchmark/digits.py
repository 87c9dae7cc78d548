"""The training step of src/vision in PyTorch, eager: the same encoder, mixture likelihood, usage bonus and Adam.

Reads one JSON line {batches, steps, warm}: takes so many steps on the same images and pairs, and answers with the milliseconds of each.
"""

import torch
from torch import nn
from turns import take_turns

SLOTS, SIGMA, USAGE = 16, 0.5, 0.5


def block(before, after, kernel, stride):
    return [nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(after), nn.ReLU()]


def measure(task):
    torch.manual_seed(1)
    encoder = nn.Sequential(
        *block(1, 24, 5, 2), *block(24, 48, 3, 2), *block(48, 48, 3, 1),
        nn.Flatten(), nn.Linear(48 * 49, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, SLOTS),
    )
    scaffold = nn.Sequential(nn.Linear(2, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 1))
    slots = nn.Parameter(torch.linspace(-1, 1, SLOTS))
    optimizer = torch.optim.Adam([*encoder.parameters(), slots, *scaffold.parameters()], lr=1e-3, betas=(0.9, 0.99))
    images = torch.rand(task["images"], 1, 28, 28)
    first, second = torch.tensor(task["first"]), torch.tensor(task["second"])
    y, weight = torch.tensor(task["y"]).float(), torch.tensor(task["weight"]).float()
    k, l = torch.arange(SLOTS).repeat_interleave(SLOTS), torch.arange(SLOTS).repeat(SLOTS)

    def step():
        logs = torch.log_softmax(encoder(images), 1)
        f = 7.5 + 3.6 * scaffold(torch.stack([slots[k], slots[l]], 1))[:, 0]
        pair = logs[first][:, :, None] + logs[second][:, None, :]
        density = -0.5 * ((y[:, None] - f[None]) / SIGMA) ** 2
        loss = -(weight * torch.logsumexp(pair.flatten(1) + density, 1)).sum()
        usage = logs.exp().mean(0)
        loss = loss + USAGE * (usage * torch.log(usage + 1e-8)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


take_turns(measure)
