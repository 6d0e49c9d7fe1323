"""A neuron of two inputs as a half-space detector; on its course one thing at a time moves.

z = w · x + b. Where z is 0 lies the boundary, a line at right angles to w and b / |w| behind the
origin. The signed distance of an input from it is z / |w|; the answer f(z) depends on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np
import torch
from torch import Tensor

from mlanim.core.models.activations import ACTIVATIONS
from mlanim.core.vectors.alignment import Array
from mlanim.core.vectors.vectors import FLOAT, as_array

START, CROSSED, SLID, BACK, TURNED, STEEPER, CLAMPED = range(7)
"""The landmarks of the course, by the places at which they lie on it."""

AWAY, ASIDE = 2.0, radians(40)  # how far from the origin x lies, and how far off the line of w
DEEPEST = AWAY * cos(ASIDE)  # how far x lies along w, and then against it
BEHIND = 0.9  # that the boundary slides past x
SAMPLES, OF_TURN = 41, 181  # moments of a leg
Z_FULL = 4.0  # where the colour of z is full
SHOWN = 3.0  # distances from the boundary that are seen in profile

BOUNDED = ("sigmoid", "tanh")  # their answers stay within ±1


@dataclass(frozen=True)
class Course:
    """A neuron and an input at T moments; `place` says where these lie on the course.

    w, x: (T, 2). b, z, distance, answer: (T,). foot: (T, 2), the boundary's point nearest to x;
    root: (T, 2), that nearest to the origin. profile: (T, N), the answers at `Neuron.distances`.
    at_lines: (T, L), those where z is one of `Neuron.lines`. shades: (T, K), from -1 to 1, those
    between two of `Neuron.edges`.
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


def course(
    w: Tensor, b: float, activation: str, distances: Tensor, lines: Tensor, middles: Tensor
) -> Course:
    """x crosses (1), b slides (2) and returns (3), w turns once (4), both double (5), f acts (6).

    Args:
        distances: (N,) from the boundary; lines: (L,) and middles: (K,) values of z.
    """
    length, slid = float(w.norm()), float(w.norm()) * (DEEPEST + BEHIND)
    along = w / length
    across = torch.stack([-along[1], along[0]])
    aside = AWAY * sin(ASIDE) * across
    place, series = [np.zeros(1)], [torch.tensor([[0.0, b, DEEPEST, 1.0, 0.0]], dtype=FLOAT)]
    ends = [  # turn, bias, how far x lies along w, the factor of w and b, how much f acts
        (0, b, -DEEPEST, 1, 0), (0, slid, -DEEPEST, 1, 0), (0, b, -DEEPEST, 1, 0),
        (2 * pi, b, -DEEPEST, 1, 0), (2 * pi, b, -DEEPEST, 2, 0), (2 * pi, b, -DEEPEST, 2, 1),
    ]  # fmt: skip
    for landmark, end in enumerate(ends, start=CROSSED):
        share = torch.linspace(0, 1, OF_TURN if landmark == TURNED else SAMPLES, dtype=FLOAT)[1:]
        place.append(landmark - 1 + share.numpy())
        series.append(torch.lerp(series[-1][-1], torch.tensor(end, dtype=FLOAT), share[:, None]))
    turn, bias, depth, factor, acting = torch.cat(series).unbind(-1)
    turned = torch.cos(turn)[:, None] * w + torch.sin(turn)[:, None] * length * across
    ws, bs, xs = factor[:, None] * turned, factor * bias, aside + depth[:, None] * along
    z, norm = (ws * xs).sum(-1) + bs, ws.norm(dim=-1)
    normal, f = ws / norm[:, None], ACTIVATIONS[activation]

    def answered(values: Tensor) -> Tensor:
        return torch.lerp(values, f(values), acting.reshape(-1, *[1] * (values.ndim - 1)))

    full = 1.0 if activation in BOUNDED else Z_FULL
    shades = torch.lerp(middles / Z_FULL, f(middles) / full, acting[:, None])
    return Course(
        np.concatenate(place), as_array(ws), as_array(bs), as_array(xs), as_array(z),
        as_array(z / norm), as_array(xs - (z / norm)[:, None] * normal),
        as_array(-(bs / norm)[:, None] * normal), as_array(answered(z)),
        as_array(answered(norm[:, None] * distances)),
        as_array(answered(lines.expand(len(z), -1))), as_array(shades.clamp(-1, 1)),
    )  # fmt: skip
