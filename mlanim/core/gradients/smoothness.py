"""How fast loss and gradient change along the way that training takes.

At a place θ with gradient g the loss is tried at θ − ηg for several η. The largest change of the
loss, and of the gradient, for the distance η‖g‖ that was gone are lower bounds of their Lipschitz
constants there (Santurkar et al. 2018, "How does batch normalization help optimization?").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.optimizers import SGD
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import Loss, batches, descend, value_and_gradient

STARTS, STEPS, EVERY, BATCH = 5, 150, 10, 64
PROBED = 400  # training examples on which loss and gradient are measured
TRIED = (0.5, 1.0, 2.0, 4.0)  # steps that are tried, in units of the rate


@dataclass(frozen=True)
class Smoothness:
    """What was measured along T places of training, from each of STARTS starts.

    loss, gradient: (T, STARTS), how much each changes for a unit of distance; ends: (STARTS,),
    the loss after training.
    """

    loss: np.ndarray
    gradient: np.ndarray
    ends: np.ndarray


def probe(task: Task, theta: Tensor, _: object = None) -> Tensor:
    """The loss on the examples that are measured, (..., P) -> (...)."""
    return task.losses(theta, task.data.train.subset(torch.arange(PROBED))).mean(-1)


def changes(loss: Loss, theta: Tensor, rate: float) -> tuple[Tensor, Tensor, Tensor]:
    """Loss at theta (..., P), and the largest changes of loss and gradient a unit of distance."""
    value, gradient = value_and_gradient(loss, theta)
    etas = rate * torch.tensor(TRIED, dtype=theta.dtype).reshape(-1, *[1] * theta.dim())
    values, gradients = value_and_gradient(loss, theta - etas * gradient)
    gone = etas[..., 0] * gradient.norm(dim=-1)
    loss_change = ((values - value).abs() / gone).amax(0)
    return value, loss_change, ((gradients - gradient).norm(dim=-1) / gone).amax(0)


def along_training(task: Task, starts: Tensor, rate: float, seed: int) -> tuple[Smoothness, Tensor]:
    """Train from starts (STARTS, P) by plain gradient steps; what was measured, and the ends."""
    found = []
    for state in descend(
        task.train_loss, starts, SGD(), rate, batches(len(task.data.train), BATCH, seed)
    ):
        if state.step % EVERY == 0:
            found.append(changes(lambda theta, _: probe(task, theta), state.theta, rate))
        if state.step == STEPS:
            break
    values, of_loss, of_gradient = (torch.stack(part).numpy() for part in zip(*found, strict=True))
    return Smoothness(of_loss, of_gradient, values[-1]), state.theta
