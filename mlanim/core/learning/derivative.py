"""The slope of x² at a point: by autograd, by ever smaller nudges, and what rounding does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.words.sentence import Sentence, sentence

SPAN = (-1 / 3, 5 / 3)  # what the curve is drawn over, in units of x
ROUNDED = {"float64": torch.float64, "float32": torch.float32}


@dataclass(frozen=True)
class Error:
    """The relative error of a secant's slope in one arithmetic, for each of `Derivative.ways`."""

    errors: np.ndarray  # (W,)
    best: float  # the nudge with the least error
    lost: float  # the largest nudge from which on x + h is x


@dataclass(frozen=True)
class Derivative:
    """All that the scene shows."""

    x: float
    slope: float  # by autograd
    xs: np.ndarray  # (N,)
    ys: np.ndarray  # (N,)
    slopes: np.ndarray  # (N,) at xs
    nudges: np.ndarray  # (S,) from 1 down
    ends: np.ndarray  # (S,) (x + h)²
    secants: np.ndarray  # (S,)
    table: np.ndarray  # (R, 2) nudge and slope at 1, 0.1, …
    ways: np.ndarray  # (W,) nudges down to 1e-16
    rounded: dict[str, Error]
    says_slope: Sentence
    says_gap: Sentence
    says_error: Sentence


def square(x: Tensor) -> Tensor:
    """x²."""
    return x**2


def secant(x: Tensor, h: Tensor) -> Tensor:
    """(f(x + h) − f(x)) / h, in the arithmetic of its arguments."""
    return (square(x + h) - square(x)) / h


def slopes_at(x: Tensor) -> Tensor:
    """f′(x) by autograd, for each x (N,)."""
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(square(x).sum(), x)
    return slope


def derivative_lesson(at: float, rows: int) -> Derivative:
    """The slope of x² at `at`, over 0, and a table of `rows` nudges."""
    x = torch.tensor(at, dtype=torch.float64)
    slope = float(slopes_at(x[None]))
    xs = torch.linspace(*SPAN, 201, dtype=torch.float64) * x
    nudges = torch.logspace(0, 1 - rows, 50 * (rows - 1) + 1, dtype=torch.float64)
    secants = secant(x, nudges)
    ways = torch.logspace(0, -16, 641, dtype=torch.float64)
    rounded = {name: _error(x, ways, slope, kind) for name, kind in ROUNDED.items()}
    table = torch.stack([nudges, secants], dim=1)[::50]
    gap = float(table[-1, 1]) - slope
    return Derivative(
        x=at, slope=slope, xs=xs.numpy(), ys=square(xs).numpy(), slopes=slopes_at(xs).numpy(),
        nudges=nudges.numpy(), ends=square(x + nudges).numpy(), secants=secants.numpy(),
        table=table.numpy(), ways=ways.numpy(), rounded=rounded,
        says_slope=sentence(
            "At $x$ = {x:g} autograd says [{slope:g}](gradient)", x=at, slope=slope
        ),
        says_gap=sentence(
            "What is left of the gap, [{gap:g}](highlight), is the nudge itself", gap=gap
        ),
        says_error=sentence(
            "Too small a nudge drowns in rounding: [float64](input) is best near {a}, "
            "[float32](weight) near {b}", a=power_of(rounded["float64"].best),
            b=power_of(rounded["float32"].best),
        ),
    )  # fmt: skip


def _error(x: Tensor, ways: Tensor, slope: float, kind: torch.dtype) -> Error:
    rounded = secant(x.to(kind), ways.to(kind)).double()
    errors = ((rounded - slope).abs() / abs(slope)).numpy()
    gone = np.flatnonzero((x.to(kind) + ways.to(kind) == x.to(kind)).numpy())
    typical = np.convolve(np.log(np.maximum(errors, 1e-17)), np.ones(41) / 41, mode="same")
    lost = float(ways[gone[0]]) if len(gone) else 0.0
    return Error(np.maximum(errors, 1e-17), float(ways[int(typical[20:-20].argmin()) + 20]), lost)


def power_of(value: float) -> str:
    """The nearest power of ten, as text."""
    return f"1e{round(np.log10(value)):d}".replace("-", "\N{MINUS SIGN}")
