"""A neuron with a sigmoid that learns two classes of points in the plane by gradient descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from mlanim.core.data.datasets import PlaneDataset
from mlanim.core.learning.training import train
from mlanim.core.models.mlp import MLP
from mlanim.core.vectors.alignment import Array
from mlanim.core.vectors.vectors import FLOAT, as_array

RATE, STEPS = 0.5, 200


@dataclass(frozen=True)
class Learned:
    """A descent before its first step and after each one.

    w: (STEPS + 1, 2). b, loss: (STEPS + 1,), loss in nats over the training points. right:
    (STEPS + 1,), whole numbers of unseen points on the side of their class.
    """

    w: Array
    b: Array
    loss: Array
    right: np.ndarray


def learned(w: Tensor, b: float, data: PlaneDataset) -> Learned:
    """Full-batch gradient descent on the mean cross-entropy, from the given weights and bias."""
    inputs, unseen = (torch.from_numpy(a.T.copy()) for a in (data.train_points, data.test_points))
    neuron, wanted = MLP((2, 1)), torch.from_numpy(data.train_labels).to(FLOAT)

    def loss(theta: Tensor, batch: None) -> Tensor:
        return binary_cross_entropy_with_logits(neuron(theta, inputs)[0], wanted)

    start = torch.cat([w, torch.tensor([b], dtype=FLOAT)])
    run = train(loss, start, "sgd", RATE, STEPS, points=STEPS + 1)
    sides = neuron(run.path, unseen)[:, 0] > 0  # (STEPS + 1, M)
    right = (sides == torch.from_numpy(data.test_labels == 1)).sum(-1)
    path = as_array(run.path)
    return Learned(path[:, :2], path[:, 2], as_array(run.losses), right.numpy())
