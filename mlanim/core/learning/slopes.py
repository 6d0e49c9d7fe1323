"""Slopes of a function of one variable: by autograd, by nudges, and what rounding does to these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.models.activations import slopes

Function = Callable[[Tensor], Tensor]

BESIDE, NEARBY = 1e-12, 1e-4  # where slopes are compared with that at x, and how large they are
ALIKE = 1e-3  # of the slopes nearby: what differs by less counts as one slope
ROUNDING = 16 * torch.finfo(torch.float64).eps  # of what is subtracted
LEAST_ERROR = 1e-16  # a smaller one is drawn as that, on a logarithmic axis
TYPICAL = 41  # nudges that an error is averaged over, since single ones can be right by chance


@dataclass(frozen=True)
class Error:
    """The error of secants' slopes in one arithmetic: relative, or absolute for a slope of 0."""

    errors: np.ndarray  # (W,) for as many nudges
    best: float | None  # the nudge with the least one, if some smaller nudges are far worse


def secant(f: Function, x: Tensor, h: Tensor) -> Tensor:
    """(f(x + h) − f(x)) / h, in the arithmetic of its arguments."""
    return (f(x + h) - f(x)) / h


def slope_at(f: Function, x: Tensor, shown: str) -> float:
    """f′(x) by autograd, where f has a slope.

    Raises:
        ValueError: where it is not a number, is hidden by rounding, or jumps, as at a kink; `shown`
            names f.
    """
    at, value = f"at x = {float(x):g}", float(f(x))
    near = torch.tensor([-NEARBY, -BESIDE, 0, BESIDE, NEARBY], dtype=x.dtype)
    found = slopes(f, x + near) + 0.0  # -0 is 0
    left, slope, right = found[1:4].tolist()
    if not np.isfinite([value, left, slope, right]).all():
        raise ValueError(f"{shown} has no finite slope {at}; give another x.")
    if slope and ROUNDING * abs(value) > ALIKE * abs(slope):
        raise ValueError(
            f"The slope of {shown} {at}, {slope:.3g}, is lost in rounding beside its value, "
            f"{value:.3g}; give another x or function."
        )
    size = float(found.nan_to_num(0, 0, 0).abs().max())
    if max(abs(left - slope), abs(right - slope)) > ALIKE * size:
        raise ValueError(
            f"{shown} has no slope {at} that can be shown: it is {left:.3g} to the left and "
            f"{right:.3g} to the right, autograd says {slope:.3g}; give another x."
        )
    return slope


def jumps(f: Function, start: Tensor, end: Tensor) -> bool:
    """Whether f has a gap between two places: its slopes do not add up to its rise."""
    xs = torch.linspace(float(start), float(end), 4001, dtype=torch.float64)
    ys, rates = f(xs), slopes(f, xs)
    off = (torch.trapezoid(rates, xs) - (ys[-1] - ys[0])).abs()
    least = 0.01 * rates.abs().mean() * (end - start) + ROUNDING * ys.abs().max()
    return not (bool(ys.isfinite().all()) and bool(off <= least))


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
    return Error(errors, float(ways[best + TYPICAL // 2]) if drowns else None)
