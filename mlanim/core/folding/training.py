"""Seeded small trainings that record what they did.

A narrow ReLU network often gets stuck: with two neurons a layer, few random starts find the answer.
So many starts are trained side by side, as one batch of networks, and the one with the lowest
training loss is kept. The test set takes no part in that choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from mlanim.core.learning.training import Rate, train
from mlanim.core.models.mlp import MLP

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
    starts: random starts tried, 0 where it was trained elsewhere; chosen: the index of the one kept
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


def relu_mlp(inputs: int, widths: Sequence[int]) -> MLP:
    """A ReLU network with one logit."""
    return MLP((inputs, *widths, 1), torch.relu)


def random_parameters(net: MLP, starts: int, generator: torch.Generator) -> torch.Tensor:
    """He-initialised weights and small biases, (starts, parameters)."""
    return net.initial(generator, (starts,), gain=2.0, bias=0.3)


def cross_entropy(
    net: MLP, theta: torch.Tensor, points: torch.Tensor, targets: torch.Tensor
) -> torch.Tensor:
    """The mean cross-entropy in nats of every network, (starts,), on points (N, d)."""
    scores = net(theta, points.T)[..., 0, :]
    each = binary_cross_entropy_with_logits(scores, targets.expand_as(scores), reduction="none")
    return each.mean(-1)


def size_of_weights(net: MLP, theta: torch.Tensor) -> torch.Tensor:
    """The sum of the squared weights, biases left out, of every network, (starts,)."""
    return torch.stack([weight.square().sum((-1, -2)) for weight, _ in net.layers(theta)]).sum(0)


def _accuracy(net: MLP, theta: torch.Tensor, points: np.ndarray, labels: np.ndarray) -> float:
    positive = net(theta, torch.from_numpy(points).T)[0].numpy() > 0
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
    net = relu_mlp(points.shape[1], widths)
    inputs, targets = torch.from_numpy(points), torch.from_numpy(labels.astype(np.float64))
    measure = partial(cross_entropy, net, points=inputs, targets=targets)

    def objective(theta: torch.Tensor, _: object) -> torch.Tensor:
        return measure(theta) + decay * size_of_weights(net, theta)

    def descended(theta: torch.Tensor, rate: Rate, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
        run = train(objective, theta, "adam", rate, steps, points=steps + 1)
        return run.end, (run.losses - decay * size_of_weights(net, run.path))[:-1]

    every = random_parameters(net, starts, torch.Generator().manual_seed(seed))
    first = int(SCREENING * steps)
    every, early = descended(every, rate, first)
    screening = measure(every)
    finalists = screening.argsort(stable=True)[:FINALISTS]
    last = steps - first
    final, late = descended(
        every[finalists], lambda step: rate * (1 + np.cos(np.pi * step / last)) / 2, last
    )
    ends = measure(final)
    best = int(ends.argmin())
    chosen, theta = int(finalists[best]), final[best]
    return TrainedNet(
        widths=widths,
        weights=tuple(weight.numpy().copy() for weight, _ in net.layers(theta)),
        biases=tuple(bias.numpy().copy() for _, bias in net.layers(theta)),
        parameter_count=net.parameters,
        losses=torch.cat([early[:, chosen], late[:, best]]).numpy(),
        loss=float(ends[best]),
        train_accuracy=_accuracy(net, theta, points, labels),
        test_accuracy=None if test is None else _accuracy(net, theta, *test),
        starts=starts,
        chosen=chosen,
        screening_losses=screening.numpy(),
    )
