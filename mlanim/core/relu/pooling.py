"""A max-pooling as groups of places among the numbers that it reads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn


def pooling_groups(
    pooling: nn.MaxPool1d | nn.MaxPool2d, before: Sequence[int], after: Sequence[int]
) -> np.ndarray:
    """For each number that comes out, the places of those of which it is the maximum (m, k).

    before, after: shapes of one example. Windows that the edge cuts off repeat their last place.
    """
    dims = 2 if isinstance(pooling, nn.MaxPool2d) else 1
    sides = [_windows(pooling, axis, before[axis - dims], after[axis - dims])
             for axis in range(dims)]  # fmt: skip
    places = np.arange(int(np.prod(before))).reshape(-1, *before[len(before) - dims :])
    every = np.arange(len(places))
    windows = [places[np.ix_(every, *window)].reshape(len(places), -1)
               for window in itertools.product(*sides)]  # fmt: skip
    widest = max(window.shape[1] for window in windows)
    filled = [np.pad(w, ((0, 0), (0, widest - w.shape[1])), "edge") for w in windows]
    return np.stack(filled, axis=1).reshape(-1, widest)


def _windows(pooling: Any, axis: int, length: int, count: int) -> list[np.ndarray]:
    """The places along one axis that each window of a max-pooling covers."""

    def along(option: Any) -> int:
        return int(option[axis] if isinstance(option, tuple | list) else option)

    kernel, stride = along(pooling.kernel_size), along(pooling.stride)
    padding, dilation = along(pooling.padding), along(pooling.dilation)
    starts = stride * np.arange(count) - padding
    places = starts[:, None] + dilation * np.arange(kernel)
    return [row[(row >= 0) & (row < length)] for row in places]
