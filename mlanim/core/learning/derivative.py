"""What the scene on derivatives shows: a slope, by autograd and by ever smaller nudges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.drawn_curve import drawn_curve
from mlanim.core.learning.expression import Expression, parse
from mlanim.core.learning.slopes import BESIDE, ROUNDING, Error, error_of, jumps, secant, slope_at
from mlanim.core.models.activations import slopes
from mlanim.words.numbers import significant
from mlanim.words.sentence import Sentence, sentence

STEEP = 6.0  # how many times as far as over a nudge of 1 the curve is drawn up and down
PLAIN = (1e-3, 1e5)  # slopes between these are shown with decimals, others with a power of ten
SEEN = 0.1  # the side of the smallest square that is drawn
HIDDEN = "only rounding"
ROLES = {"float64": "input", "float32": "weight"}


@dataclass(frozen=True)
class Derivative:
    """All that the scene shows."""

    shown: str  # the function, for readers
    x: float
    y: float
    slope: float  # by autograd
    format: str  # of slopes, as in a sentence's places
    x_format: str
    xs: np.ndarray  # (N,)
    ys: np.ndarray  # (N,)
    slopes: np.ndarray  # (N,) at xs
    nudges: np.ndarray  # (S,) from 1 down
    ends: np.ndarray  # (S,) f(x + h)
    secants: np.ndarray  # (S,)
    table: np.ndarray  # (R, 2) nudge and slope at 1, 0.1, …
    is_square: bool  # whether f(x) is the area of a square of side x
    ways: np.ndarray  # (W,) nudges down to 1e-16
    rounded: dict[str, Error]  # by arithmetic
    says_slope: Sentence
    says_gap: Sentence
    says_square: Sentence  # of a square of side x alone
    says_error: Sentence


def derivative_lesson(text: str, at: float, rows: int) -> Derivative:
    """The slope of a function of x at `at`, and a table of `rows` nudges.

    Raises:
        ValueError: for a text that is no such function, and where no slope or curve can be shown.
    """
    f, x = parse(text), torch.tensor(at, dtype=torch.float64)
    slope = slope_at(f, x, f.shown)
    if jumps(f, x - BESIDE, x + 1):
        raise ValueError(
            f"{f.shown} has a gap from x = {at:g} to {at + 1:g}, where nudges go; give another x."
        )
    reached = f(x + torch.linspace(0, 1, 1001, dtype=x.dtype))
    rise = max(abs(slope), float((reached - f(x)).abs().max()), ROUNDING * abs(float(f(x))))
    xs, finer = drawn_curve(f, x, STEEP * rise)
    nudges = torch.logspace(0, 1 - rows, 50 * finer * (rows - 1) + 1, dtype=x.dtype)
    ends, secants = f(x + nudges), secant(f, x, nudges)
    table = torch.stack([nudges, secants], dim=1)[:: 50 * finer]
    ways = torch.logspace(0, -16, 641, dtype=x.dtype)
    rounded = {name: error_of(f, x, ways, slope, getattr(torch, name)) for name in ROLES}
    sides = torch.linspace(0, max(at, 0.0) + 1, 101, dtype=x.dtype)  # of squares drawn
    return Derivative(
        shown=f.shown, x=at, y=float(f(x)), slope=slope,
        format=format_of([slope, *table[:, 1].tolist()]), rounded=rounded,
        x_format="2" if abs(round(at, 2) - at) <= abs(at) / 200 else "g",
        xs=xs.numpy(), ys=f(xs).numpy(), slopes=slopes(f, xs).numpy(), nudges=nudges.numpy(),
        ends=ends.numpy(), secants=secants.numpy(), table=table.numpy(), ways=ways.numpy(),
        is_square=at >= SEEN and torch.allclose(f(sides), sides.square(), rtol=1e-12, atol=0),
        says_slope=sentence(
            "At $x$ = {x} autograd says [{slope}](gradient)", x=significant(at, 6),
            slope=significant(slope, 4),
        ),
        says_gap=says_gap([gap_of(f, x, slope, h) for h in table[:, 0].tolist()], nudges[-1]),
        says_square=sentence(
            "A tenth of the nudge: a tenth of the [strips](gradient), a hundredth of the "
            "[corner](weight), so the slope is $2 x$ = {slope}", slope=significant(2 * at, 4),
        ),
        says_error=says_error(rounded),
    )  # fmt: skip


def format_of(shown: list[float]) -> str:
    """How slopes are shown: with decimals where those tell all of them."""
    return "4" if all(PLAIN[0] <= abs(slope) < PLAIN[1] for slope in shown if slope) else "g"


def gap_of(f: Expression, x: Tensor, slope: float, nudge: float) -> str:
    """How far the secant of a nudge is from the slope, where rounding does not hide it."""
    start, end = float(f(x)), float(f(x + nudge))
    rest = end - start - slope * nudge
    size = max(abs(start), abs(end), abs(slope) * (abs(float(x)) + nudge))
    return significant(rest / nudge) if abs(rest) > ROUNDING * size else HIDDEN


def says_gap(gaps: list[str], least: Tensor) -> Sentence:
    """How far the secants of the table's nudges, from 1 down to the least, are from the slope."""
    if set(gaps) == {HIDDEN}:
        return sentence("These secants have the slope already: the gap is only rounding")
    text = "The gap to the slope: {first} at a nudge of 1, {last} at one of {least:g}"
    return sentence(text, first=gaps[0], last=gaps[-1], least=least)


def says_error(rounded: dict[str, Error]) -> Sentence:
    """Which nudge is best in each arithmetic, where smaller ones are worse."""
    best = {name: error.best for name, error in rounded.items() if error.best}
    if not best:
        return sentence("Here the error hardly grows below the best nudge")
    told = ", ".join(f"[{name}]({ROLES[name]}) is best near {{{name}}}" for name in best)
    values = {name: significant(nudge, 1) for name, nudge in best.items()}
    return sentence(f"Too small a nudge drowns in rounding: {told}", **values)
