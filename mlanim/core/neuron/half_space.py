"""A neuron of two inputs as a half-space detector; on its course one thing at a time moves.

z = w · x + b. Where z is 0 lies the boundary, a line at right angles to w and b / |w| behind the
origin. The signed distance of an input from it is z / |w|; the answer f(z) depends on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, radians, sin

import numpy as np
import torch
from torch import Tensor

from mlanim.core.models.activations import ACTIVATIONS
from mlanim.core.vectors.alignment import Array
from mlanim.core.vectors.vectors import FLOAT, as_array
from mlanim.words.sentence import Sentence, sentence

START, CROSSED, SLID, BACK, TURNED, STEEPER, CLAMPED = range(7)
"""The landmarks of the course, by the places at which they lie on it."""

AWAY, ASIDE = 2.0, radians(40)  # how far from the origin x lies, and how far off the line of w
DEEPEST = AWAY * cos(ASIDE)  # how far x lies along w, and then against it
BEHIND = 0.9  # that the boundary slides past x
SAMPLES, OF_TURN = 41, 181  # moments of a leg
Z_FULL = 4.0  # where the colour of z is full
EDGES = torch.linspace(-Z_FULL, Z_FULL, 97, dtype=FLOAT)  # values of z, one colour between two
MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2
LINES = torch.arange(-4.0, 5.0, dtype=FLOAT)  # values of z whose lines are drawn
DISTANCES = torch.linspace(-3, 3, 121, dtype=FLOAT)  # from the boundary, seen in profile
BOUNDED = ("sigmoid", "tanh")  # their answers stay within ±1


@dataclass(frozen=True)
class Course:
    """A neuron and an input at T moments; `place` says where these lie on the course.

    w, x: (T, 2). b, z, distance, answer: (T,). foot: (T, 2), the boundary's point nearest to x;
    root: (T, 2), that nearest to the origin. profile: (T, N), the answers at DISTANCES. at_lines:
    (T, L), those where z is one of LINES. shades: (T, K), from -1 to 1, those between two EDGES.
    """

    place: Array
    w: Array
    b: Array
    x: Array
    z: Array
    distance: Array
    foot: Array
    root: Array
    answer: Array
    profile: Array
    at_lines: Array
    shades: Array


def course(w: Tensor, b: float, activation: str) -> Course:
    """x crosses (1), b slides (2), returns (3), w turns once (4), both double (5), f acts (6)."""
    length, f = float(w.norm()), ACTIVATIONS[activation]
    along = w / length
    across = torch.stack([-along[1], along[0]])
    place, turn, bias, depth, factor, acting = _legs(b, length * (DEEPEST + BEHIND)).unbind(-1)
    ws = factor[:, None] * length * (turn.cos()[:, None] * along + turn.sin()[:, None] * across)
    bs, xs = factor * bias, AWAY * sin(ASIDE) * across + depth[:, None] * along
    z, norm = (ws * xs).sum(-1) + bs, ws.norm(dim=-1)
    normal = ws / norm[:, None]

    def answered(values: Tensor) -> Tensor:
        return torch.lerp(values, f(values), acting[:, None])

    full = 1.0 if activation in BOUNDED else Z_FULL
    shades = torch.lerp(MIDDLES / Z_FULL, f(MIDDLES) / full, acting[:, None]).clamp(-1, 1)
    found = (
        place, ws, bs, xs, z, z / norm, xs - (z / norm)[:, None] * normal,
        -(bs / norm)[:, None] * normal, answered(z[:, None])[:, 0],
        answered(norm[:, None] * DISTANCES), answered(LINES.expand(len(z), -1)), shades,
    )  # fmt: skip
    return Course(*map(as_array, found))


def _legs(b: float, slid: float) -> Tensor:
    """Place, turn, bias, how far x lies along w, factor of w and b, share of f; (T, 6)."""
    stops = torch.tensor([
        (START, 0, b, DEEPEST, 1, 0), (CROSSED, 0, b, -DEEPEST, 1, 0),
        (SLID, 0, slid, -DEEPEST, 1, 0), (BACK, 0, b, -DEEPEST, 1, 0),
        (TURNED, 2 * pi, b, -DEEPEST, 1, 0), (STEEPER, 2 * pi, b, -DEEPEST, 2, 0),
        (CLAMPED, 2 * pi, b, -DEEPEST, 2, 1),
    ], dtype=FLOAT)  # fmt: skip
    legs = [stops[:1]]
    for start, end in pairwise(stops):
        samples = OF_TURN if end[0] == TURNED else SAMPLES
        shares = torch.linspace(0, 1, samples, dtype=FLOAT)[1:, None]
        legs.append(torch.lerp(start, end, shares))
    return torch.cat(legs)


def says_of_course(way: Course, radius: float) -> dict[str, Sentence]:
    """What holds at the landmarks; radius: how far from the origin the turning boundary passes."""
    at = [int(np.abs(way.place - k).argmin()) for k in range(7)]
    z, d, b = way.z[at], way.distance[at], way.b[at]
    return {
        "side": sentence(
            "[x](input) lies on the side that [w](weight) points to, [{d:2}](highlight) from the "
            "boundary: $z$ is positive", d=d[START],
        ),
        "crossed": sentence(
            "The sign of $z$ says which side, $z$ over the length of [w](weight) how far: "
            "[{d:2}](highlight)", d=abs(d[CROSSED]),
        ),
        "slid": sentence(
            "The bias is {b:2} now: the boundary slid by {by:2}, and [x](input) is on the other "
            "side", b=b[SLID], by=d[SLID] - d[CROSSED],
        ),
        "turned": sentence(
            "[w](weight) turned the boundary, which always passes {r:g} from the origin, at "
            "$abs(b)$ over the length of [w](weight)", r=radius,
        ) if radius else sentence(
            "[w](weight) turned the boundary, which always passes through the origin, as $b$ is 0"
        ),
        "steeper": sentence(
            "Twice [w](weight) and $b$: the boundary stays, $z$ of [x](input) goes from {a:2} to "
            "{z:2}, the distance stays [{d:2}](highlight)",
            a=z[TURNED], z=z[STEEPER], d=abs(d[STEEPER]),
        ),
    }  # fmt: skip
