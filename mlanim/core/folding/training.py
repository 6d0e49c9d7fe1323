"""Seeded small trainings that record what they did.

A narrow ReLU network often gets stuck: with two neurons a layer, few random starts find the answer.
So many starts are trained side by side, as one batch of networks, and the one with the lowest
training loss is kept. The test set takes no part in that choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from mlanim.core.landscape.optimisers import adam

MOST_LAYERS = 4
MOST_NEURONS = 16
SMALL = 16
SCREENING = 0.25
FINALISTS = 8


@dataclass(frozen=True)
class TrainedNet:
    """A trained ReLU network with one logit, and how it was trained.

    widths: neurons of each hidden layer
    weights: one (outputs, inputs) float64 array a layer; biases: one (outputs,) array a layer
    parameter_count: number of weights and biases together
    losses: (steps,) mean cross-entropy in nats before each step, of the start that was kept
    loss: the mean cross-entropy at the end
    train_accuracy, test_accuracy: shares in [0, 1]; without a test set test_accuracy is None
    starts: random starts tried; chosen: the index of the one kept
    screening_losses: (starts,) cross-entropy of every start when the finalists were picked
    """

    widths: tuple[int, ...]
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    parameter_count: int
    losses: np.ndarray
    loss: float
    train_accuracy: float
    test_accuracy: float | None
    starts: int
    chosen: int
    screening_losses: np.ndarray


def check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """The widths as a tuple. Raises ValueError unless they are 1 to 4 integers from 1 to 16."""
    fits = 1 <= len(widths) <= MOST_LAYERS
    if not fits or any(n not in range(1, MOST_NEURONS + 1) for n in widths):
        raise ValueError(
            f"The widths are {list(widths)}: give 1 to {MOST_LAYERS} hidden layers "
            f"of 1 to {MOST_NEURONS} neurons each."
        )
    return tuple(int(n) for n in widths)


def _check_points(points: np.ndarray, labels: np.ndarray) -> None:
    if points.ndim != 2 or labels.shape != points.shape[:1] or not np.isfinite(points).all():
        raise ValueError(
            f"The points have shape {points.shape} and the labels {labels.shape}: "
            "give finite points (N, d) with labels (N,)."
        )
    if sorted(set(labels.tolist())) != [0, 1]:
        raise ValueError("The labels must hold both classes, 0 and 1, and nothing else.")


def starts_for(widths: Sequence[int]) -> int:
    """How many random starts a network gets: many where it is small, and more often stuck."""
    return 64 if sum(widths) <= SMALL else 16


def random_parameters(
    sizes: Sequence[int], starts: int, generator: torch.Generator
) -> list[torch.Tensor]:
    """He-initialised weights (starts, out, in) and small biases (starts, out, 1), by turns."""
    parameters = []
    for inputs, outputs in pairwise(sizes):
        for columns, scale in ((inputs, (2.0 / inputs) ** 0.5), (1, 0.3)):
            shape = (starts, outputs, columns)
            parameters.append(scale * torch.randn(shape, generator=generator, dtype=torch.float64))
    return parameters


def logits(parameters: Sequence[torch.Tensor], points: torch.Tensor) -> torch.Tensor:
    """The logit of every point under every network of the batch: (starts, N).

    parameters as `random_parameters` gives them; points: (N, d).
    """
    hidden = points.T.expand(len(parameters[0]), -1, -1)
    for layer in range(0, len(parameters), 2):
        hidden = hidden if layer == 0 else hidden.relu()
        hidden = torch.baddbmm(parameters[layer + 1], parameters[layer], hidden)
    return hidden[:, 0]


def cross_entropy(
    parameters: Sequence[torch.Tensor], points: torch.Tensor, targets: torch.Tensor
) -> torch.Tensor:
    """The mean cross-entropy in nats of every network of the batch: (starts,)."""
    scores = logits(parameters, points)
    return binary_cross_entropy_with_logits(
        scores, targets.expand_as(scores), reduction="none"
    ).mean(1)


def _descend(
    parameters: list[torch.Tensor],
    points: torch.Tensor,
    targets: torch.Tensor,
    rates: np.ndarray,
    decay: float,
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Full-batch Adam on every network at once. Returns the parameters and losses (steps, starts).

    Adam works coordinate by coordinate, so networks that share a step do not touch each other.
    """
    memories = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
    history = []
    for step, rate in enumerate(rates, start=1):
        leaves = [p.detach().requires_grad_() for p in parameters]
        losses = cross_entropy(leaves, points, targets)
        penalty = decay * sum((weight**2).sum() for weight in leaves[::2])
        gradients = torch.autograd.grad(losses.sum() + penalty, leaves)
        updates = [adam(g, m, step, rate) for g, m in zip(gradients, memories, strict=True)]
        parameters = [p + change for p, (change, _) in zip(parameters, updates, strict=True)]
        memories = [memory for _, memory in updates]
        history.append(losses.detach())
    return parameters, torch.stack(history)


def _accuracy(parameters: list[torch.Tensor], points: np.ndarray, labels: np.ndarray) -> float:
    positive = logits(parameters, torch.from_numpy(points))[0].numpy() > 0
    return float((positive == (labels == 1)).mean())


def train_classifier(
    points: np.ndarray,
    labels: np.ndarray,
    widths: Sequence[int],
    seed: int,
    *,
    test: tuple[np.ndarray, np.ndarray] | None = None,
    starts: int | None = None,
    steps: int = 600,
    rate: float = 0.05,
    decay: float = 1e-3,
) -> TrainedNet:
    """Trains a ReLU network with one logit on points (N, d) float64 with labels (N,) in {0, 1}.

    All starts run for the first quarter of the steps; the eight with the lowest cross-entropy go
    on with a rate that falls to zero along a cosine, and the lowest at the end is kept. `decay`
    weighs the squared weights in what is minimised; the losses reported leave it out.
    Raises ValueError for widths, points or labels that do not fit.
    """
    widths = check_widths(widths)
    _check_points(points, labels)
    starts = starts_for(widths) if starts is None else starts
    inputs, targets = torch.from_numpy(points), torch.from_numpy(labels.astype(np.float64))
    generator = torch.Generator().manual_seed(seed)
    every = random_parameters([points.shape[1], *widths, 1], starts, generator)
    first = int(SCREENING * steps)
    every, early = _descend(every, inputs, targets, np.full(first, rate), decay)
    screening = cross_entropy(every, inputs, targets)
    finalists = screening.argsort(stable=True)[:FINALISTS]
    fall = rate * (1 + np.cos(np.pi * np.arange(steps - first) / (steps - first))) / 2
    final, late = _descend([p[finalists] for p in every], inputs, targets, fall, decay)
    ends = cross_entropy(final, inputs, targets)
    best = int(ends.argmin())
    chosen = int(finalists[best])
    kept = [p[best : best + 1] for p in final]
    return TrainedNet(
        widths=widths,
        weights=tuple(weight[0].numpy().copy() for weight in kept[::2]),
        biases=tuple(bias[0, :, 0].numpy().copy() for bias in kept[1::2]),
        parameter_count=sum(p.numel() for p in kept),
        losses=torch.cat([early[:, chosen], late[:, best]]).numpy(),
        loss=float(ends[best]),
        train_accuracy=_accuracy(kept, points, labels),
        test_accuracy=None if test is None else _accuracy(kept, *test),
        starts=starts,
        chosen=chosen,
        screening_losses=screening.numpy(),
    )
