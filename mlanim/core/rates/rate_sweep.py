"""Optimisers on one network and one budget, each at its own best rate of a small sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.optimizers import FIVE, Rated
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import batches, train

STARTS, STEPS, BATCH, TRIED = 5, 120, 32, 6
LARGEST = {"gradient descent": 6.0, "momentum": 1.0, "Nesterov": 1.0, "RMSProp": 1.0, "Adam": 1.0}
HIGHEST = 1e3  # a loss beyond this, or none at all, is shown as this
SPAN = 100.0  # between the largest rate that is tried and the smallest


@dataclass(frozen=True)
class RateSweep:
    """Training losses at the end, of each start, at R rates."""

    rates: np.ndarray  # (R,)
    losses: np.ndarray  # (R, STARTS)
    best: int  # the rate with the lowest mean


def swept(task: Task, seed: int) -> dict[str, RateSweep]:
    """Each optimiser's sweep, from the same starts and on the same batches."""
    starts = torch.stack([task.start(seed + 1000 * i) for i in range(STARTS)])
    return {name: _sweep(task, starts, name, seed) for name in FIVE}


def _sweep(task: Task, starts: Tensor, name: str, seed: int) -> RateSweep:
    rates = np.geomspace(LARGEST[name] / SPAN, LARGEST[name], TRIED)
    rule = Rated(FIVE[name], torch.from_numpy(rates)[:, None, None])
    drawn = batches(len(task.data.train), BATCH, seed)
    run = train(task.train_loss, starts.expand(TRIED, -1, -1), rule, 1.0, STEPS, drawn)
    losses = shown(task.train_loss(run.end))
    return RateSweep(rates, losses, int(losses.mean(1).argmin()))


def shown(losses: Tensor) -> np.ndarray:
    """Losses of any shape; one over HIGHEST, or that is no number, as HIGHEST."""
    return losses.nan_to_num(nan=torch.inf).clamp(max=HIGHEST).numpy()
