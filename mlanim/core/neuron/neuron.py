"""What the scene on the neuron shows: what each of its numbers does, and how it learns them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.models.activations import ACTIVATIONS
from mlanim.core.neuron.half_space import (
    CROSSED,
    SHOWN,
    SLID,
    START,
    STEEPER,
    TURNED,
    Z_FULL,
    Course,
    course,
)  # fmt: skip
from mlanim.core.neuron.learned import STEPS, UNSURE, Learned, learned
from mlanim.core.vectors.vectors import FLOAT, Array, as_vector
from mlanim.words.numbers import count_of
from mlanim.words.sentence import Sentence, sentence

STRIPS = 96  # of one colour each, between -Z_FULL and Z_FULL
ROOM = 1.3  # that the plane goes further than the arrow of w
SMALLEST_REACH = 2.6
AT_ZERO = 1e-9
POOR = 0.75  # a share of right answers below which the boundary is said not to fit
TITLES = {
    "relu": "ReLU", "leaky_relu": "Leaky ReLU", "gelu": "GELU", "sigmoid": "Sigmoid",
    "tanh": "Tanh",
}  # fmt: skip
CLAMPS = {
    "relu": "[ReLU](output) clamps the negative side: whatever the distance, the answer there is 0",
    "leaky_relu": "[Leaky ReLU](output) lets {least:%} of a negative $z$ through",
    "gelu": "[GELU](output) clamps smoothly: no answer is less than about {least:2}",
    "sigmoid": "The [sigmoid](output) squeezes all answers between 0 and 1: ½ at the boundary",
    "tanh": "[Tanh](output) squeezes all answers between −1 and 1: 0 at the boundary",
}


@dataclass(frozen=True)
class Findings:
    """What the lecture says at its pauses, each true of the given neuron."""

    side: Sentence
    crossed: Sentence
    slid: Sentence
    turned: Sentence
    steeper: Sentence
    clamped: Sentence
    moved: Sentence
    learned: Sentence


@dataclass(frozen=True)
class Neuron:
    """All that the scene shows."""

    course: Course
    lines: Array  # (L,) values of z whose lines are drawn
    edges: Array  # (K + 1,) values of z between which there is one colour
    distances: Array  # (N,) from the boundary, of the profile
    circle: Array  # (M, 2) that the turning boundary touches
    reach: float  # how far up the plane goes
    activation: str
    learned: Learned
    probabilities: Array  # (3,) whose lines are drawn while it learns
    logits: Array  # (3,) the values of z there
    shades: Array  # (K,) colours of probabilities between the edges, from -1 to 1
    says: Findings


def neuron_lesson(
    w: tuple[float, float], b: float, activation: str, dataset: str, seed: int
) -> Neuron:
    """The lesson on a neuron with weights w, a bias b and an activation."""
    weights = as_vector("w", w, 2)
    lines = torch.arange(-4.0, 5.0, dtype=FLOAT)
    edges = torch.linspace(-Z_FULL, Z_FULL, STRIPS + 1, dtype=FLOAT)
    middles = (edges[1:] + edges[:-1]) / 2
    distances = torch.linspace(-SHOWN, SHOWN, 121, dtype=FLOAT)
    way = course(weights, b, activation, distances, lines, middles)
    trained = learned(weights, b, dataset, seed)
    around = torch.linspace(0, 2 * torch.pi, 121, dtype=FLOAT)
    radius = abs(b) / float(weights.norm())
    unsure = torch.tensor(UNSURE, dtype=FLOAT)
    tips = np.abs(way.root + way.w).max() + ROOM
    return Neuron(
        way, lines.numpy(), edges.numpy(), distances.numpy(),
        radius * torch.stack([torch.cos(around), torch.sin(around)], dim=1).numpy(),
        max(SMALLEST_REACH, float(tips)), TITLES[activation], trained,
        unsure.numpy(), torch.logit(unsure).numpy(), (2 * torch.sigmoid(middles) - 1).numpy(),
        _findings(way, activation, radius, trained),
    )  # fmt: skip


def _findings(way: Course, activation: str, radius: float, run: Learned) -> Findings:
    at = {k: int(np.abs(way.place - k).argmin()) for k in range(7)}
    z, d, b = (array[list(at.values())] for array in (way.z, way.distance, way.b))
    where = (
        "{r:g} from the origin, at $abs(b)$ over the length of [w](weight)"
        if radius > AT_ZERO
        else ("through the origin, as $b$ is 0")
    )
    return Findings(
        side=sentence(
            "[x](input) lies on the side that [w](weight) points to, [{d:2}](highlight) from the "
            "boundary: $z$ is positive", d=d[START],
        ),
        crossed=sentence(
            "The sign of $z$ says which side, $z$ over the length of [w](weight) how far: "
            "[{d:2}](highlight)", d=abs(d[CROSSED]),
        ),
        slid=sentence(
            "The bias is {b:2} now: the boundary slid by {by:2}, and [x](input) is on the other "
            "side", b=b[SLID], by=d[SLID] - d[CROSSED],
        ),
        turned=sentence(
            f"[w](weight) turned the boundary, which always passes {where}",
            **({"r": radius} if radius > AT_ZERO else {}),
        ),
        steeper=sentence(
            "Twice [w](weight) and $b$: the boundary stays, $z$ of [x](input) goes from {a:2} to "
            "{z:2}, the distance stays [{d:2}](highlight)",
            a=z[TURNED], z=z[STEEPER], d=abs(d[STEEPER]),
        ),
        clamped=_clamped(activation),
        **_learning(run),
    )  # fmt: skip


def _clamped(activation: str) -> Sentence:
    f = ACTIVATIONS[activation]
    least = {
        "gelu": lambda: float(f(torch.linspace(-2, 0, 2001, dtype=FLOAT)).min()),
        "leaky_relu": lambda: -float(f(torch.tensor(-1.0))),
    }
    found = {"least": least[activation]()} if activation in least else {}
    return sentence(CLAMPS[activation], **found)


def _learning(run: Learned) -> dict[str, Sentence]:
    start, end = (np.arctan2(*run.w[i, ::-1]) for i in (0, -1))
    turn = abs(np.degrees(np.angle(np.exp(1j * (end - start)))))
    share, right = run.right[-1] / run.unseen, count_of(int(run.right[-1]), run.unseen)
    fits = (
        "{right} unseen points lie on the side of their class" if share >= POOR else
        "One straight boundary does not fit: only {right} unseen points lie on the right side"
    )  # fmt: skip
    return {
        "moved": sentence(
            "{n} steps of gradient descent turned [w](weight) by {turn:0}° and took the "
            "[loss](gradient) from {a:2} to {b:2}",
            n=STEPS, turn=turn, a=run.loss[0], b=run.loss[-1],
        ),
        "learned": sentence(fits, right=right),
    }  # fmt: skip
