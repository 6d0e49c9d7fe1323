"""What the scene on the neuron shows and says: what its numbers do, and how it learns them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.data.datasets import PlaneDataset, dataset_of
from mlanim.core.models.activations import ACTIVATIONS, TITLES
from mlanim.core.neuron import half_space
from mlanim.core.neuron.best_line import most_right
from mlanim.core.neuron.half_space import MIDDLES, Course
from mlanim.core.neuron.learned import STEPS, Learned, learned
from mlanim.core.vectors.alignment import Array, as_vector
from mlanim.core.vectors.vectors import FLOAT, angle_between, as_tensor
from mlanim.words.numbers import count_of, format_number, significant
from mlanim.words.sentence import Sentence, places_of, sentence

FARTHEST = 1.0  # that the boundary lies from the origin
ROOM = 2.1  # that the plane goes further than the arrow of w
SMALLEST_REACH = 2.6
AIR = 1.1  # how far the axis of answers goes, of the largest
UNSURE = torch.tensor([0.1, 0.5, 0.9], dtype=FLOAT)  # probabilities of class 1 with a line
POOR = 0.75  # a share of right answers below which it is asked how many any line would have
FITS = 0.9  # of the points on their side: where no line has as many, none is said to fit
READ = 0.01  # a smaller loss is shown with digits that count, not with two places
CLAMPS = {
    "relu": "[ReLU](output): the negative side is dead, its answer 0 at any distance; the other "
    "is active",
    "leaky_relu": "[Leaky ReLU](output) lets {below:%} of a negative $z$ through",
    "gelu": "[GELU](output) clamps smoothly: no answer is less than about −{below:2}",
    "sigmoid": "The [sigmoid](output) squeezes all answers between 0 and 1: ½ at the boundary",
    "tanh": "[Tanh](output) squeezes all answers between −1 and 1: 0 at the boundary",
}


@dataclass(frozen=True)
class Neuron:
    """All that the scene shows."""

    course: Course
    lines: Array  # (L,) values of z whose lines are drawn
    edges: Array  # (K + 1,) values of z between which there is one colour
    distances: Array  # (N,) from the boundary, of the profile
    reach: float  # how far up the plane goes
    largest: float  # to which the axis of answers goes, up and down
    title: str  # of the activation
    points: PlaneDataset  # that it learns
    learned: Learned
    probabilities: Array  # (3,) whose lines are drawn while it learns
    logits: Array  # (3,) the values of z there
    shades: Array  # (K,) colours of probabilities between the edges, from -1 to 1
    says: dict[str, Sentence]


def neuron_lesson(
    w: tuple[float, float], b: float, activation: str,
    dataset: str | tuple[tuple[float, float, int], ...], seed: int,
) -> Neuron:  # fmt: skip
    """The lesson on a neuron with weights w, a bias b and an activation.

    The dataset that it learns is given by its name, or as points (x, y, label).

    Raises:
        ValueError: for a bias that puts the boundary too far from the origin to be seen, and for
            too few points of a class.
    """
    weights = as_tensor(as_vector("w", w, 2))
    length = float(weights.norm())
    if abs(b) > FARTHEST * length:
        raise ValueError(
            f"b = {b:g} puts the boundary too far from the origin; for a w that is {length:.3g} "
            f"long give b from {-FARTHEST * length:.3g} to {FARTHEST * length:.3g}."
        )
    way, points = half_space.course(weights, b, activation), dataset_of(dataset, seed)
    run = learned(weights, b, points)
    return Neuron(
        way, half_space.LINES.numpy(), half_space.EDGES.numpy(), half_space.DISTANCES.numpy(),
        max(SMALLEST_REACH, float(np.abs(way.root + way.w).max() + ROOM)),
        AIR * float(np.abs(way.answer).max()), TITLES[activation], points, run,
        UNSURE.numpy(), UNSURE.logit().numpy(), (2 * MIDDLES.sigmoid() - 1).numpy(),
        half_space.says_of_course(way, abs(b) / length)
        | {"clamped": says_clamped(activation), "moved": says_moved(run)}
        | {"learned": says_learned(int(run.right[-1]), points.test_points, points.test_labels)},
    )  # fmt: skip


def says_clamped(activation: str) -> Sentence:
    """What an activation does to the answers; some say how far below 0 it goes from -1 to 0."""
    said, z = CLAMPS[activation], torch.linspace(-1, 0, 1001, dtype=FLOAT)
    return sentence(
        said, **dict.fromkeys(places_of(said), -float(ACTIVATIONS[activation](z).min()))
    )


def says_moved(run: Learned) -> Sentence:
    """How far learning has turned the weights, and what it did to the loss."""
    turn = float(angle_between(run.w[0], run.w[-1]).rad2deg())
    losses = [float(run.loss[i]) for i in (0, -1)]
    before, after = (format_number(x, 2) if x >= READ else significant(x) for x in losses)
    return sentence(
        "{n} steps of gradient descent turned [w](weight) by {turn}° and took the "
        "[loss](gradient) from {before} to {after}", n=STEPS, before=before, after=after,
        turn=format_number(turn, 0) if turn >= 1 else significant(turn),
    )  # fmt: skip


def says_learned(right: int, points: np.ndarray, labels: np.ndarray) -> Sentence:
    """How many unseen points (N, 2) lie on their side, and of few, whether any line has more."""
    unseen = len(labels)
    said, best = "{right} unseen points lie on the side of their class", right
    if right < POOR * unseen:
        best = most_right(points, labels)
        said = (
            f"One straight boundary does not fit: {said}, at best {{best}}"
            if best < FITS * unseen
            else f"After {{n}} steps {said}; a straight boundary could have {{best}}"
        )
    values = {"right": count_of(right, unseen), "best": best, "n": STEPS}
    return sentence(said, **{name: values[name] for name in places_of(said)})
