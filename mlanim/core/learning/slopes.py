"""Slopes of a function of one variable: by autograd, by nudges, and what rounding does to these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]

LEAST_ERROR = 1e-17  # what an error of 0 is drawn as, on a logarithmic axis
TYPICAL = 41  # ways that an error is averaged over, since single ones can be right by chance
ARITHMETICS = {"float64": torch.float64, "float32": torch.float32}
WIDE, NARROW = 1e-4, 1e-6  # how far slopes on one side are measured
ALIKE = 1e-3  # how much two slopes that count as one may differ, beside their size
ROUNDING = 16 * torch.finfo(torch.float64).eps  # beside the size of what is subtracted


@dataclass(frozen=True)
class Error:
    """The error of a secant's slope in one arithmetic, for each of W nudges.

    It is relative to the slope, or absolute where that is 0.
    """

    errors: np.ndarray  # (W,)
    best: float  # the nudge with the least error
    root: float  # of the arithmetic's precision
    drowns: bool  # whether some smaller nudges are far worse than the best


def secant(f: Function, x: Tensor, h: Tensor) -> Tensor:
    """(f(x + h) − f(x)) / h, in the arithmetic of its arguments."""
    return (f(x + h) - f(x)) / h


def slopes_at(f: Function, x: Tensor) -> Tensor:
    """f′(x) by autograd, for each x (N,)."""
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(f(x).sum(), x)
    return slope.detach()


def slope_at(f: Function, x: Tensor, shown: str) -> float:
    """f′(x) by autograd, where f has a slope.

    Raises:
        ValueError: where it is not a number, is hidden by rounding, or differs from side to side;
            `shown` names f.
    """
    slope = float(slopes_at(f, x[None])) + 0.0  # -0 is 0
    left, right = _sides(f, x, NARROW)
    if not np.isfinite([slope, left, right, float(f(x))]).all():
        raise ValueError(f"{shown} has no finite slope at x = {float(x):g}; give another x.")
    if slope and ROUNDING * abs(float(f(x))) > ALIKE * abs(slope):
        raise ValueError(
            f"At x = {float(x):g} the slope of {shown}, {slope:.3g}, is lost in rounding beside "
            f"its value, {float(f(x)):.3g}; give another x or function."
        )
    if not _agree(f, x, slope, left, right):
        raise ValueError(
            f"{shown} has no slope at x = {float(x):g} that can be shown: it is {left:.3g} to the "
            f"left and {right:.3g} to the right, autograd says {slope:.3g}; give another x."
        )
    return slope


def _sides(f: Function, x: Tensor, size: float) -> tuple[float, float]:
    """The secants' slopes to the left and to the right of x."""
    left, right = (float(secant(f, x, torch.tensor(h, dtype=x.dtype))) for h in (-size, size))
    return left + 0.0, right + 0.0


def _agree(f: Function, x: Tensor, slope: float, left: float, right: float) -> bool:
    """Whether the slopes of both sides meet, as they do but at a kink, and meet in autograd's.

    At a kink they stay as far apart with a nudge a hundred times smaller. Slopes that differ by no
    more than rounding count as one; how large they are is measured, as functions may be small.
    """
    wide = _sides(f, x, WIDE)
    size = max(abs(one) for one in (slope, left, right, *wide) if np.isfinite(one))
    blur = ALIKE * size + ROUNDING * abs(float(f(x))) / NARROW
    is_kink = abs(right - left) > 0.5 * abs(wide[1] - wide[0]) + blur
    return not is_kink and abs((left + right) / 2 - slope) <= blur


def jumps(f: Function, start: Tensor, end: Tensor) -> bool:
    """Whether f has a gap between two places: its slopes do not add up to its rise."""
    xs = torch.linspace(float(start), float(end), 4001, dtype=torch.float64)
    slopes, rise = slopes_at(f, xs), f(end) - f(start)
    return not bool((torch.trapezoid(slopes, xs) - rise).abs() <= 0.01 * slopes.abs().mean() + 1e-9)


def error_of(f: Function, x: Tensor, ways: Tensor, slope: float, kind: torch.dtype) -> Error:
    """The errors of secants over the nudges `ways` (W,), in an arithmetic.

    Raises:
        ValueError: where the function is not finite in it.
    """
    rounded = secant(f, x.to(kind), ways.to(kind)).double()
    if not rounded.isfinite().all():
        raise ValueError(
            f"In {kind} the function has no finite value near x = {float(x):g}; give another x."
        )
    errors = np.maximum(((rounded - slope).abs() / (abs(slope) or 1.0)).numpy(), LEAST_ERROR)
    typical = np.convolve(np.log(errors), np.ones(TYPICAL) / TYPICAL, mode="valid")
    best = int(typical.argmin())
    drowns = bool(typical[best:].max() > typical[best] + np.log(10))
    root = float(torch.finfo(kind).eps ** 0.5)
    return Error(errors, float(ways[best + TYPICAL // 2]), root, drowns)


def power_of(value: float) -> str:
    """The nearest power of ten, as text."""
    return f"1e{round(np.log10(value)):d}".replace("-", "\N{MINUS SIGN}")
