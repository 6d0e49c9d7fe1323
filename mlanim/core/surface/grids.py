"""Losses on a grid as they are to be drawn, and whose network they are of."""

from __future__ import annotations

import numpy as np

from mlanim.core.landscape.plane import contour_levels

LEVELS = 7, 16  # contours: at least, at most


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
        given, lacking = ("model", "data") if model else ("data", "model")
        raise ValueError(
            f"There is a {given} but no {lacking}; give both, as model=file.py:make_model and "
            "data=file.py:make_data, or neither, for a small network of ours."
        )
    return bool(model)
