"""What the scene on derivatives shows: a slope, by autograd and by ever smaller nudges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.expression import Expression, parse
from mlanim.core.learning.slopes import (
    ARITHMETICS,
    Error,
    error_of,
    jumps,
    power_of,
    secant,
    slope_at,
    slopes_at,
)
from mlanim.words.numbers import significant
from mlanim.words.sentence import Sentence, sentence

LEFT, RIGHT, LEAST = 4 / 3, 2 / 3, 0.6  # what is drawn beside x, in units of x, and at least
STEEP = 6.0  # how many times as far as over a nudge of 1 the curve is drawn up and down
EXACT = 1e-9  # a gap below this, beside the slope, is rounding
NUDGE = 0.1  # at which the parts of a rise are told


@dataclass(frozen=True)
class Derivative:
    """All that the scene shows."""

    shown: str  # the function, for readers
    x: float
    y: float
    slope: float  # by autograd
    xs: np.ndarray  # (N,)
    ys: np.ndarray  # (N,)
    slopes: np.ndarray  # (N,) at xs
    nudges: np.ndarray  # (S,) from 1 down
    ends: np.ndarray  # (S,) f(x + h)
    secants: np.ndarray  # (S,)
    table: np.ndarray  # (R, 2) nudge and slope at 1, 0.1, …
    linear: np.ndarray  # (S,) the size of what the slope gives of the rise, slope · h
    rest: np.ndarray  # (S,) the size of what is left
    is_square: bool  # whether f(x) is the area of a square of side x
    ways: np.ndarray  # (W,) nudges down to 1e-16
    rounded: dict[str, Error]
    says_slope: Sentence
    says_gap: Sentence
    says_square: Sentence  # of a square of side x alone
    says_parts: Sentence
    says_error: Sentence


def derivative_lesson(text: str, at: float, rows: int) -> Derivative:
    """The slope of a function of x at `at`, and a table of `rows` nudges.

    Raises:
        ValueError: for a text that is no such function, and where it has no finite slope.
    """
    f, x = parse(text), torch.tensor(at, dtype=torch.float64)
    slope = slope_at(f, x, f.shown)
    nudges = torch.logspace(0, 1 - rows, 50 * (rows - 1) + 1, dtype=torch.float64)
    ends, secants = f(x + nudges), secant(f, x, nudges)
    if not ends.isfinite().all() or jumps(f, x, x + 1):
        raise ValueError(
            f"{f.shown} has a gap from x = {at:g} to {at + 1:g}, where nudges go; give another x."
        )
    xs = _window(f, x)
    rest = ends - f(x) - slope * nudges
    ways = torch.logspace(0, -16, 641, dtype=torch.float64)
    rounded = {name: error_of(f, x, ways, slope, kind) for name, kind in ARITHMETICS.items()}
    table = torch.stack([nudges, secants], dim=1)[::50]
    square = at > 0 and bool(torch.allclose(f(ways), ways.square(), rtol=1e-12, atol=0))
    return Derivative(
        shown=f.shown, x=at, y=float(f(x)), slope=slope, xs=xs.numpy(), ys=f(xs).numpy(),
        slopes=slopes_at(f, xs).numpy(), nudges=nudges.numpy(), ends=ends.numpy(),
        secants=secants.numpy(), table=table.numpy(), linear=(slope * nudges).abs().numpy(),
        rest=rest.abs().numpy(), is_square=square, ways=ways.numpy(), rounded=rounded,
        says_slope=sentence(
            "At $x$ = {x} autograd says [{slope}](gradient)", x=significant(at, 6),
            slope=significant(slope, 4),
        ),
        says_gap=says_of_gap(table, slope),
        says_square=sentence(
            "A tenth of the nudge: a tenth of the [strips](gradient), a hundredth of the "
            "[corner](weight), so the slope is $2 x$ = {slope}", slope=significant(2 * at, 4),
        ),
        says_parts=says_of_parts(f, x, slope),
        says_error=says_of_error(rounded),
    )  # fmt: skip


def _window(f: Expression, x: Tensor) -> Tensor:
    """Where the curve is drawn (N,): around x, as far as it is finite and not too steep."""
    size = max(abs(float(x)), LEAST / RIGHT + 1)
    steps = torch.linspace(-LEFT * size, RIGHT * size, 241, dtype=torch.float64)
    xs = torch.unique(torch.cat([x + steps, x[None]]))
    near = f(torch.linspace(float(x) - LEAST, float(x) + 1, 21, dtype=torch.float64))
    rise = (near - f(x)).abs()
    most = STEEP * float(rise[rise.isfinite()].max().clamp(min=1e-6))
    ys = f(xs)
    fits = (ys.isfinite() & ((ys - f(x)).abs() <= most)).numpy()
    at = int((xs == x).nonzero()[0])
    left = at - int(np.argmin(np.append(fits[at::-1], False)))
    right = at + int(np.argmin(np.append(fits[at:], False)))
    return xs[left + 1 : right]


def says_of_gap(table: Tensor, slope: float) -> Sentence:
    """How far the last secant of the table (R, 2) is from the slope."""
    nudge, gaps = float(table[-1, 0]), (table[:, 1] - slope).numpy()
    worth = np.abs(gaps) > EXACT * max(1.0, abs(slope))
    if not worth.any():
        return sentence("There is no gap: on a straight line every secant has the slope")
    last = int(np.flatnonzero(worth)[-1])
    gap = significant(float(gaps[last]), 3)
    if abs(gaps[last] / nudge - 1) < 1e-6:
        return sentence(
            "What is left of the gap, [{gap}](highlight), is the nudge itself",
            gap=significant(nudge, 1),
        )  # fmt: skip
    if last == 0:
        return sentence("After the first nudge the gap, [{gap}](highlight), is gone", gap=gap)
    return sentence(
        "The last nudge, a tenth of the one before, leaves a gap of [{gap}](highlight): {times:1} "
        "times smaller", gap=gap, times=float(gaps[last - 1] / gaps[last]),
    )  # fmt: skip


def says_of_parts(f: Expression, x: Tensor, slope: float) -> Sentence:
    """What a nudge adds, and how fast its parts shrink."""
    nudge = torch.tensor([NUDGE, NUDGE / 10], dtype=torch.float64)
    rest = (f(x + nudge) - f(x) - slope * nudge).numpy()
    if np.abs(rest).max() < EXACT * max(1.0, abs(slope)):
        return sentence("The rise is the slope times the nudge: nothing else is left")
    return sentence(
        "The slope times a nudge of {nudge:g} is [{linear}](gradient); what else there is, "
        "[{rest}](weight), is {times:0} times less for a tenth of it", nudge=NUDGE,
        linear=significant(slope * NUDGE, 3), rest=significant(float(rest[0]), 3),
        times=abs(float(rest[0] / rest[1])),
    )  # fmt: skip


def says_of_error(rounded: dict[str, Error]) -> Sentence:
    """Which nudge is best in each arithmetic, and what becomes of smaller ones."""
    if not all(error.drowns for error in rounded.values()):
        return sentence("Here rounding does no harm: even the smallest nudge gives the slope")
    return sentence(
        "Too small a nudge drowns in rounding: [float64](input) is best near {a}, "
        "[float32](weight) near {b}", a=power_of(rounded["float64"].best),
        b=power_of(rounded["float32"].best),
    )  # fmt: skip
