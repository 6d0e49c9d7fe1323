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
SIDES = 1e-4  # how far a slope on one side is measured
ALIKE = 1e-2  # how much the slopes on two sides may differ, beside their size


@dataclass(frozen=True)
class Error:
    """The error of a secant's slope in one arithmetic, for each of W nudges.

    It is relative to the slope, or absolute where that is 0.
    """

    errors: np.ndarray  # (W,)
    best: float  # the nudge with the least error
    lost: float  # the largest nudge from which on x + h is x
    drowns: bool  # whether the smallest nudges are far worse than the best


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
        ValueError: where it is not a number, or differs from side to side; `shown` names f.
    """
    sides = torch.tensor([-SIDES, SIDES], dtype=x.dtype)
    sides = torch.tensor([-SIDES, SIDES], dtype=x.dtype)
    slope = float(slopes_at(f, x[None])) + 0.0  # -0 is 0
    left, right = (float(secant(f, x, side)) + 0.0 for side in sides)
    if not np.isfinite([slope, left, right, float(f(x))]).all():
        raise ValueError(f"{shown} has no finite slope at x = {float(x):g}; give another x.")
    if max(abs(left - slope), abs(right - slope)) > ALIKE * max(1.0, abs(slope)):
        raise ValueError(
            f"{shown} has no slope at x = {float(x):g}: it is {left:.3g} to the left and "
            f"{right:.3g} to the right; give another x."
        )
    return slope


def jumps(f: Function, start: Tensor, end: Tensor) -> bool:
    """Whether f has a gap between two places: its slopes do not add up to its rise."""
    xs = torch.linspace(float(start), float(end), 4001, dtype=torch.float64)
    slopes, rise = slopes_at(f, xs), f(end) - f(start)
    return not bool((torch.trapezoid(slopes, xs) - rise).abs() <= 0.01 * slopes.abs().mean() + 1e-9)


def error_of(f: Function, x: Tensor, ways: Tensor, slope: float, kind: torch.dtype) -> Error:
    """The errors of secants over the nudges `ways` (W,), in an arithmetic."""
    rounded = secant(f, x.to(kind), ways.to(kind)).double()
    errors = ((rounded - slope).abs() / (abs(slope) or 1.0)).nan_to_num(posinf=1e9).numpy()
    errors = np.maximum(errors, LEAST_ERROR)
    gone = np.flatnonzero((x.to(kind) + ways.to(kind) == x.to(kind)).numpy())
    typical = np.convolve(np.log(errors), np.ones(TYPICAL) / TYPICAL, mode="valid")
    best = int(typical.argmin()) + TYPICAL // 2
    lost = float(ways[gone[0]]) if len(gone) else 0.0
    return Error(errors, float(ways[best]), lost, bool(typical[-1] > typical.min() + np.log(10)))


def power_of(value: float) -> str:
    """The nearest power of ten, as text."""
    return f"1e{round(np.log10(value)):d}".replace("-", "\N{MINUS SIGN}")
