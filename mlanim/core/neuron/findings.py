"""What is said of a neuron, each sentence true of the given one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.models.activations import ACTIVATIONS, TITLES
from mlanim.core.neuron.half_space import CROSSED, SLID, START, STEEPER, TURNED, Course
from mlanim.core.neuron.learned import STEPS, Learned
from mlanim.core.vectors.vectors import FLOAT
from mlanim.words.numbers import count_of
from mlanim.words.sentence import Sentence, sentence

AT_ZERO = 1e-9
POOR = 0.75  # a share of right answers below which the boundary is said not to fit
CLAMPS = {
    "relu": "[ReLU](output): the negative side is dead, its answer 0 at any distance; the other "
    "is active",
    "leaky_relu": "[Leaky ReLU](output) lets {least:%} of a negative $z$ through",
    "gelu": "[GELU](output) clamps smoothly: no answer is less than about {least:2}",
    "sigmoid": "The [sigmoid](output) squeezes all answers between 0 and 1: ½ at the boundary",
    "tanh": "[Tanh](output) squeezes all answers between −1 and 1: 0 at the boundary",
}


@dataclass(frozen=True)
class Findings:
    """What the lecture says at its pauses, and while the activation begins to act."""

    side: Sentence
    crossed: Sentence
    slid: Sentence
    turned: Sentence
    steeper: Sentence
    mixing: Sentence
    clamped: Sentence
    moved: Sentence
    learned: Sentence
    scaled: Sentence | None  # where a user's points do not stand as they were given


def findings(way: Course, activation: str, radius: float, run: Learned) -> Findings:
    """The sentences; radius: how far the boundary lies from the origin while it turns."""
    at = {k: int(np.abs(way.place - k).argmin()) for k in range(7)}
    z, d, b = (array[list(at.values())] for array in (way.z, way.distance, way.b))
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
        turned=says_turned(radius),
        steeper=sentence(
            "Twice [w](weight) and $b$: the boundary stays, $z$ of [x](input) goes from {a:2} to "
            "{z:2}, the distance stays [{d:2}](highlight)",
            a=z[TURNED], z=z[STEEPER], d=abs(d[STEEPER]),
        ),
        mixing=sentence(
            "Now $f$ comes in: the picture goes from $z$ to $f(z)$ through mixtures of the two, "
            "to end with [{f}](output) alone", f=TITLES[activation],
        ),
        clamped=says_clamped(activation), moved=says_moved(run), learned=says_learned(run),
        scaled=sentence("Each axis is moved and stretched to fit") if run.is_scaled else None,
    )  # fmt: skip


def says_turned(radius: float) -> Sentence:
    """Where a boundary that turns always passes."""
    if radius <= AT_ZERO:
        return sentence(
            "[w](weight) turned the boundary, which always passes through the origin, as $b$ is 0"
        )
    return sentence(
        "[w](weight) turned the boundary, which always passes {r:g} from the origin, at $abs(b)$ "
        "over the length of [w](weight)", r=radius,
    )  # fmt: skip


def says_clamped(activation: str) -> Sentence:
    """What an activation does to the answers."""
    f = ACTIVATIONS[activation]
    least = {
        "gelu": lambda: float(f(torch.linspace(-2, 0, 2001, dtype=FLOAT)).min()),
        "leaky_relu": lambda: -float(f(torch.tensor(-1.0))),
    }
    found = {"least": least[activation]()} if activation in least else {}
    return sentence(CLAMPS[activation], **found)


def says_moved(run: Learned) -> Sentence:
    """How far learning has turned the weights, and what it did to the loss."""
    start, end = (np.arctan2(*run.w[i, ::-1]) for i in (0, -1))
    return sentence(
        "{n} steps of gradient descent turned [w](weight) by {turn:0}° and took the "
        "[loss](gradient) from {a:2} to {b:2}",
        n=STEPS, turn=abs(np.degrees(np.angle(np.exp(1j * (end - start))))),
        a=run.loss[0], b=run.loss[-1],
    )  # fmt: skip


def says_learned(run: Learned) -> Sentence:
    """How many points that it has not seen lie on their side, and whether the boundary fits."""
    right = count_of(int(run.right[-1]), run.unseen)
    if run.right[-1] >= POOR * run.unseen:
        return sentence("{right} unseen points lie on the side of their class", right=right)
    return sentence(
        "One straight boundary does not fit: only {right} unseen points lie on the right side",
        right=right,
    )
