"""What the scene on derivatives shows: a slope, by autograd and by ever smaller nudges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.expression import Expression, parse
from mlanim.core.learning.nudges import rest_of, says_of_gap, says_of_parts
from mlanim.core.learning.slopes import (
    ARITHMETICS,
    ROUNDING,
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
AIR = 0.12  # of what a curve spans, over and under it
STEEP = 6.0  # how many times as far as over a nudge of 1 the curve is drawn up and down
LARGEST = 1e6  # a value, or a slope, that there is still room to show
PLAIN = (1e-3, 1e5)  # slopes between these are shown with decimals, others with a power of ten
DRAWN = (1e-12, 10.0)  # errors that a chart shows at least


@dataclass(frozen=True)
class Derivative:
    """All that the scene shows."""

    shown: str  # the function, for readers
    x: float
    y: float
    slope: float  # by autograd
    format: str  # of slopes, as in a sentence's places
    xs: np.ndarray  # (N,)
    ys: np.ndarray  # (N,)
    y_ends: tuple[float, float]  # what the curve's axis spans
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
    error_ends: tuple[float, float]  # the least and the largest error that are drawn
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
    most = max(float(values.abs().max()) for values in (f(xs), slopes_at(f, xs), ends, secants))
    if most > LARGEST:
        raise ValueError(
            f"Near x = {at:g} {f.shown} or its slope reaches {most:.2g}; "
            f"{LARGEST:,.0f} is the most that is shown: give another x or function."
        )
    rest = rest_of(f, x, slope, nudges)
    ways = torch.logspace(0, -16, 641, dtype=torch.float64)
    rounded = {name: error_of(f, x, ways, slope, kind) for name, kind in ARITHMETICS.items()}
    worst = [float(error.errors.max()) for error in rounded.values()]
    table = torch.stack([nudges, secants], dim=1)[::50]
    sides = torch.linspace(0, max(at, 0.0) + 1, 101, dtype=torch.float64)  # of squares drawn
    square = at > 0 and torch.allclose(f(sides), sides.square(), rtol=1e-12, atol=0)
    return Derivative(
        shown=f.shown, x=at, y=float(f(x)), slope=slope,
        format="4" if slope == 0 or PLAIN[0] <= abs(slope) < PLAIN[1] else "g",
        xs=xs.numpy(), ys=f(xs).numpy(), y_ends=_with_air(f(xs)),
        slopes=slopes_at(f, xs).numpy(), nudges=nudges.numpy(), ends=ends.numpy(),
        secants=secants.numpy(), table=table.numpy(), linear=(slope * nudges).abs().numpy(),
        rest=rest.abs().numpy(), is_square=square, ways=ways.numpy(), rounded=rounded,
        error_ends=(min(DRAWN[0], min(worst) / 10), max(DRAWN[1], 10 * max(worst))),
        says_slope=sentence(
            "At $x$ = {x} autograd says [{slope}](gradient)", x=significant(at, 6),
            slope=significant(slope, 4),
        ),
        says_gap=says_of_gap(table[:, 0].numpy(), rest[::50].numpy()),
        says_square=sentence(
            "A tenth of the nudge: a tenth of the [strips](gradient), a hundredth of the "
            "[corner](weight), so the slope is $2 x$ = {slope}", slope=significant(2 * at, 4),
        ),
        says_parts=says_of_parts(f, x, slope),
        says_error=says_of_error(rounded),
    )  # fmt: skip


def _with_air(ys: Tensor) -> tuple[float, float]:
    """The ends of values (N,) with room beyond them; of level ones as much as they are high."""
    low, high, size = float(ys.min()), float(ys.max()), float(ys.abs().max())
    air = AIR * (high - low) if high - low > ROUNDING * size else size or 1.0
    return low - air, high + air


def _window(f: Expression, x: Tensor) -> Tensor:
    """Where the curve is drawn (N,): around x, as far as it is finite and not too steep."""
    size = max(abs(float(x)), LEAST / RIGHT + 1)
    steps = torch.linspace(-LEFT * size, RIGHT * size, 241, dtype=torch.float64)
    xs = torch.unique(torch.cat([x + steps, x[None]]))
    near = f(torch.linspace(float(x) - LEAST, float(x) + 1, 21, dtype=torch.float64))
    rise = (near - f(x)).abs()
    most = STEEP * float(rise[rise.isfinite()].max().clamp(min=ROUNDING * abs(float(f(x)))))
    ys = f(xs)
    fits = (ys.isfinite() & ((ys - f(x)).abs() <= most)).numpy()
    at = int((xs == x).nonzero()[0])
    left = at - int(np.argmin(np.append(fits[at::-1], False)))
    right = at + int(np.argmin(np.append(fits[at:], False)))
    return xs[left + 1 : right]


def says_of_error(rounded: dict[str, Error]) -> Sentence:
    """Which nudge is best in each arithmetic, and what becomes of smaller ones."""
    drowning = [name for name, error in rounded.items() if error.drowns]
    if not drowning:
        return sentence("Here the error hardly grows below the best nudge")
    if len(drowning) < len(rounded):
        return sentence(
            "Too small a nudge drowns in rounding, here in {only} alone", only=drowning[0]
        )
    return sentence(
        "Too small a nudge drowns in rounding: [float64](input) is best near {a}, "
        "[float32](weight) near {b}", a=power_of(rounded["float64"].best),
        b=power_of(rounded["float32"].best),
    )  # fmt: skip
