"""A neuron with a sigmoid that learns two classes of points in the plane by gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from mlanim.core.data.datasets import dataset_of
from mlanim.core.learning.training import train
from mlanim.core.models.mlp import MLP
from mlanim.core.vectors.alignment import Array
from mlanim.core.vectors.vectors import FLOAT, as_array

RATE, STEPS = 0.5, 200
UNSURE = 0.1, 0.5, 0.9  # probabilities of class 1 whose lines are drawn


@dataclass(frozen=True)
class Learned:
    """Every step of a descent, and the points that it is of.

    steps, b, loss, length: (S,), loss in nats over the training points, length that of w; w:
    (S, 2). right: (S,), whole numbers of unseen points on the side of their class. points: (N, 2)
    and labels: (N,), the training points; unseen: how many others there are. is_scaled: whether a
    user's points were moved and stretched along each axis to be seen.
    """

    steps: Array
    w: Array
    b: Array
    length: Array
    loss: Array
    right: np.ndarray
    points: Array
    labels: np.ndarray
    unseen: int
    is_scaled: bool


Data = str | Sequence[tuple[float, float, int]]
"""A data set by its name, or points (x, y, label)."""


def learned(w: Tensor, b: float, dataset: Data, seed: int) -> Learned:
    """Full-batch gradient descent on the mean cross-entropy, from the given weights and bias."""
    data, neuron = dataset_of(dataset, seed), MLP((2, 1))
    inputs, unseen = (torch.from_numpy(a.T.copy()) for a in (data.train_points, data.test_points))
    wanted = torch.from_numpy(data.train_labels).to(FLOAT)

    def loss(theta: Tensor, batch: None) -> Tensor:
        return binary_cross_entropy_with_logits(neuron(theta, inputs)[0], wanted)

    start = torch.cat([w, torch.tensor([b], dtype=FLOAT)])
    run = train(loss, start, "sgd", RATE, STEPS, points=STEPS + 1)
    sides = neuron(run.path, unseen)[:, 0] > 0  # (S, M)
    right = (sides == torch.from_numpy(data.test_labels == 1)).sum(-1)
    weights = run.path[:, :2]
    return Learned(
        run.steps.astype(float), as_array(weights), as_array(run.path[:, 2]),
        as_array(weights.norm(dim=-1)), as_array(run.losses), right.numpy(),
        data.train_points, data.train_labels, len(data.test_labels), data.is_scaled,
    )  # fmt: skip
