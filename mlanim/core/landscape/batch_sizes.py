"""Where small and large batches end: how sharp the loss is there, and what it is on new data.

Both runs start from the same weights and stop at the same training loss, so that the comparison
is between places and not between amounts of training (Keskar et al. 2017). Cross-entropy on
separable data has no minimum at finite weights: the ends are places of low loss, not minima.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.plane import axis_through_zero, losses_at
from mlanim.core.learning.curvature import hessian_vector_product, largest_eigenvalue
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import batches, descend
from mlanim.words.numbers import with_spread
from mlanim.words.sentence import Sentence, sentence

SMALL, LARGE = "small", "large"
SMALL_BATCH, RATE = 16, 1.0
TARGETS = {"digits": 0.05, "moons": 0.1}
LOOK_EVERY, MOST_STEPS = 10, 6000
DISTANCES = axis_through_zero(-2.0, 2.0, 41)


@dataclass(frozen=True)
class End:
    """Where one run stopped.

    eigenvalue: the largest of the training loss's Hessian; steep: (DISTANCES,), the training loss
    along its direction; theta: (P,).
    """

    batch: int
    steps: int
    train_loss: float
    test_loss: float
    eigenvalue: float
    steep: np.ndarray
    theta: np.ndarray


def end_of(task: Task, size: str, seed: int) -> End:
    """Train with small batches, or with all of the data at once, and measure the end."""
    batch = SMALL_BATCH if size == SMALL else len(task.data.train)
    theta, steps = train_to_loss(task, batch, TARGETS[task.data.name], seed)
    product = hessian_vector_product(task.train_loss, theta)
    top = largest_eigenvalue(product, len(theta), seed)
    direction = torch.from_numpy(top.vector)[None]
    return End(
        batch=batch, steps=steps, train_loss=float(task.train_loss(theta)),
        test_loss=float(task.test_loss(theta)), eigenvalue=top.value, theta=theta.numpy(),
        steep=losses_at(task.train_loss, DISTANCES[:, None], theta, direction).numpy(),
    )  # fmt: skip


def train_to_loss(task: Task, batch: int, target: float, seed: int) -> tuple[Tensor, int]:
    """Plain gradient descent until the loss over all of the training data is at most the target.

    It is looked at every ten steps, and training gives up after MOST_STEPS.

    Returns:
        The weights, (P,), and the steps taken.
    """
    count = len(task.data.train)
    order = batches(count, batch, seed) if batch < count else None
    states = descend(task.train_loss, task.start(seed), "sgd", RATE, order)
    for state in islice(states, 0, MOST_STEPS + 1, LOOK_EVERY):
        if task.train_loss(state.theta) <= target:
            break
    return state.theta, state.step


def says_of_ends(task: Task, ends: dict[str, list[End]]) -> dict[str, Sentence]:
    """What holds of where training ended: by batch size, from the same starts in each."""
    small, large = ends[SMALL], ends[LARGE]
    pairs, target = list(zip(small, large, strict=True)), TARGETS[task.data.name]
    reached = all(run.train_loss <= target for run in (*small, *large))
    better = sum((a.eigenvalue < b.eigenvalue) == (a.test_loss < b.test_loss) for a, b in pairs)
    rest = ": its curvature alone does not tell" if better < len(pairs) else ""
    return {
        "training": sentence(
            "A network of {count:,} weights learns {what} in batches of [{a}](weight) and of "
            "[{b:,}](input), {until}", count=task.net.parameters, what=task.data.name,
            a=small[0].batch, b=large[0].batch,
            until=f"each to a training loss of {target:g}" if reached else "as far as it comes",
        ),
        "flatter": sentence(
            "[Small batches](weight) ended in the flatter place in {count} of {starts} starts: "
            "λ = {a} against {b}", count=sum(a.eigenvalue < b.eigenvalue for a, b in pairs),
            starts=len(pairs), a=with_spread([run.eigenvalue for run in small], 2),
            b=with_spread([run.eigenvalue for run in large], 2),
        ),
        "tested": sentence(
            "The flatter place has the lower test loss in [{count} of {starts}](highlight) starts"
            "{rest}", count=better, starts=len(pairs),
            rest=rest if better else ": here the sharper place does better",
        ),
    }  # fmt: skip
