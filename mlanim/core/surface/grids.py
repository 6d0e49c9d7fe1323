"""The part of a plane that is drawn, losses on a grid there, and whose network they are of."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.plane import axis_through_zero, contour_levels

LEVELS = 7, 16  # contours: at least, at most
MARGIN = 0.15  # around the paths, in shares of their extent
WIDE = 1.7  # how much wider than high the grid is, so that it fills any picture
PROBES = 301  # of a way over the plane

Window = tuple[tuple[float, float], tuple[float, float]]
"""The ends of x and of y."""


def finite(losses: np.ndarray, where: str) -> np.ndarray:
    """Losses as they are.

    Raises:
        ValueError: if some are no finite numbers.
    """
    lost = int((~np.isfinite(losses)).sum())
    if lost:
        raise ValueError(
            f"The loss is no finite number at {lost:,} of {losses.size:,} points on {where}; give "
            "a smaller extent."
        )
    return losses


def contour_steps(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels for contours, and those with a number: nearly geometric ones where there are enough.

    Else they are as far apart as the next round number allows.
    """
    low, high = float(grid.min()), float(grid.max())
    if low == high:
        return np.zeros(0), np.zeros(0)
    geometric = contour_levels(low, high) if low > 0 else np.zeros(0)
    if len(geometric) >= LEVELS[0]:
        return geometric, np.outer(10.0 ** np.arange(-9, 13), (1, 3)).ravel()
    power = 10.0 ** np.floor(np.log10((high - low) / LEVELS[0]))
    step = next(float(power * m) for m in (1, 2, 5, 10) if high - low <= LEVELS[1] * power * m)
    levels = np.arange(np.floor(low / step) + 1, np.ceil(high / step)) * step
    return levels, levels[::3]


def are_given(model: str, data: str) -> bool:
    """Whether a user gives a network with its data, rather than taking ours.

    Raises:
        ValueError: if only one of the two is given.
    """
    if bool(model) != bool(data):
        given, lacking = ("a model", "data") if model else ("data", "model")
        raise ValueError(
            f"There is {given} but no {lacking}; give both, as model=file.py:make_model and "
            "data=file.py:make_data, or neither, for a small network of ours."
        )
    return bool(model)


def window_around(places: Tensor, directions: str) -> Window:
    """A square: around the paths with a margin, or from −1 to 1 for random directions."""
    if directions == "random":
        return (-1.0, 1.0), (-1.0, 1.0)
    low, high = places.min(0).values, places.max(0).values
    half = float((0.5 + MARGIN) * (high - low).max())
    x, y = ((low + high) / 2).tolist()
    return (x - half, x + half), (y - half, y + half)


def grid_around(window: Window, resolution: int) -> tuple[Tensor, Tensor]:
    """Axes around the window, x wider than y, alike in spacing, each with the origin on it."""
    (left, right), (low, high) = window
    spacing = (high - low) / (resolution - 1)
    beyond = round((WIDE - 1) / 2 * (resolution - 1)) + 1
    x = axis_through_zero(
        left - beyond * spacing, right + beyond * spacing, resolution + 2 * beyond
    )
    return x, axis_through_zero(low - spacing, high + spacing, resolution + 2)


def probe_of(window: Window) -> Tensor:
    """A bent way from near the window's upper left corner to the origin."""
    (left, _), (_, high) = window
    share = torch.linspace(0, 1, PROBES, dtype=torch.float64)[:, None]
    start = 0.85 * torch.tensor([left, high], dtype=torch.float64)
    bend = 0.25 * torch.stack([-start[1], start[0]])
    return (1 - share) * start + torch.sin(torch.pi * share) * bend
