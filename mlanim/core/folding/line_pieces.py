"""The pieces of a ReLU network with one input and one output, found exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SAME_SLOPE = 1e-9
INSIDE = 1e-12


def pieces(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], low: float, high: float
) -> tuple[np.ndarray, np.ndarray]:
    """The corners of the network's graph from `low` to `high`: places (K,) and values (K,).

    On an interval every neuron is affine, so that its zero is exact; each layer cuts the intervals
    there. A corner at which the slope does not change is left out.

    Args:
        weights, biases: of all layers, the last without a ReLU; (outputs, inputs) and (outputs,).
    """
    corners = np.array([low, high])
    for layer in range(len(weights) - 1):
        values = _before(weights, biases, layer, corners)
        new = [corners]
        for left, right in zip(range(len(corners) - 1), range(1, len(corners)), strict=True):
            a, b = values[:, left], values[:, right]
            crossed = a * b < 0
            share = a[crossed] / (a[crossed] - b[crossed])
            new.append(corners[left] + share * (corners[right] - corners[left]))
        corners = _apart(np.concatenate(new))
    heights = _before(weights, biases, len(weights) - 1, corners)[0]
    slopes = np.diff(heights) / np.diff(corners)
    scale = max(1.0, float(np.abs(slopes).max()))
    bends = np.abs(np.diff(slopes)) > SAME_SLOPE * scale
    kept = np.concatenate([[True], bends, [True]])
    return corners[kept], heights[kept]


def _before(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], layer: int, xs: np.ndarray
) -> np.ndarray:
    """A layer's values before its ReLU at xs (N,): (outputs, N)."""
    values = xs[None]
    for index in range(layer + 1):
        inside = np.maximum(values, 0) if index else values
        values = weights[index] @ inside + biases[index][:, None]
    return values


def _apart(places: np.ndarray) -> np.ndarray:
    """Sorted places, each once."""
    ordered = np.unique(places)
    return ordered[np.concatenate([[True], np.diff(ordered) > INSIDE])]


def tent(folds: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The tent x ↦ 1 − |2 x − 1| composed `folds` times, two neurons a layer (Telgarsky 2016)."""
    inner = np.array([[2.0, -4.0], [2.0, -4.0]])
    weights = [np.array([[1.0], [1.0]]), *[inner] * (folds - 1), np.array([[2.0, -4.0]])]
    biases = [np.array([0.0, -0.5])] * folds + [np.array([0.0])]
    return weights, biases
