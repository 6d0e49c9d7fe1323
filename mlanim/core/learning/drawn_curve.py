"""How far a function's curve can be drawn: where straight lines between samples follow it.

A pole, a gap or a swing between two samples would be drawn as if the curve went straight there.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mlanim.core.learning.expression import Expression

LEFT, RIGHT = 4, 2  # what is drawn beside x
NUDGE = 1 - 1e-9  # how far beyond x the nudges go, but for rounding
SAMPLES = 40  # over a length of 1, where that is fine enough
FINER = (1, 2, 4, 8)  # times as many
BETWEEN = torch.arange(1, 65, dtype=torch.float64) * 0.5 * (5**0.5 - 1) % 1  # in no rhythm
OFF = 0.01  # of the drawn height: what the curve may be off the lines between samples
TURNS = 60  # of the curve, up or down, that can be told apart beside each other
TOLD = 1e-6  # of the values: when all differ by less, those on an axis read alike


def drawn_curve(f: Expression, x: Tensor, most: float) -> tuple[Tensor, int]:
    """Samples (N,) around x that lines between them follow f through, and how much finer than usual
    they are.

    They go as far as f rises and falls by no more than `most`, and is in one piece.

    Raises:
        ValueError: where nudges of 1 go further, or no values on an axis would tell it.
    """
    for finer in FINER:
        steps = torch.linspace(-LEFT, RIGHT, SAMPLES * finer * (LEFT + RIGHT) + 1, dtype=x.dtype)
        xs = torch.unique(torch.cat([x + steps, x[None]]))
        lost = xs[~((f(xs) - f(x)).abs() <= most)]
        xs = xs[(xs > _last(lost[lost < x])) & (xs < _first(lost[lost > x]))]
        height = float(f(xs).max() - f(xs).min())
        off = ~follows(f, xs, OFF * height)
        if not off.any():
            break
    starts, ends = xs[:-1][off], xs[1:][off]
    xs = xs[(xs >= _last(ends[ends <= x])) & (xs <= _first(starts[starts >= x]))]
    turns = int((f(xs).diff().sign().diff() != 0).sum())
    if xs[-1] < x + NUDGE or turns > TURNS:
        raise ValueError(
            f"{f.shown} cannot be drawn from x = {float(x):g} to {float(x) + 1:g}, where nudges "
            "go: it has a gap there, or bends too fast or often to be seen; give another x or "
            "function."
        )
    if 0 < height < TOLD * float(f(xs).abs().max()):
        raise ValueError(
            f"What {f.shown} rises by near x = {float(x):g}, {height:.3g}, cannot be told beside "
            f"its value, {float(f(x)):.3g}; give another x or function."
        )
    return xs, finer


def follows(f: Expression, xs: Tensor, most: float) -> Tensor:
    """Whether each line (N - 1,) between samples xs (N,) is off f by `most` at most."""
    places = torch.lerp(xs[:-1, None], xs[1:, None], BETWEEN)
    lines = torch.lerp(f(xs)[:-1, None], f(xs)[1:, None], BETWEEN)
    return ((f(places) - lines).abs() <= most).all(dim=1)


def _last(places: Tensor) -> float:
    return max(places.tolist(), default=-torch.inf)


def _first(places: Tensor) -> float:
    return min(places.tolist(), default=torch.inf)
