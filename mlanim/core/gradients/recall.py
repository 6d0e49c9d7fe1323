"""Recurrent networks that are to remember a sign, trained with clipping by norm and without.

The first number of a sequence is 1 or −1, the others are noise, and the answer to be given after
the last of them is the first. The loss is the mean square of the error: 1 for who answers 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.gradients.gradient_clipping import Clipped, by_value, degrees_between, value_limit
from mlanim.core.learning.optimizers import SGD
from mlanim.core.learning.training import descend
from mlanim.core.models.recurrent import Recurrent

NET = Recurrent(16)
STARTS, STEPS, BATCH, TESTED = 8, 250, 16, 512
NOISE, GAIN = 0.3, 1.5  # the deviation of the noise; and of U's first weights, times 1 / √hidden
BLOWN_UP = 10.0  # a loss beyond ten times that of answering 0 counts as one
HIGHEST = 100.0  # a loss beyond this, or none at all, is shown as this


@dataclass(frozen=True)
class Recall:
    """Trainings from STARTS starts, without clipping and with it, on the same batches."""

    losses: dict[str, np.ndarray]  # "raw", "clipped": (STEPS, STARTS) on each step's batch
    ends: dict[str, np.ndarray]  # (STARTS,) on new sequences
    norms: np.ndarray  # (STEPS, STARTS) with clipping, before it
    turns: np.ndarray  # (K,) degrees by which value clipping turns those that are clipped


def recall(length: int, rate: float, threshold: float, seed: int) -> Recall:
    """Train all of them side by side by gradient descent."""
    generator = torch.Generator().manual_seed(seed)
    starts = NET.initial(generator, STARTS, GAIN).expand(2, -1, -1)
    limits = torch.tensor([[[torch.inf]], [[threshold]]], dtype=torch.float64)
    states = descend(
        loss, starts, Clipped(SGD(), limits), rate, sequences(length, BATCH, generator)
    )
    kept = list(itertools.islice(states, STEPS + 1))
    losses = torch.stack([state.loss for state in kept[:-1]])
    gradients = torch.stack([state.gradient[1] for state in kept[:-1]])  # (STEPS, STARTS, P)
    norms = gradients.norm(dim=-1)
    ends = _finite(loss(kept[-1].theta, next(sequences(length, TESTED, generator))))
    return Recall(
        losses={name: _finite(losses[:, i]) for i, name in enumerate(("raw", "clipped"))},
        ends=dict(zip(("raw", "clipped"), ends, strict=True)), norms=norms.numpy(),
        turns=turned(gradients[norms > threshold], threshold),
    )  # fmt: skip


def sequences(length: int, count: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Endless batches (STARTS, length, count), one for each start."""
    while True:
        drawn = NOISE * torch.randn(STARTS, length, count, generator=generator, dtype=torch.float64)
        drawn[:, 0] = torch.where(drawn[:, 0] < 0, -1.0, 1.0)
        yield drawn


def loss(theta: Tensor, batch: Tensor) -> Tensor:
    """The mean square of the error of networks (..., STARTS, P), (..., STARTS)."""
    return ((NET(theta, batch) - batch[:, 0]) ** 2).mean(-1)


def turned(gradients: Tensor, length: float) -> np.ndarray:
    """Degrees (K,) by which gradients (K, P) turn when each is cut to a length by value."""
    return degrees_between(gradients, by_value(gradients, value_limit(gradients, length))).numpy()


def _finite(losses: Tensor) -> np.ndarray:
    return losses.nan_to_num(nan=HIGHEST).clamp(max=HIGHEST).numpy()
