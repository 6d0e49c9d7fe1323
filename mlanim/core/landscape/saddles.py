"""How many directions lead down: in random matrices, in a network as it learns, beside a saddle."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import split_named
from mlanim.core.landscape.random_matrices import (
    DRAWS,
    POSITIVE_OF_TWO,
    Spectrum,
    all_positive,
    spectrum,
)
from mlanim.core.landscape.saddle import zero_weights
from mlanim.core.learning.curvature import hessian
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import descend
from mlanim.core.models.mlp import MLP
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import grouped, percent, significant
from mlanim.words.sentence import Sentence, sentence

Loss = Callable[..., Tensor]

STARTS, EXAMPLES, RATE, MOST_STEPS = 5, 150, 0.02, 1500
HIDDEN = {"digits": 4, "moons": 8}
LEVELS = np.array([1.0, 0.5, 0.25, 0.12, 0.06, 0.03])
"""Losses, over the first one, at which the directions are counted."""

FLAT = 1e-4  # of the largest eigenvalue: what is nearer to zero leads nowhere
SIZES = range(1, 6)
NOISES = np.logspace(-8, -1, 8)
ESCAPE_RATE, ESCAPED, PATIENCE = 0.5, 0.01, 2000


@dataclass(frozen=True)
class Saddles:
    """All that the scene shows."""

    spectrum: Spectrum
    sizes: np.ndarray
    positive: np.ndarray  # (sizes,) the share of matrices that have no way down
    exact: float  # of 2 × 2
    parameters: int
    losses: np.ndarray  # (L, STARTS) at which directions were counted
    down: np.ndarray  # (L, STARTS) the share of eigenvalues that lead down
    noises: np.ndarray  # (N,)
    escapes: np.ndarray  # (N, STARTS) steps until descent has left
    still: bool  # whether descent from the saddle itself is still there in the end
    predicted: np.ndarray  # (N,) by the growth along the steepest way down
    says_half: Sentence
    says_chance: Sentence
    says_network: Sentence
    says_still: Sentence
    says_escape: Sentence


@one_thread()
def saddles_lesson(size: int, dataset: str, seed: int) -> Saddles:
    """Count directions, in random matrices of a size and in a network along its training."""
    found, positive = spectrum(size, seed), all_positive(SIZES, seed) / DRAWS
    data = split_named(dataset, seed)
    some = torch.arange(min(EXAMPLES, len(data.train)))
    task = Task(MLP((data.features, HIDDEN[dataset], data.classes)), data)

    def loss(theta: Tensor, _: object = None) -> Tensor:
        return task.train_loss(theta, some)

    counted = [counts_along(loss, task.start(seed + 1000 * i)) for i in range(STARTS)]
    losses, down = (np.array([one[n] for one in counted]).T for n in (0, 1))
    saddle = zero_weights_of(task, some)
    escapes, predicted = escape_steps(loss, saddle, seed)
    still = bool(_steps_until_left(loss, saddle[None], float(loss(saddle)))[0] == PATIENCE)
    return Saddles(
        spectrum=found, sizes=np.array(SIZES), positive=positive, exact=float(POSITIVE_OF_TWO),
        parameters=task.net.parameters, losses=losses, down=down, noises=NOISES, escapes=escapes,
        still=still, predicted=predicted, says_half=says_of_half(found.negative, size),
        says_chance=says_of_chance(positive), says_network=says_of_network(losses, down),
        says_escape=says_of_escape(escapes, predicted), says_still=says_of_still(still),
    )  # fmt: skip


def counts_along(loss: Loss, start: Tensor) -> tuple[list[float], list[float]]:
    """Losses along a training where it first falls under each level, and the shares leading down.

    A training that does not come so low in `MOST_STEPS` is counted where it ends.
    """
    states = descend(loss, start, "adam", RATE)
    state = next(states)
    first, losses, shares = float(state.loss), [], []
    for level in LEVELS:
        while float(state.loss) > level * first * (1 + 1e-12) and state.step < MOST_STEPS:
            state = next(states)
        losses.append(float(state.loss))
        shares.append(share_down(hessian(loss, state.theta)))
    return losses, shares


def share_down(matrix: Tensor) -> float:
    """The share of a Hessian's eigenvalues that are negative by more than rounding."""
    values = torch.linalg.eigvalsh(matrix)
    return float((values < -FLAT * values.abs().max()).double().mean())


def zero_weights_of(task: Task, some: Tensor) -> Tensor:
    """The saddle of all weights at zero, for these training examples."""
    counts = torch.bincount(task.data.train.labels[some], minlength=task.data.classes)
    theta = zero_weights(task)
    task.net.layers(theta)[-1][1].copy_((counts.double() / counts.sum()).log())
    return theta


def escape_steps(loss: Loss, saddle: Tensor, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Steps of descent until the loss has fallen by a hundredth, from beside a saddle.

    Each start is the saddle and normal noise of a size. Along the steepest way down an offset grows
    by 1 − rate · λ a step, so that a tenth of the noise takes ln 10 / ln(1 − rate · λ) steps more:
    that line is drawn through the mean at the middle noise.
    """
    values = torch.linalg.eigvalsh(hessian(loss, saddle))
    growth = math.log1p(-ESCAPE_RATE * float(values[0]))
    steps = np.zeros((len(NOISES), STARTS))
    for start in range(STARTS):
        generator = torch.Generator().manual_seed(seed + start)
        noise = torch.randn(len(saddle), generator=generator, dtype=torch.float64)
        points = saddle + torch.from_numpy(NOISES)[:, None] * noise
        steps[:, start] = _steps_until_left(loss, points, float(loss(saddle)))
    reach = steps.mean(axis=1)
    anchor = len(NOISES) // 2
    predicted = reach[anchor] - np.log(NOISES / NOISES[anchor]) / growth
    return steps, predicted


def _steps_until_left(loss: Loss, points: Tensor, high: float) -> np.ndarray:
    left = np.full(len(points), float(PATIENCE))
    for state in descend(loss, points, "sgd", ESCAPE_RATE):
        gone = (state.loss < (1 - ESCAPED) * high).numpy() & (left == PATIENCE)
        left[gone] = state.step
        if state.step == PATIENCE or (left < PATIENCE).all():
            return left
    return left


def says_of_half(negative: np.ndarray, size: int) -> Sentence:
    """The share of directions that lead down in random matrices, and how much it varies."""
    return sentence(
        "{count} random {size} × {size} matrices: [{mean}](highlight) of the directions lead down, "
        "± {spread} from one to the next",
        count=grouped(len(negative)), size=size, mean=percent(float(negative.mean())),
        spread=percent(float(negative.std(ddof=1))),
    )  # fmt: skip


def says_of_chance(positive: np.ndarray) -> Sentence:
    """How rare a minimum is among random matrices."""
    last = float(positive[-1])
    rare = significant(last, 2) if last else f"under {significant(1 / DRAWS, 1)}"
    return sentence(
        "With 2 directions none leads down in {two:3} of the matrices (exact: {exact:3}), with "
        "{most} in [{rare}](highlight)",
        two=float(positive[1]), exact=float(POSITIVE_OF_TWO), most=SIZES[-1], rare=rare,
    )  # fmt: skip


def says_of_network(losses: np.ndarray, down: np.ndarray) -> Sentence:
    """How the share changes along a training, over all starts."""
    first, last = down[0], down[-1]
    fell = "falls" if (last < first).all() else "does not always fall"
    return sentence(
        "A network is no random matrix: the share {fell}, from [{first}](highlight) to "
        "[{last}](highlight) in the mean of {starts} starts",
        fell=fell, first=percent(float(first.mean())), last=percent(float(last.mean())),
        starts=down.shape[1],
    )  # fmt: skip


def says_of_still(still: bool) -> Sentence:
    """What descent does without noise."""
    return sentence(
        "Without noise descent {does} all-zero weights within {steps:,} steps",
        does="does not leave the saddle of" if still else "leaves the saddle of", steps=PATIENCE,
    )  # fmt: skip


def says_of_escape(escapes: np.ndarray, predicted: np.ndarray) -> Sentence:
    """What ten times less noise costs, beside what the steepest way down says."""
    each = np.diff(escapes.mean(axis=1)) / np.diff(np.log10(NOISES))
    theory = (predicted[0] - predicted[-1]) / (np.log10(NOISES[-1]) - np.log10(NOISES[0]))
    stayed = bool((escapes >= PATIENCE).any())
    if stayed:
        return sentence(
            "With little noise descent stays at the saddle for more than {most} steps",
            most=grouped(PATIENCE),
        )  # fmt: skip
    return sentence(
        "Descent leaves once noise has grown: ten times less costs [{cost:0}](highlight) steps "
        "more (theory: {theory:0})", cost=float(-each[:4].mean()), theory=float(theory),
    )  # fmt: skip
