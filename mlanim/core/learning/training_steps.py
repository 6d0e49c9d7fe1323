"""One step of training as it should be, and five with one bug each.

What a lecture shows of them is their source, so the lines that are seen are the lines that ran.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn import Module
from torch.nn.functional import nll_loss
from torch.optim import SGD

RATE = 0.5
Weights = Sequence[Tensor]
Step = Callable[[Module, Module, Weights, Tensor, Tensor], Tensor]
"""Body, head, their weights, inputs (N, F) and labels (N,) to the loss before the step."""


def working(body: Module, head: Module, weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """A step of gradient descent on the cross-entropy."""
    optimizer = SGD(weights, lr=RATE)
    optimizer.zero_grad()
    scores = head(body(x))
    logs = scores.log_softmax(1)
    loss = nll_loss(logs, y)
    loss.backward()
    optimizer.step()
    return loss


def softmax_twice(body: Module, head: Module, weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """Probabilities are taken for scores."""
    optimizer = SGD(weights, lr=RATE)
    optimizer.zero_grad()
    scores = head(body(x)).softmax(1)
    logs = scores.log_softmax(1)
    loss = nll_loss(logs, y)
    loss.backward()
    optimizer.step()
    return loss


def never_zeroed(body: Module, head: Module, weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """Each gradient is added to all before it."""
    optimizer = SGD(weights, lr=RATE)
    # no optimizer.zero_grad()
    scores = head(body(x))
    logs = scores.log_softmax(1)
    loss = nll_loss(logs, y)
    loss.backward()
    optimizer.step()
    return loss


def detached(body: Module, head: Module, weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """No gradient reaches the body."""
    optimizer = SGD(weights, lr=RATE)
    optimizer.zero_grad()
    scores = head(body(x).detach())
    logs = scores.log_softmax(1)
    loss = nll_loss(logs, y)
    loss.backward()
    optimizer.step()
    return loss


def wrong_axis(body: Module, head: Module, weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """Examples compete for a class, not classes for an example."""
    optimizer = SGD(weights, lr=RATE)
    optimizer.zero_grad()
    scores = head(body(x))
    logs = scores.log_softmax(0)
    loss = nll_loss(logs, y)
    loss.backward()
    optimizer.step()
    return loss


def rate_of_ten(body: Module, head: Module, weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """The steps are far too long."""
    optimizer = SGD(weights, lr=10.0)
    optimizer.zero_grad()
    scores = head(body(x))
    logs = scores.log_softmax(1)
    loss = nll_loss(logs, y)
    loss.backward()
    optimizer.step()
    return loss


BUGS: dict[str, Step] = {
    "softmax twice": softmax_twice, "never zeroed": never_zeroed, "detached": detached,
    "wrong axis": wrong_axis, "rate of 10": rate_of_ten,
}  # fmt: skip


@dataclass(frozen=True)
class Excerpt:
    """Three lines of a step as they run, and which of them has the bug, the first is 1."""

    code: str
    marked: int


def excerpt(step: Step) -> Excerpt:
    """The line in which a step differs from the working one, and its neighbours."""
    lines, right = _body(step), _body(working)
    wrong = next((i for i, line in enumerate(lines) if line != right[i]), 3)
    start = max(wrong - 1, 0)
    return Excerpt("\n".join(lines[start : start + 3]), wrong - start + 1)


def _body(step: Step) -> list[str]:
    """The lines of a step below its docstring."""
    source = inspect.getsource(step)
    return textwrap.dedent(source.split('"""\n', 1)[1]).splitlines()
