"""A network and what it learns: losses as functions of the network's parameters alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mlanim.core.data.examples import Examples, Split, split_named
from mlanim.core.models.mlp import MLP, cross_entropy

HIDDEN_NEURONS = 16


@dataclass(frozen=True)
class Task:
    """A network, and the data that it is to classify."""

    net: MLP
    data: Split

    def train_loss(self, theta: Tensor, batch: Tensor | None = None) -> Tensor:
        """Mean cross-entropy in nats, (..., P) -> (...), over a batch or all of training."""
        some = self.data.train if batch is None else self.data.train.subset(batch)
        return self.losses(theta, some).mean(-1)

    def test_loss(self, theta: Tensor) -> Tensor:
        """Mean cross-entropy in nats, (..., P) -> (...), over all test examples."""
        return self.losses(theta, self.data.test).mean(-1)

    def losses(self, theta: Tensor, examples: Examples) -> Tensor:
        """Cross-entropy in nats of each example by itself, (..., examples)."""
        return cross_entropy(self.net(theta, examples.inputs), examples.labels)

    def right(self, theta: Tensor, examples: Examples) -> int:
        """How many examples have their label's score as the largest."""
        return int((self.net(theta, examples.inputs).argmax(-2) == examples.labels).sum())

    def start(self, seed: int) -> Tensor:
        """Random parameters to train from, (P,)."""
        return self.net.initial(torch.Generator().manual_seed(seed))


def task_named(dataset: str, seed: int) -> Task:
    """Digits or moons, and a tanh network with one hidden layer of 16 neurons."""
    data = split_named(dataset, seed)
    return Task(MLP((data.features, HIDDEN_NEURONS, data.classes)), data)
