"""Networks that can be trained and asked for their loss anywhere: ours, and a user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mlanim.core.landscape.layers import normalised
from mlanim.core.landscape.loss_function import LossFunction, loss_function
from mlanim.core.landscape.plane import random_directions
from mlanim.core.learning.task import Task, task_named
from mlanim.core.learning.training import batches
from mlanim.core.surface.grids import are_given
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence

BATCH_SIZE = 32
MOST_PARAMETERS = 300_000  # whose paths, and random walks like them, fit the memory


@dataclass(frozen=True)
class Learner:
    """What is trained, and what is known of it.

    loss: parameters (P,) and a batch to (), differentiable; losses: (..., P) to (...), over all
    training data; start: (P,); batches: endless ones, the same at each call; epoch: how many of
    them; directions: a count of random ones, filter by filter as long as a centre, (count, P);
    ends: what the table says of the last parameters, under the heading `head`.
    """

    loss: Callable[[Tensor, Any], Tensor]
    losses: Callable[[Tensor], Tensor]
    start: Tensor
    batches: Callable[[], Iterator[Any]]
    epoch: int
    directions: Callable[[Tensor, int, torch.Generator], Tensor]
    ends: Callable[[Tensor], str]
    head: str
    says: Sentence
    says_batch_norm: Sentence | None = None


def own_learner(task: Task, seed: int) -> Learner:
    """Our own network on one of our data sets, from a random start."""
    train, test = task.data.train, task.data.test
    return Learner(
        loss=task.train_loss, losses=task.train_loss, start=task.start(seed),
        batches=lambda: batches(len(train), BATCH_SIZE, seed), epoch=-(-len(train) // BATCH_SIZE),
        directions=lambda centre, count, drawn: random_directions(centre, task.net, count, drawn),
        ends=lambda theta: percent(task.right(theta, test) / len(test), 1), head="test accuracy",
        says=sentence(
            "A {widths} network, {count:,} weights, learns {train:,} {what}: "
            "each point of this plane is one such network",
            widths="–".join(map(str, task.net.widths)), count=task.net.parameters,
            train=len(train), what="digits" if task.data.name == "digits" else "points",
        ),
    )  # fmt: skip


def learner_of(lf: LossFunction, seed: int) -> Learner:
    """A user's network, from the weights that it has.

    Raises:
        ValueError: if it is so large that its paths do not fit the memory.
    """
    if len(lf.theta) > MOST_PARAMETERS:
        raise ValueError(
            f"The model has {len(lf.theta):,} parameters; three paths are drawn of up to "
            f"{MOST_PARAMETERS:,}. Take a smaller one, or loss_surface, which needs no paths."
        )
    rows = sum(len(inputs) for inputs, _ in lf.batches)

    def losses(thetas: Tensor) -> Tensor:
        return lf(thetas).double().cpu()

    def directions(centre: Tensor, count: int, drawn: torch.Generator) -> Tensor:
        draws = torch.randn(count, len(centre), generator=drawn, dtype=centre.dtype)
        return torch.stack([normalised(draw, centre, lf.layers) for draw in draws])

    return Learner(
        loss=lf.scalar, losses=losses, start=lf.theta,
        batches=lambda: lf.random_batches(BATCH_SIZE, torch.Generator().manual_seed(seed)),
        epoch=len(lf.batches) if len(lf.batches) > 1 else -(-rows // BATCH_SIZE),
        directions=directions, ends=lambda theta: significant(float(losses(theta))),
        head="loss at its end",
        says=sentence(
            "A network of {count:,} weights learns {rows:,} rows of data: each point of this plane "
            "is one such network", count=len(lf.theta), rows=rows,
        ),
        says_batch_norm=lf.says_batch_norm,
    )  # fmt: skip


def learner_asked_for(
    dataset: str, model: str, data: str, loss: str, checkpoint: str, device: str, seed: int
) -> Learner:
    """The user's network where one is given, or ours."""
    if not are_given(model, data):
        return own_learner(task_named(dataset, seed), seed)
    asked = checkpoint or None, device
    return learner_of(loss_function(model, data, loss, *asked, batch_norm="data"), seed)
